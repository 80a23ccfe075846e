/**
 * @file A batch as JSON, as `docs/http-api.md` describes it.
 *
 * Node sends the binary form. A page logs little and loads much: the binary encoder would be a quarter of what it loads, and JSON it has already.
 */
import type { Column, RunEvent } from "../../run/event.ts";
import type { Batch } from "../../run-log/codec/batch.ts";
import { toEventJson } from "../../run-log/codec/event-json.ts";

/** The body of a request that carries one batch. */
export function batchJson({ origin, events }: Batch): string {
  return toEventJson({ ...origin, events: events.map(plainEvent) });
}

function plainEvent(event: RunEvent): object {
  if (event.type !== "rows") return event;
  const { steps, wallMs, columns } = event.rows;
  return { type: "rows", rows: { steps: [...steps], wallMs: [...wallMs], columns: columns.map(plainColumn) } };
}

/** Typed arrays as arrays; `toEventJson` says by name what JSON cannot say. */
function plainColumn({ rowIndex, values, ...head }: Column): object {
  return { ...head, values: [...values], ...(rowIndex === undefined ? {} : { rowIndex: [...rowIndex] }) };
}
