/** @file The events of a run's files as one stream. */
import type { RunEvent } from "../../run/event.ts";
import { sliceRows } from "./row-slice.ts";
import type { RunPosition } from "./run-index.ts";
import type { SegmentFile } from "./segment-file.ts";

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
  files: readonly SegmentFile[],
  start: RunPosition,
): Generator<PositionedEvent, "complete" | "stale", undefined> {
  let rows = 0;
  let events = 0;
  for (const file of files) {
    const batches = file.batches();
    for (let item = batches.next(); ; item = batches.next()) {
      if (item.done === true) {
        if (!item.value) return "stale";
        break;
      }
      for (const record of item.value.records) {
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
  }
  return "complete";
}
