/**
 * @file Writes a sealed file: collects rows into chunks of one metric each, and the index of where they went.
 *
 * Memory is bounded: a chunk is written when it is full, and all of them when together they hold too much (a run with thousands of metrics).
 */
import type { Column, Rows } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { appendOrigins } from "../codec/batch.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { encodeFrame, encodeSegmentHeader, FRAME_AXIS, FRAME_COLUMN, FRAME_EVENTS } from "../codec/frame.ts";
import { type RunLogFs, writeAll } from "../file-system.ts";
import { encodeIndexFrames } from "../read/index-frames.ts";
import { MetricTable } from "../read/metric-table.ts";
import { ChunkList, RunIndex } from "../read/run-index.ts";
import {
  CHUNK_POINTS,
  encodeAxisChunk,
  encodeColumnChunk,
  encodeEnd,
  encodeEventsChunk,
  FRAME_END,
  type PlacedEvent,
} from "../read/sealed-format.ts";

/** Points that are collected at most before all of them are written. */
const MAX_PENDING_POINTS = 4 * 1024 * 1024;

/** JSON of events in one frame, in bytes, before packing. */
const EVENTS_BYTES = 256 * 1024;

/** Points of one metric that are not written yet. */
class PendingColumn {
  readonly metric: number;
  readonly key: string;
  readonly kind: Column["kind"];
  /** Arrival index of the first pending point. */
  first = 0;
  count = 0;
  readonly json: JsonValue[] = [];
  #rows = new Float64Array(16);
  #values = new Float64Array(16);

  constructor(metric: number, key: string, kind: Column["kind"]) {
    this.metric = metric;
    this.key = key;
    this.kind = kind;
  }

  push(row: number, value: JsonValue): void {
    if (this.count === this.#rows.length) this.#grow();
    this.#rows[this.count] = row;
    if (this.kind === "number" && typeof value === "number") this.#values[this.count] = value;
    else this.json.push(value);
    this.count++;
  }

  /** The pending points as a chunk's payload; none are pending afterwards. */
  take(): Uint8Array {
    const rows = this.#rows.subarray(0, this.count);
    const values = this.kind === "number" ? this.#values.subarray(0, this.count) : this.json;
    const payload = encodeColumnChunk({ key: this.key, kind: this.kind, first: this.first, rows, values });
    this.first += this.count;
    this.count = 0;
    this.json.length = 0;
    return payload;
  }

  #grow(): void {
    const [rows, values] = [new Float64Array(this.count * 4), new Float64Array(this.count * 4)];
    rows.set(this.#rows);
    values.set(this.#values);
    this.#rows = rows;
    this.#values = values;
  }
}

/** Writes one sealed file from its first byte to its last. */
export class SealedWriter {
  readonly #fs: RunLogFs;
  readonly #file: number;
  readonly #source: RunIndex;
  readonly #columns = new Map<number, PendingColumn>();
  readonly #chunks = new ChunkList();
  readonly #chunkLists: number[][];
  readonly #steps = new Float64Array(CHUNK_POINTS);
  readonly #wallMs = new Float64Array(CHUNK_POINTS);
  readonly #axisFirst: number[] = [];
  readonly #axisBounds: number[] = [];
  readonly #eventBounds: number[] = [];
  #events: PlacedEvent[] = [];
  #eventBytes = 0;
  #pendingPoints = 0;
  #rows = 0;
  #sizeBytes = 0;

  /**
   * @param file - The new file, open for writing.
   * @param source - The index of the run that is sealed.
   */
  constructor(fs: RunLogFs, file: number, sequence: number, source: RunIndex) {
    this.#fs = fs;
    this.#file = file;
    this.#source = source;
    this.#chunkLists = Array.from({ length: source.table.size }, () => []);
    this.#write(encodeSegmentHeader("sealed", sequence));
    this.#writeOrigins(source.origins);
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Takes the next rows. */
  addRows({ steps, wallMs, columns }: Rows): void {
    const first = this.#rows;
    for (let i = 0; i < steps.length; i++) this.#addAxis(steps[i]!, wallMs[i]!);
    for (const column of columns) {
      const pending = this.#pendingOf(column);
      column.values.forEach((value: JsonValue, i: number) => {
        pending.push(first + (column.rowIndex?.[i] ?? i), value);
        if (pending.count === CHUNK_POINTS) this.#flushColumn(pending);
      });
      this.#pendingPoints += column.values.length;
    }
    if (this.#pendingPoints > MAX_PENDING_POINTS) this.#flushColumns();
  }

  /** Takes the next event that is not rows, as UTF-8 JSON. */
  addEvent(json: Uint8Array): void {
    this.#events.push({ rowsBefore: this.#rows, json });
    this.#eventBytes += json.length;
    if (this.#eventBytes >= EVENTS_BYTES) this.#flushEvents();
  }

  /** Writes what is pending, the index and the end. */
  finish(): void {
    this.#flushAxis();
    this.#flushColumns();
    this.#flushEvents();
    const footerOffset = this.#sizeBytes;
    const index = this.#sealedIndex();
    const numbers = [this.#axisFirst, ...unzip(this.#axisBounds), ...unzip(this.#eventBounds)].map((list) =>
      Float64Array.from(list),
    );
    for (const frame of encodeIndexFrames({ index, facts: {}, numbers })) this.#write(frame);
    this.#write(encodeFrame(FRAME_END, encodeEnd(footerOffset)));
  }

  /** The source's index with the places of this file. */
  #sealedIndex(): RunIndex {
    const { table, origins, rows, events, firstWallMs } = this.#source;
    const index = new RunIndex(
      MetricTable.fromState({ ...table.state(), chunks: this.#chunkLists }),
      this.#chunks,
      origins,
    );
    return Object.assign(index, { rows, events, firstWallMs });
  }

  #pendingOf({ key, kind }: Column): PendingColumn {
    const metric = this.#source.table.require(key, kind);
    const known = this.#columns.get(metric);
    if (known !== undefined) return known;
    const pending = new PendingColumn(metric, key, kind);
    this.#columns.set(metric, pending);
    return pending;
  }

  #addAxis(step: number, wallMs: number): void {
    const at = this.#rows % CHUNK_POINTS;
    this.#steps[at] = step;
    this.#wallMs[at] = wallMs;
    this.#rows++;
    if (at === CHUNK_POINTS - 1) this.#flushAxis();
  }

  #flushAxis(): void {
    const count = this.#rows - this.#axisFirst.length * CHUNK_POINTS;
    if (count === 0) return;
    const first = this.#rows - count;
    const chunk = { first, steps: this.#steps.subarray(0, count), wallMs: this.#wallMs.subarray(0, count) };
    this.#axisFirst.push(first);
    this.#axisBounds.push(...this.#write(encodeFrame(FRAME_AXIS, encodeAxisChunk(chunk))));
  }

  #flushColumns(): void {
    for (const pending of this.#columns.values()) this.#flushColumn(pending);
    this.#pendingPoints = 0;
  }

  #flushColumn(pending: PendingColumn): void {
    if (pending.count === 0) return;
    const first = pending.first;
    const [start, end] = this.#write(encodeFrame(FRAME_COLUMN, pending.take()));
    this.#chunkLists[pending.metric]!.push(this.#chunks.add({ file: 0, start, end }), first);
  }

  #flushEvents(): void {
    if (this.#events.length === 0) return;
    this.#eventBounds.push(...this.#write(encodeFrame(FRAME_EVENTS, encodeEventsChunk(this.#events))));
    this.#events = [];
    this.#eventBytes = 0;
  }

  #writeOrigins(origins: ReadonlyMap<string, number>): void {
    if (origins.size === 0) return;
    const writer = new ByteWriter();
    appendOrigins(writer, origins);
    this.#write(writer.bytes.subarray(0, writer.length));
  }

  /** Appends bytes and says where they are. */
  #write(bytes: Uint8Array): [start: number, end: number] {
    const start = this.#sizeBytes;
    writeAll(this.#fs, this.#file, bytes, start);
    this.#sizeBytes += bytes.length;
    return [start, this.#sizeBytes];
  }
}

/** The first and the second ones of pairs in a row. */
function unzip(pairs: readonly number[]): [number[], number[]] {
  return [pairs.filter((_, i) => i % 2 === 0), pairs.filter((_, i) => i % 2 === 1)];
}
