/** @file A sealed file as a stream: its columns and events, which lie apart, put together again as rows and events in their order. */
import type { Column, Rows } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { EventView } from "../codec/batch.ts";
import { FRAME_COLUMN, FRAME_EVENTS } from "../codec/frame.ts";
import { sliceRows } from "./row-slice.ts";
import type { RunRecord } from "./run-file.ts";
import type { ChunkPlace, RunIndex } from "./run-index.ts";
import type { SealedAxes } from "./sealed-axes.ts";
import { type ColumnChunk, decodeColumnChunk, decodeEventsChunk, type PlacedEvent } from "./sealed-format.ts";
import type { SealedFrames } from "./sealed-frames.ts";
import type { SealedPlaces } from "./sealed-places.ts";

/**
 * Rows and events of a sealed file in order. Holds one chunk per metric.
 *
 * @returns After the last one, false when the file was gone or another one.
 */
export function* sealedRecords(
  frames: SealedFrames,
  places: SealedPlaces,
  axes: SealedAxes,
  index: RunIndex,
): Generator<RunRecord, boolean, undefined> {
  const rowsReader = new RowsReader(frames, places, axes, index);
  const events = placedEvents(frames, places);
  let event = events.next();
  for (let chunk = 0; chunk < places.axisFirst.length; chunk++) {
    const first = places.axisFirst[chunk]!;
    const rows = rowsReader.next(chunk);
    if (rows === undefined) return false;
    const count = rows.steps.length;
    let done = 0;
    for (; event.done !== true && event.value.rowsBefore < first + count; event = events.next()) {
      const cut = event.value.rowsBefore - first;
      if (cut > done) yield rowsRecord(rows, done, cut);
      done = cut;
      yield eventRecord(event.value);
    }
    if (count > done) yield rowsRecord(rows, done, count);
  }
  for (; event.done !== true; event = events.next()) yield eventRecord(event.value);
  return event.value;
}

/** The events of a sealed file in order. @returns False when the file was gone or another one. */
export function* placedEvents(
  frames: SealedFrames,
  { eventsStart, eventsEnd }: SealedPlaces,
): Generator<PlacedEvent, boolean, undefined> {
  for (let i = 0; i < eventsStart.length; i++) {
    const placed = frames.decode(eventsStart[i]!, eventsEnd[i]!, FRAME_EVENTS, decodeEventsChunk);
    if (placed === undefined) return false;
    if (placed !== "damaged") yield* placed;
  }
  return true;
}

/** Where a stream stands in one metric. */
interface ColumnCursor {
  readonly places: readonly ChunkPlace[];
  next: number;
  chunk: ColumnChunk | undefined;
  at: number;
}

/** Points `[start, end)` of a column chunk. */
interface ColumnPart {
  readonly chunk: ColumnChunk;
  readonly start: number;
  readonly end: number;
}

/** Gives the rows of one axis chunk after the other, with their columns. */
class RowsReader {
  readonly #frames: SealedFrames;
  readonly #places: SealedPlaces;
  readonly #axes: SealedAxes;
  readonly #cursors: readonly ColumnCursor[];

  constructor(frames: SealedFrames, places: SealedPlaces, axes: SealedAxes, index: RunIndex) {
    this.#frames = frames;
    this.#places = places;
    this.#axes = axes;
    this.#cursors = columnCursors(index);
  }

  /** The rows of axis chunk `chunk`; `undefined` when the file is gone. Rows whose axis is lost come as an empty table. */
  next(chunk: number): Rows | undefined {
    const first = this.#places.axisFirst[chunk]!;
    const { steps, wallMs } = this.#axes.chunk(chunk);
    if (this.#frames.look() !== "ok") return undefined;
    const end = this.#places.axisFirst[chunk + 1] ?? first + steps.length;
    const columns = this.#cursors.flatMap((cursor) => this.#takeColumn(cursor, first, end));
    return { steps, wallMs, columns: steps.length === 0 ? [] : columns };
  }

  /** The column's points in rows `[first, end)`. */
  #takeColumn(cursor: ColumnCursor, first: number, end: number): Column[] {
    const parts: ColumnPart[] = [];
    for (let chunk = this.#chunkAt(cursor); chunk !== undefined; chunk = this.#chunkAt(cursor)) {
      const { rows } = chunk;
      const start = cursor.at;
      while (cursor.at < rows.length && rows[cursor.at]! < end) cursor.at++;
      if (cursor.at > start) parts.push({ chunk, start, end: cursor.at });
      if (cursor.at < rows.length) break;
      cursor.chunk = undefined;
    }
    return parts.length === 0 ? [] : [joinParts(parts, first, end - first)];
  }

  /** The chunk that the cursor stands in, or the next one that can be read. */
  #chunkAt(cursor: ColumnCursor): ColumnChunk | undefined {
    while (cursor.chunk === undefined && cursor.next < cursor.places.length) {
      const { start, end } = cursor.places[cursor.next++]!;
      const decoded = this.#frames.decode(start, end, FRAME_COLUMN, decodeColumnChunk);
      if (decoded === undefined || decoded === "damaged") continue;
      cursor.chunk = decoded;
      cursor.at = 0;
    }
    return cursor.chunk;
  }
}

function columnCursors(index: RunIndex): ColumnCursor[] {
  return Array.from({ length: index.table.size }, (_, metric) => {
    const places = index.table.chunksOf(metric).flatMap((chunk, i) => {
      // Every second number is a chunk, and the sealed file is the first one of the run.
      const place = i % 2 === 0 ? index.chunks.placeOf(chunk) : undefined;
      return place?.file === 0 ? [place] : [];
    });
    return { places, next: 0, chunk: undefined, at: 0 };
  });
}

/** Parts of one metric as a column of the table whose first row is `first` and which has `rowCount` rows. */
function joinParts(parts: readonly ColumnPart[], first: number, rowCount: number): Column {
  const { key, kind } = parts[0]!.chunk;
  const count = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  const partial = count === rowCount ? {} : { rowIndex: joinRows(parts, first, count) };
  if (kind === "number") return { kind, key, values: joinNumbers(parts, count), ...partial };
  return {
    kind,
    key,
    values: parts.flatMap(({ chunk, start, end }) => Array.from<JsonValue>(chunk.values.slice(start, end))),
    ...partial,
  };
}

function joinRows(parts: readonly ColumnPart[], first: number, count: number): Uint32Array {
  const rowIndex = new Uint32Array(count);
  let at = 0;
  for (const { chunk, start, end } of parts) for (let i = start; i < end; i++) rowIndex[at++] = chunk.rows[i]! - first;
  return rowIndex;
}

function joinNumbers(parts: readonly ColumnPart[], count: number): Float64Array {
  const joined = new Float64Array(count);
  let at = 0;
  for (const { chunk, start, end } of parts) {
    if (chunk.values instanceof Float64Array) joined.set(chunk.values.subarray(start, end), at);
    at += end - start;
  }
  return joined;
}

function rowsRecord(rows: Rows, start: number, end: number): RunRecord {
  return { kind: "rows", count: end - start, rows: () => sliceRows(rows, start, end) };
}

function eventRecord({ json }: PlacedEvent): RunRecord {
  return { kind: "event", event: () => new EventView(json).event() };
}
