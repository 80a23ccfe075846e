/**
 * @file The frames of a sealed file. Each payload is packed (`packed.ts`).
 *
 * Axis: steps and wall times of a stretch of the run's rows. Column: values of one metric, with the rows they belong to. Events: JSON events, each with the
 * number of rows before it. All rows of a run have one order, their arrival; that keeps what was said when, across tables with different columns.
 */
import type { JsonValue } from "../../run/json.ts";
import { decodeAxis, encodeAxis } from "../codec/axis-column.ts";
import { type ByteReader, badBatch } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { fromEventJson, toEventJson } from "../codec/event-json.ts";
import type { MetricKind } from "./metric-table.ts";
import { readNumbers, writeNumbers } from "./number-array.ts";
import { pack, unpack } from "./packed.ts";

export { FRAME_END } from "../codec/frame.ts";

/** Most rows of an axis, and points of a column, in one frame. */
export const CHUNK_POINTS = 16_384;

/** Steps and wall times of rows `[first, first + steps.length)`. */
export interface AxisChunk {
  readonly first: number;
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
}

/** Values of one metric. `m` points. */
export interface ColumnChunk {
  readonly key: string;
  readonly kind: MetricKind;
  /** Arrival index of the first point. */
  readonly first: number;
  /** Row of each point, shape `[m]`, ascending. */
  readonly rows: Float64Array;
  /** Length `m`; a `Float64Array` when `kind` is `"number"`. */
  readonly values: Float64Array | readonly JsonValue[];
}

/** An event, as JSON, with the number of rows before it. */
export interface PlacedEvent {
  readonly rowsBefore: number;
  /** UTF-8 JSON. */
  readonly json: Uint8Array;
}

/** Payload of an axis frame. */
export function encodeAxisChunk({ first, steps, wallMs }: AxisChunk): Uint8Array {
  const writer = new ByteWriter(steps.length * 16 + 64);
  writer.uvarint(first);
  writer.uvarint(steps.length);
  encodeAxis(writer, steps);
  encodeAxis(writer, wallMs);
  return pack(writer.bytes.subarray(0, writer.length));
}

/** Reads an axis frame. @throws TrainlogError `run-log/bad-batch`. */
export function decodeAxisChunk(payload: Uint8Array): AxisChunk {
  const reader = unpack(payload);
  const first = reader.uvarint();
  const count = countOf(reader);
  return { first, steps: decodeAxis(reader, count), wallMs: decodeAxis(reader, count) };
}

function countOf(reader: ByteReader): number {
  const count = reader.uvarint();
  if (count <= CHUNK_POINTS) return count;
  throw badBatch(`a chunk of ${count} points, at most ${CHUNK_POINTS} are written`);
}

/** Payload of a column frame. */
export function encodeColumnChunk({ key, kind, first, rows, values }: ColumnChunk): Uint8Array {
  const writer = new ByteWriter(rows.length * 9 + 256);
  writer.u8(kind === "number" ? 0 : 1);
  const name = writer.beginBlock();
  writer.utf8(key);
  writer.endBlock(name);
  writer.uvarint(first);
  writer.uvarint(rows.length);
  encodeAxis(writer, rows);
  if (values instanceof Float64Array) writeNumbers(writer, values);
  else {
    const block = writer.beginBlock();
    writer.utf8(toEventJson(values));
    writer.endBlock(block);
  }
  return pack(writer.bytes.subarray(0, writer.length));
}

/** Reads a column frame. @throws TrainlogError `run-log/bad-batch`. */
export function decodeColumnChunk(payload: Uint8Array): ColumnChunk {
  const reader = unpack(payload);
  const kind = reader.u8() === 0 ? "number" : "json";
  const key = reader.utf8(reader.uvarint());
  const first = reader.uvarint();
  const rows = decodeAxis(reader, countOf(reader));
  const values = kind === "number" ? readNumbers(reader) : jsonValues(reader);
  if (values.length !== rows.length) throw badBatch(`a column of ${rows.length} rows has ${values.length} values`);
  return { key, kind, first, rows, values };
}

function jsonValues(reader: ByteReader): readonly JsonValue[] {
  const values = fromEventJson(reader.utf8(reader.uvarint()));
  if (Array.isArray(values)) return values;
  throw badBatch("a JSON column is not a JSON array");
}

/** Payload of an events frame. */
export function encodeEventsChunk(events: readonly PlacedEvent[]): Uint8Array {
  const writer = new ByteWriter();
  writer.uvarint(events.length);
  for (const { rowsBefore, json } of events) {
    writer.uvarint(rowsBefore);
    writer.uvarint(json.length);
    writer.raw(json);
  }
  return pack(writer.bytes.subarray(0, writer.length));
}

/** Reads an events frame. @throws TrainlogError `run-log/bad-batch`. */
export function decodeEventsChunk(payload: Uint8Array): PlacedEvent[] {
  const reader = unpack(payload);
  const events: PlacedEvent[] = [];
  for (let left = reader.uvarint(); left > 0; left--) {
    const rowsBefore = reader.uvarint();
    events.push({ rowsBefore, json: reader.take(reader.uvarint()) });
  }
  return events;
}

/** Payload of the last frame. */
export function encodeEnd(footerOffset: number): Uint8Array {
  const writer = new ByteWriter();
  writer.f64(footerOffset);
  return pack(writer.bytes.subarray(0, writer.length));
}
