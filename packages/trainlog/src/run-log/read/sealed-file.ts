/**
 * @file A sealed file as a reader sees it: an index at its end, and chunks that are read one by one.
 *
 * When the index is damaged, it is built again from the chunks, which name their metrics and rows themselves.
 */
import { join } from "node:path";
import { isTrainlogError } from "../../run/error.ts";
import type { Column, Rows } from "../../run/event.ts";
import type { JsonObject, JsonValue } from "../../run/json.ts";
import { EventView, viewBatch } from "../codec/batch.ts";
import { badBatch } from "../codec/byte-reader.ts";
import {
  decodeSegmentHeader,
  FRAME_AXIS,
  FRAME_BATCH,
  FRAME_COLUMN,
  FRAME_EVENTS,
  FRAME_FOOTER,
  FRAME_HEADER_BYTES,
  type Frame,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import type { OwnedCache, Sized } from "./chunk-cache.ts";
import { type Damage, type DamageKind, damageAt } from "./damage.ts";
import { type FileFacts, readRange, withFile } from "./file-bytes.ts";
import { framesOfFile } from "./frame-window.ts";
import { decodeIndexFrames } from "./index-frames.ts";
import { numberOf, numbersOf } from "./index-state.ts";
import type { PointBlock } from "./point-block.ts";
import { pointColumns } from "./point-columns.ts";
import { sliceRows } from "./row-slice.ts";
import type { Advance, JsonEvent, RunFile, RunRecord } from "./run-file.ts";
import type { NumberedFile } from "./run-files.ts";
import { type ChunkPlace, RunIndex } from "./run-index.ts";
import {
  type ColumnChunk,
  decodeAxisChunk,
  decodeColumnChunk,
  decodeEventsChunk,
  FRAME_END,
  type PlacedEvent,
} from "./sealed-format.ts";

/** Where the chunks of a sealed file lie that belong to no metric. Lists of equal length. */
export interface SealedPlaces {
  /** First row of each axis chunk, ascending. */
  readonly axisFirst: Float64Array;
  readonly axisStart: Float64Array;
  readonly axisEnd: Float64Array;
  readonly eventsStart: Float64Array;
  readonly eventsEnd: Float64Array;
}

/** What a sealed file adds to a written index. */
export interface SealedState {
  readonly facts: JsonObject;
  readonly places: SealedPlaces;
}

/** Steps and wall times of consecutive rows. */
export interface AxisBlock extends Sized {
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
}

/** Bytes of the last frame, whose payload is its packed byte and one float64. */
const END_FRAME_BYTES = FRAME_HEADER_BYTES + 9;

const NO_AXIS: AxisBlock = { steps: new Float64Array(0), wallMs: new Float64Array(0), sizeBytes: 0 };

/** A sealed file. It never changes: what has its name and another size or inode is another one. */
export class SealedFile implements RunFile {
  readonly kind = "sealed" as const;
  readonly name: string;
  readonly sequence: number;
  readonly damage: Damage[] = [];
  readonly tail = undefined;
  readonly #path: string;
  readonly #cache: OwnedCache<AxisBlock>;
  #places: SealedPlaces;
  #facts: FileFacts | undefined;
  /** After a restart from a sidecar: the size that the file must have. */
  #expectedBytes: number | undefined;

  private constructor(dir: string, file: NumberedFile, cache: OwnedCache<AxisBlock>, places: SealedPlaces) {
    this.#path = join(dir, file.name);
    this.name = file.name;
    this.sequence = file.sequence;
    this.#cache = cache;
    this.#places = places;
  }

  /**
   * Opens a sealed file with the index that it holds.
   *
   * @returns `undefined` when there is no such file.
   * @throws TrainlogError `store/newer-format`.
   */
  static open(
    dir: string,
    file: NumberedFile,
    cache: OwnedCache<AxisBlock>,
  ): { sealed: SealedFile; index: RunIndex } | undefined {
    return withFile(join(dir, file.name), (fd, facts) => {
      const sealed = new SealedFile(dir, file, cache, NO_PLACES);
      sealed.#facts = facts;
      sealed.#checkHeader(fd);
      const index = sealed.#readIndex(fd, facts.sizeBytes) ?? sealed.#rebuild(fd, facts.sizeBytes);
      return { sealed, index };
    });
  }

  /** A sealed file whose index came from a sidecar. @throws TrainlogError `run-log/bad-batch`. */
  static fromState(dir: string, state: SealedState, cache: OwnedCache<AxisBlock>): SealedFile {
    const file = { name: String(state.facts["name"]), sequence: numberOf(state.facts["sequence"], "sequence") };
    const sealed = new SealedFile(dir, file, cache, state.places);
    sealed.#expectedBytes = numberOf(state.facts["sizeBytes"], "sizeBytes");
    const anchor = numbersOf(state.facts["anchor"], "anchor");
    const found = sealed.#anchor();
    if (!anchor.every((byte, i) => byte === found[i]))
      throw badBatch(`${file.name} is another file than the index means`);
    return sealed;
  }

  /** What this file adds to a written index. */
  state(): SealedState {
    const facts = {
      name: this.name,
      sequence: this.sequence,
      sizeBytes: this.#facts?.sizeBytes ?? this.#expectedBytes ?? 0,
    };
    return { facts: { ...facts, anchor: [...this.#anchor()] }, places: this.#places };
  }

  /** The last bytes before the end frame: the end of the index, which no other file shares. */
  #anchor(): Uint8Array {
    const anchor = withFile(this.#path, (fd, { sizeBytes }) =>
      readRange(fd, Math.max(0, sizeBytes - END_FRAME_BYTES - 16), sizeBytes),
    );
    return anchor ?? new Uint8Array(0);
  }

  advance(index: RunIndex): Advance {
    const result = withFile(this.#path, (_fd, facts): Advance => (this.#isSame(facts) ? "ok" : "changed"));
    // A reader of the rows before it counts on; what is in the index was there from the start.
    return index.rows >= 0 ? (result ?? "missing") : "changed";
  }

  #isSame(facts: FileFacts): boolean {
    if (this.#facts === undefined && facts.sizeBytes === this.#expectedBytes) this.#facts = facts;
    return facts.inode === this.#facts?.inode && facts.sizeBytes === this.#facts.sizeBytes;
  }

  #checkHeader(fd: number): void {
    try {
      decodeSegmentHeader(readRange(fd, 0, SEGMENT_HEADER_BYTES), this.#path);
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-header")) throw error;
      this.#note(0, SEGMENT_HEADER_BYTES, "bad-header", error.message);
    }
  }

  #note(start: number, end: number, kind: DamageKind, what: string): void {
    if (!this.damage.some(({ offset }) => offset === start))
      this.damage.push(damageAt(this.name, start, end, kind, what));
  }

  /** The index at the end of the file; `undefined` when it cannot be read. */
  #readIndex(fd: number, sizeBytes: number): RunIndex | undefined {
    try {
      const endFrame = onlyFrame(readRange(fd, Math.max(0, sizeBytes - END_FRAME_BYTES), sizeBytes), FRAME_END);
      const start = new DataView(endFrame.payload.buffer, endFrame.payload.byteOffset).getFloat64(1, true);
      if (!(start >= SEGMENT_HEADER_BYTES && start <= sizeBytes)) throw badBatch("the end of the file names no index");
      const { index, numbers } = decodeIndexFrames(readRange(fd, start, sizeBytes - END_FRAME_BYTES));
      this.#places = placesOf(numbers);
      return index;
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
      this.#note(
        sizeBytes,
        sizeBytes,
        "bad-batch",
        `the index at its end cannot be read (${error.message}); it was built again from the rest`,
      );
      return undefined;
    }
  }

  /** Builds the index from the chunks. */
  #rebuild(fd: number, sizeBytes: number): RunIndex {
    const index = new RunIndex();
    const columns: { chunk: ColumnChunk; start: number; end: number }[] = [];
    const places: Record<keyof SealedPlaces, number[]> = {
      axisFirst: [],
      axisStart: [],
      axisEnd: [],
      eventsStart: [],
      eventsEnd: [],
    };
    for (const item of framesOfFile(fd, SEGMENT_HEADER_BYTES, sizeBytes)) {
      if (item.kind === "damage")
        this.#note(item.offset, item.end, "bad-frame", `no whole frame there (${item.reason})`);
      else this.#guard(item.offset, item.end, () => this.#rebuildFrom(item, index, places, columns));
    }
    this.#places = placesOf(
      [places.axisFirst, places.axisStart, places.axisEnd, places.eventsStart, places.eventsEnd].map((list) =>
        Float64Array.from(list),
      ),
    );
    for (const { chunk, start, end } of columns)
      this.#rebuildColumn(index, chunk, index.chunks.add({ file: 0, start, end }));
    return index;
  }

  #rebuildFrom(
    frame: Frame,
    index: RunIndex,
    places: Record<keyof SealedPlaces, number[]>,
    columns: { chunk: ColumnChunk; start: number; end: number }[],
  ): void {
    const { offset: start, end } = frame;
    if (frame.type === FRAME_AXIS) {
      const axis = decodeAxisChunk(frame.payload);
      if (index.rows === 0 && axis.first === 0) index.firstWallMs = axis.wallMs[0] ?? Number.NaN;
      index.rows = Math.max(index.rows, axis.first + axis.steps.length);
      places.axisFirst.push(axis.first);
      places.axisStart.push(start);
      places.axisEnd.push(end);
    } else if (frame.type === FRAME_COLUMN) columns.push({ chunk: decodeColumnChunk(frame.payload), start, end });
    else if (frame.type === FRAME_EVENTS) {
      index.events += decodeEventsChunk(frame.payload).length;
      places.eventsStart.push(start);
      places.eventsEnd.push(end);
    } else if (frame.type === FRAME_BATCH) {
      for (const origin of viewBatch(frame.payload, new KeyDictionary()).earlierOrigins ?? []) index.addOrigin(origin);
    } else if (frame.type !== FRAME_FOOTER && frame.type !== FRAME_END) {
      this.#note(start, end, "unknown-frame", `frame of type ${frame.type}, which this version does not know`);
    }
  }

  #rebuildColumn(index: RunIndex, chunk: ColumnChunk, number: number): void {
    const metric = index.table.require(chunk.key, chunk.kind);
    if (chunk.rows.length > 0) index.table.enterChunk(metric, number);
    const { steps, wallMs } = this.#axisOf(chunk.rows);
    chunk.values.forEach((value: JsonValue, i: number) => {
      if (typeof value === "number" && chunk.kind === "number")
        index.table.addPoint(metric, steps[i]!, wallMs[i]!, value);
      else index.table.addJson(metric, steps[i]!, wallMs[i]!, value);
    });
  }

  /** Reads every frame, whether a query would need it or not, and says all damage. */
  checkAll(): readonly Damage[] {
    withFile(this.#path, (fd, { sizeBytes }) => {
      for (const item of framesOfFile(fd, SEGMENT_HEADER_BYTES, sizeBytes)) {
        if (item.kind === "damage")
          this.#note(item.offset, item.end, "bad-frame", `no whole frame there (${item.reason})`);
        else this.#guard(item.offset, item.end, () => checkFrame(item));
      }
    });
    return this.damage;
  }

  readBlock(place: ChunkPlace, metric: number, index: RunIndex): PointBlock | undefined {
    const frame = this.#frame(place.start, place.end, FRAME_COLUMN);
    if (frame === undefined) return undefined;
    const chunk =
      frame === "damaged" ? undefined : this.#guard(place.start, place.end, () => decodeColumnChunk(frame.payload));
    if (chunk === undefined || chunk.key !== index.table.keyOf(metric))
      return { end: place.end, numbers: new Map(), json: new Map(), sizeBytes: 0 };
    const { steps, wallMs } = this.#axisOf(chunk.rows);
    const sizeBytes = chunk.rows.length * 24;
    if (chunk.values instanceof Float64Array) {
      return {
        end: place.end,
        numbers: new Map([[metric, pointColumns(steps, wallMs, chunk.values)]]),
        json: new Map(),
        sizeBytes,
      };
    }
    return {
      end: place.end,
      numbers: new Map(),
      json: new Map([[metric, { steps, wallMs, values: chunk.values }]]),
      sizeBytes,
    };
  }

  /** Steps and wall times of `rows`, ascending: views when the rows follow each other in one chunk. NaN where they are lost. */
  #axisOf(rows: Float64Array): { steps: Float64Array; wallMs: Float64Array } {
    const [first, last] = [rows[0] ?? 0, rows[rows.length - 1] ?? 0];
    const chunk = this.#axisChunkOf(first);
    const start = this.#places.axisFirst[chunk] ?? 0;
    const axis = this.#axis(chunk);
    if (last - first === rows.length - 1 && last - start < axis.steps.length) {
      const [from, to] = [first - start, last - start + 1];
      return { steps: axis.steps.subarray(from, to), wallMs: axis.wallMs.subarray(from, to) };
    }
    return this.#gatherAxis(rows, chunk);
  }

  #gatherAxis(rows: Float64Array, firstChunk: number): { steps: Float64Array; wallMs: Float64Array } {
    const steps = new Float64Array(rows.length);
    const wallMs = new Float64Array(rows.length);
    const { axisFirst } = this.#places;
    let chunk = firstChunk;
    let axis = this.#axis(chunk);
    for (let i = 0; i < rows.length; i++) {
      while (rows[i]! >= (axisFirst[chunk + 1] ?? Infinity)) axis = this.#axis(++chunk);
      const row = rows[i]! - axisFirst[chunk]!;
      steps[i] = axis.steps[row] ?? Number.NaN;
      wallMs[i] = axis.wallMs[row] ?? Number.NaN;
    }
    return { steps, wallMs };
  }

  /** Number of the axis chunk with row `row`. */
  #axisChunkOf(row: number): number {
    const { axisFirst } = this.#places;
    let low = 0;
    let high = axisFirst.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (axisFirst[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #axis(chunk: number): AxisBlock {
    const known = this.#cache.get(chunk);
    if (known !== undefined) return known;
    const [start, end] = [this.#places.axisStart[chunk], this.#places.axisEnd[chunk]];
    if (start === undefined || end === undefined) return NO_AXIS;
    const frame = this.#frame(start, end, FRAME_AXIS);
    if (frame === undefined || frame === "damaged") return NO_AXIS;
    const decoded = this.#guard(start, end, () => decodeAxisChunk(frame.payload));
    if (decoded === undefined) return NO_AXIS;
    const axis = { steps: decoded.steps, wallMs: decoded.wallMs, sizeBytes: decoded.steps.length * 16 };
    this.#cache.put(chunk, axis);
    return axis;
  }

  /** The frame at `[start, end)`; `undefined` when the file is gone or another one. */
  #frame(start: number, end: number, type: number): Frame | "damaged" | undefined {
    const bytes = withFile(this.#path, (fd, facts) => (this.#isSame(facts) ? readRange(fd, start, end) : undefined));
    return bytes === undefined ? undefined : (this.#guard(start, end, () => onlyFrame(bytes, type)) ?? "damaged");
  }

  /** What `read` gives; damage that it meets is noted. */
  #guard<T>(start: number, end: number, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
      this.#note(start, end, "bad-batch", error.message);
      return undefined;
    }
  }

  jsonEvents(): JsonEvent[] | undefined {
    const events: JsonEvent[] = [];
    for (let i = 0; i < this.#places.eventsStart.length; i++) {
      const placed = this.#events(i);
      if (placed === undefined) return undefined;
      for (const { json } of placed) events.push(new EventView(json).event());
    }
    return events;
  }

  #events(chunk: number): PlacedEvent[] | undefined {
    const [start, end] = [this.#places.eventsStart[chunk]!, this.#places.eventsEnd[chunk]!];
    const frame = this.#frame(start, end, FRAME_EVENTS);
    if (frame === undefined) return undefined;
    return frame === "damaged" ? [] : (this.#guard(start, end, () => decodeEventsChunk(frame.payload)) ?? []);
  }

  *records(index: RunIndex): Generator<RunRecord, boolean, undefined> {
    const cursors = this.#columnCursors(index);
    const events = this.#placedEvents();
    let event = events.next();
    for (let chunk = 0; chunk < this.#places.axisFirst.length; chunk++) {
      const first = this.#places.axisFirst[chunk]!;
      const rows = this.#rowsOf(chunk, cursors);
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

  *#placedEvents(): Generator<PlacedEvent, boolean, undefined> {
    for (let i = 0; i < this.#places.eventsStart.length; i++) {
      const placed = this.#events(i);
      if (placed === undefined) return false;
      yield* placed;
    }
    return true;
  }

  #columnCursors(index: RunIndex): ColumnCursor[] {
    return Array.from({ length: index.table.size }, (_, metric) => {
      const places = index.table.chunksOf(metric).flatMap((chunk, i) => {
        const place = index.chunks.placeOf(chunk);
        return i % 2 === 0 && place.file === 0 ? [place] : [];
      });
      return { places, next: 0, chunk: undefined, at: 0 };
    });
  }

  /** The rows of an axis chunk with their columns; `undefined` when the file is gone. Rows whose axis is lost come as an empty table. */
  #rowsOf(chunk: number, cursors: readonly ColumnCursor[]): Rows | undefined {
    const first = this.#places.axisFirst[chunk]!;
    const { steps, wallMs } = this.#axis(chunk);
    if (!this.#isThere()) return undefined;
    const end = this.#places.axisFirst[chunk + 1] ?? first + steps.length;
    const columns = cursors.flatMap((cursor) => this.#takeColumn(cursor, first, end));
    return { steps, wallMs, columns: steps.length === 0 ? [] : columns };
  }

  #isThere(): boolean {
    return withFile(this.#path, (_fd, facts) => this.#isSame(facts)) ?? false;
  }

  /** The column's points in rows `[first, end)`. */
  #takeColumn(cursor: ColumnCursor, first: number, end: number): Column[] {
    const parts: ColumnPart[] = [];
    for (;;) {
      if (cursor.chunk === undefined && !this.#nextChunk(cursor)) break;
      const { rows } = cursor.chunk!;
      const start = cursor.at;
      while (cursor.at < rows.length && rows[cursor.at]! < end) cursor.at++;
      if (cursor.at > start) parts.push({ chunk: cursor.chunk!, start, end: cursor.at });
      if (cursor.at < rows.length) break;
      cursor.chunk = undefined;
    }
    return parts.length === 0 ? [] : [joinParts(parts, first, end - first)];
  }

  #nextChunk(cursor: ColumnCursor): boolean {
    while (cursor.next < cursor.places.length) {
      const { start, end } = cursor.places[cursor.next++]!;
      const frame = this.#frame(start, end, FRAME_COLUMN);
      if (frame === undefined || frame === "damaged") continue;
      cursor.chunk = this.#guard(start, end, () => decodeColumnChunk(frame.payload));
      cursor.at = 0;
      if (cursor.chunk !== undefined) return true;
    }
    return false;
  }
}

/** Where a stream over a sealed file stands in one metric. */
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

/** Decodes a frame for its errors. @throws TrainlogError `run-log/bad-batch`. */
function checkFrame({ type, payload }: Frame): void {
  if (type === FRAME_AXIS) decodeAxisChunk(payload);
  else if (type === FRAME_COLUMN) decodeColumnChunk(payload);
  else if (type === FRAME_EVENTS) for (const { json } of decodeEventsChunk(payload)) new EventView(json).event();
  else if (type === FRAME_BATCH) viewBatch(payload, new KeyDictionary());
}

/** The one frame that `bytes` are. @throws TrainlogError `run-log/bad-batch` when they are something else. */
function onlyFrame(bytes: Uint8Array, type: number): Frame {
  for (const item of scanFrames(bytes)) {
    if (item.kind === "frame" && item.type === type && item.end === bytes.length) return item;
    break;
  }
  throw badBatch(`no whole frame of type ${type} in ${bytes.length} bytes`);
}

const NONE = new Float64Array(0);
const NO_PLACES: SealedPlaces = { axisFirst: NONE, axisStart: NONE, axisEnd: NONE, eventsStart: NONE, eventsEnd: NONE };

/** Lists of numbers as places. @throws TrainlogError `run-log/bad-batch`. */
export function placesOf(numbers: readonly Float64Array[]): SealedPlaces {
  const [axisFirst, axisStart, axisEnd, eventsStart, eventsEnd] = numbers;
  if (!axisFirst || !axisStart || !axisEnd || !eventsStart || !eventsEnd)
    throw badBatch("an index of a sealed file lacks its places");
  return { axisFirst, axisStart, axisEnd, eventsStart, eventsEnd };
}
