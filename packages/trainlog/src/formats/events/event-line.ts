/**
 * @file One run event as one line of JSON, the lossless form.
 *
 * The events are those of the HTTP API's JSON batches (`docs/http-api.md`), checked by the same schema: numbers that JSON cannot say stand as "NaN", "Infinity",
 * "-Infinity", "-0" in columns of numbers, and as {"$float": …} everywhere else.
 */
import { eventFault, fromJsonEvent, type JsonEvent } from "../../api/batch.ts";
import { toWireNumber, type WireNumber } from "../../api/wire.ts";
import { TrainlogError } from "../../run/error.ts";
import type { Column, RunEvent } from "../../run/event.ts";
import { fromEventJson, toEventJson } from "../../run-log/codec/index.ts";

/** The line of an event, without its end. */
export function eventLine(event: RunEvent): string {
  if (event.type !== "rows") return toEventJson(event);
  const { steps, wallMs, columns } = event.rows;
  const rows = { steps: Array.from(steps), wallMs: Array.from(wallMs), columns: columns.map(jsonColumn) };
  return toEventJson({ type: "rows", rows });
}

function jsonColumn(column: Column): unknown {
  const { kind, key, rowIndex } = column;
  const values = column.kind === "number" ? wireNumbers(column.values) : column.values;
  return { kind, key, values, ...(rowIndex === undefined ? {} : { rowIndex: Array.from(rowIndex) }) };
}

function wireNumbers(values: Float64Array): WireNumber[] {
  const numbers = new Array<WireNumber>(values.length);
  for (let i = 0; i < values.length; i++) numbers[i] = toWireNumber(values[i]!);
  return numbers;
}

/**
 * The event of a line. Fields that this version does not know are kept.
 *
 * @throws TrainlogError `import/bad-event` for what is no JSON or no run event, with the field that is wrong.
 */
export function parseEventLine(line: string): RunEvent {
  const event = parseLine(line);
  const fault = eventFault(event);
  if (fault === undefined) {
    // The schema has checked every field that this version knows.
    return fromJsonEvent(event as JsonEvent);
  }
  const where = fault.path.length === 0 ? "event" : fault.path.join(".");
  throw badEvent(`${where}: ${fault.message}`);
}

function parseLine(line: string): unknown {
  try {
    return fromEventJson(line);
  } catch (cause) {
    throw badEvent(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function badEvent(message: string, cause?: unknown): TrainlogError {
  return new TrainlogError("import/bad-event", message, { cause, status: 400 });
}
