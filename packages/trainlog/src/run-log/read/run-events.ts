/** @file The events of a run's files as one stream. */
import type { RunEvent } from "../../run/event.ts";
import { sliceRows } from "./row-slice.ts";
import type { RunFile } from "./run-file.ts";
import type { RunIndex, RunPosition } from "./run-index.ts";

/** An event, and how much of the run has been said with it. */
export interface PositionedEvent {
  readonly event: RunEvent;
  readonly position: RunPosition;
}

/**
 * Streams what the files say behind `start`.
 *
 * @returns After the last event: `"complete"`, or `"stale"` when a file was replaced meanwhile; what was streamed until then is right.
 */
export function* runEvents(
  files: readonly RunFile[],
  index: RunIndex,
  start: RunPosition,
): Generator<PositionedEvent, "complete" | "stale", undefined> {
  let rows = 0;
  let events = 0;
  for (const file of files) {
    const records = file.records(index);
    for (let item = records.next(); ; item = records.next()) {
      if (item.done === true) {
        if (!item.value) return "stale";
        break;
      }
      const record = item.value;
      if (record.kind === "event") {
        events++;
        if (events > start.events) yield { event: record.event(), position: { rows, events } };
        continue;
      }
      const firstRow = rows;
      rows += record.count;
      if (rows <= start.rows) continue;
      const part = sliceRows(record.rows(), start.rows - firstRow, record.count);
      yield { event: { type: "rows", rows: part }, position: { rows, events } };
    }
  }
  return "complete";
}
