/**
 * @file One open segment as a reader sees it: how far it is indexed, what its key ids mean, and where its events and points lie.
 */

import { join } from "node:path";
import { isTrainlogError } from "../../run/error.ts";
import type { JsonObject, JsonValue } from "../../run/json.ts";
import { type BatchView, readOrigin, viewBatch } from "../codec/batch.ts";
import {
  decodeSegmentHeader,
  FRAME_BATCH,
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameDamage,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import type { RowsView } from "../codec/rows-view.ts";
import { type Damage, damageAt, damageOf } from "./damage.ts";
import { type FileFacts, readRange, withFile } from "./file-bytes.ts";
import { framesOfFile } from "./frame-window.ts";
import { listOf, numberOf, numbersOf, pairsOf } from "./index-state.ts";
import type { MetricKind } from "./metric-table.ts";
import { type MetricOfColumn, type PointBlock, PointBlockBuilder } from "./point-block.ts";
import { RowAxes } from "./row-axes.ts";
import type { Advance, IndexListener, JsonEvent, RunFile, RunRecord } from "./run-file.ts";
import type { ChunkPlace, RunIndex } from "./run-index.ts";

/** Bytes of frames that are decoded together when raw points are wanted. One frame that is larger is a block of its own. */
export const BLOCK_BYTES: number = 256 * 1024;

/** From so many frames in a block on, frames are small and finding one metric costs as much as decoding all: then all are kept. */
const SMALL_FRAMES = 8;

/** Bytes of a frame's header that tell it from another: length and CRC are among them. */
const ANCHOR_BYTES = FRAME_HEADER_BYTES;

/** What a segment adds to a written index. */
export interface SegmentState {
  readonly facts: JsonObject;
  /** Pairs of first byte and end of the frames that hold JSON events. */
  readonly eventFrames: Float64Array;
}

/** An open segment. */
export class SegmentFile implements RunFile {
  readonly kind = "segment" as const;
  readonly name: string;
  readonly sequence: number;
  /** Damage inside what is indexed. */
  readonly damage: Damage[] = [];
  /** What is behind the indexed part and is no frame (yet). */
  tail: FrameDamage | undefined;
  readonly #path: string;
  readonly #file: number;
  readonly #dictionary = new KeyDictionary();
  readonly #metricOf: Record<MetricKind, number[]> = { number: [], json: [] };
  readonly #eventFrames: number[] = [];
  readonly #lostKeys = new Map<number, readonly number[]>();
  #end = 0;
  #inode: number | undefined;
  #lastFrame = 0;
  /** After a restart from a sidecar: what the file must have at `#lastFrame` to be the one that was indexed. */
  #anchor: Uint8Array | undefined;
  #block: number | undefined;

  /**
   * @param file - Number of the file among the run's files.
   * @param path - Where it lies.
   */
  constructor(file: number, path: string, name: string, sequence: number) {
    this.#file = file;
    this.#path = path;
    this.name = name;
    this.sequence = sequence;
  }

  /** How far the file is indexed, in bytes. */
  get end(): number {
    return this.#end;
  }

  advance(index: RunIndex, listener: IndexListener): Advance {
    const result = withFile(this.#path, (fd, facts): Advance => {
      if (!this.#isSame(facts) || !this.#hasAnchor(fd)) return "changed";
      if (facts.sizeBytes > this.#end) this.#indexTo(fd, facts.sizeBytes, index, listener);
      else this.tail = undefined;
      return "ok";
    });
    return result ?? "missing";
  }

  #isSame(facts: FileFacts): boolean {
    this.#inode ??= facts.inode;
    return facts.inode === this.#inode && facts.sizeBytes >= this.#end;
  }

  /** Says whether the file is there and has what was indexed: asked of a segment that came from a sidecar. */
  isAsIndexed(): boolean {
    return withFile(this.#path, (fd, facts) => this.#isSame(facts) && this.#hasAnchor(fd)) ?? false;
  }

  /** Checks once, after a restart from a sidecar, that the file still has the frame that was the last one then. */
  #hasAnchor(fd: number): boolean {
    if (this.#anchor === undefined) return true;
    const found = readRange(fd, this.#lastFrame, this.#lastFrame + ANCHOR_BYTES);
    const isSame = found.length === this.#anchor.length && found.every((byte, i) => byte === this.#anchor?.[i]);
    this.#anchor = undefined;
    return isSame;
  }

  #indexTo(fd: number, sizeBytes: number, index: RunIndex, listener: IndexListener): void {
    if (this.#end === 0 && !this.#takeHeader(fd, sizeBytes)) return;
    this.tail = undefined;
    for (const item of framesOfFile(fd, this.#end, sizeBytes)) {
      if (item.kind === "frame") this.#addFrame(item, index, listener);
      else if (item.tail) {
        this.tail = item;
        return;
      } else
        this.damage.push(
          damageAt(this.name, item.offset, item.end, "bad-frame", `no whole frame there (${item.reason})`),
        );
      this.#end = item.end;
    }
  }

  /** Reads the header. False while it is not all there. */
  #takeHeader(fd: number, sizeBytes: number): boolean {
    if (sizeBytes < SEGMENT_HEADER_BYTES) {
      this.tail = { kind: "damage", reason: "torn", offset: 0, end: sizeBytes, tail: true };
      return false;
    }
    try {
      decodeSegmentHeader(readRange(fd, 0, SEGMENT_HEADER_BYTES), this.#path);
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-header")) throw error;
      this.damage.push(damageAt(this.name, 0, SEGMENT_HEADER_BYTES, "bad-header", error.message));
    }
    this.#end = SEGMENT_HEADER_BYTES;
    return true;
  }

  #addFrame(frame: Frame, index: RunIndex, listener: IndexListener): void {
    this.#lastFrame = frame.offset;
    if (frame.type !== FRAME_BATCH) {
      this.damage.push(
        damageAt(
          this.name,
          frame.offset,
          frame.end,
          "unknown-frame",
          `frame of type ${frame.type}, which this version does not know`,
        ),
      );
      return;
    }
    try {
      if (this.#addSmallBatch(frame, index, listener)) return;
      const batch = viewBatch(frame.payload, this.#dictionary);
      // Everything is decoded before the index changes, so that a frame counts whole or not at all.
      const rows = batch.records.map((record) => (record.kind === "rows" ? decodeRows(record) : record.event()));
      index.addOrigin(batch.origin);
      for (const origin of batch.earlierOrigins ?? []) index.addOrigin(origin);
      this.#addRecords(frame, batch, rows, index, listener);
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
      this.damage.push(damageAt(this.name, frame.offset, frame.end, "bad-batch", error.message));
    }
  }

  /** Adds a batch of a few plain rows. False for another one, and where a key is not known. */
  #addSmallBatch(frame: Frame, index: RunIndex, listener: IndexListener): boolean {
    // New keys come with few of many small frames; the views take those.
    if (listener.wantsRows || !decodeSmall(frame.payload, index)) return false;
    const { columnCount, keyIds, ends, rows, values, steps, wallMs } = index.scratch;
    for (let column = 0; column < columnCount; column++)
      if (this.#dictionary.keyOf(keyIds[column]!) === undefined) return false;
    index.addOrigin(readOrigin(frame.payload));
    const block = this.#blockFor(frame, index);
    for (let column = 0, point = 0; column < columnCount; column++) {
      const metric = this.#metricOfColumn(index, keyIds[column]!, this.#dictionary.keyOf(keyIds[column]!)!, "number");
      if (point < ends[column]!) index.table.enterChunk(metric, block);
      for (; point < ends[column]!; point++)
        index.table.addPoint(metric, steps[rows[point]!]!, wallMs[rows[point]!]!, values[point]!);
    }
    index.addRows(index.scratch.rowCount, wallMs[0]!);
    listener.moved(index.rows);
    return true;
  }

  #addRecords(
    frame: Frame,
    batch: BatchView,
    decoded: readonly (DecodedRows | JsonEvent)[],
    index: RunIndex,
    listener: IndexListener,
  ): void {
    let hasEvents = false;
    batch.records.forEach((record, i) => {
      const content = decoded[i]!;
      if (record.kind === "rows" && "steps" in content) {
        this.#addRows(frame, record, content, index);
        if (listener.wantsRows) listener.rows(record, index.rows - record.count);
        else listener.moved(index.rows);
      } else if ("type" in content) {
        hasEvents = true;
        index.events++;
        listener.event(content);
      }
    });
    if (hasEvents) this.#eventFrames.push(frame.offset, frame.end);
  }

  #addRows(frame: Frame, view: RowsView, rows: DecodedRows, index: RunIndex): void {
    if (view.lostKeyIds.length > 0) this.#noteLostKeys(frame, view);
    const block = this.#blockFor(frame, index);
    const axes = new RowAxes(rows.steps, rows.wallMs);
    view.columns.forEach((column, c) => {
      const { values, rowIndex } = rows.columns[c]!;
      const metric = this.#metricOfColumn(index, column.keyId, column.key, column.kind);
      if (column.count === 0) return;
      const picked = rowIndex === undefined ? axes : axes.pick(rowIndex);
      index.table.enterChunk(metric, block);
      if (values instanceof Float64Array) index.table.addColumn(metric, picked, values);
      else
        for (const [i, value] of values.entries())
          index.table.addJson(metric, picked.steps[i]!, picked.wallMs[i]!, value);
    });
    index.addRows(view.count, rows.wallMs[0] ?? Number.NaN);
  }

  #noteLostKeys(frame: Frame, view: RowsView): void {
    this.#lostKeys.set(frame.offset, [...(this.#lostKeys.get(frame.offset) ?? []), ...view.lostKeyIds]);
    const what = `${view.lostValues} values whose keys (ids ${view.lostKeyIds.slice(0, 10).join(", ")}) were stated in a damaged frame`;
    this.damage.push(damageAt(this.name, frame.offset, frame.end, "lost-keys", what));
  }

  #metricOfColumn(index: RunIndex, keyId: number, key: string, kind: MetricKind): number {
    const metrics = this.#metricOf[kind];
    metrics[keyId] ??= index.table.require(key, kind);
    return metrics[keyId];
  }

  #knownMetric(index: RunIndex, keyId: number, kind: MetricKind): number | undefined {
    const known = this.#metricOf[kind][keyId];
    if (known !== undefined) return known;
    const key = this.#dictionary.keyOf(keyId);
    return key === undefined ? undefined : index.table.find(key, kind);
  }

  /** The block that the frame belongs to: the current one until it is full. Depends on offsets alone, not on when the reader looked. */
  #blockFor(frame: Frame, index: RunIndex): number {
    if (this.#block !== undefined) {
      const { start, end } = index.chunks.placeOf(this.#block);
      if (end === frame.end || frame.end - start <= BLOCK_BYTES) {
        index.chunks.extend(this.#block, frame.end);
        return this.#block;
      }
    }
    this.#block = index.chunks.add({ file: this.#file, start: frame.offset, end: frame.end });
    return this.#block;
  }

  readBlock(place: ChunkPlace, metric: number, index: RunIndex): PointBlock | undefined {
    return withFile(this.#path, (fd, facts) => {
      if (!this.#isSame(facts)) return undefined;
      const frames: Frame[] = [];
      for (const item of scanFrames(readRange(fd, place.start, place.end)))
        if (item.kind === "frame") frames.push(item);
      const wanted = frames.length >= SMALL_FRAMES ? undefined : metric;
      const builder = new PointBlockBuilder();
      for (const frame of frames) this.#decodePoints(frame, place.start, wanted, builder, index);
      return builder.finish(place.end);
    });
  }

  #decodePoints(
    frame: Frame,
    base: number,
    wanted: number | undefined,
    builder: PointBlockBuilder,
    index: RunIndex,
  ): void {
    if (frame.type !== FRAME_BATCH || this.#isDamaged(base + frame.offset)) return;
    const lost = this.#lostKeys.get(base + frame.offset);
    const metricOf: MetricOfColumn = (keyId, kind) => {
      // A key that was lost when this frame was indexed may have been stated since; its points stay out, as the index says.
      if (lost?.includes(keyId) === true) return undefined;
      const metric = this.#knownMetric(index, keyId, kind);
      return wanted === undefined || wanted === metric ? metric : undefined;
    };
    if (decodeSmall(frame.payload, index)) {
      builder.addSmall(index.scratch, metricOf);
      return;
    }
    for (const record of viewBatch(frame.payload, this.#dictionary).records) {
      if (record.kind === "rows") builder.add(record, metricOf);
    }
  }

  #isDamaged(offset: number): boolean {
    return this.damage.some((damage) => damage.offset === offset && damage.kind === "bad-batch");
  }

  jsonEvents(): JsonEvent[] | undefined {
    return withFile(this.#path, (fd, facts) => {
      if (!this.#isSame(facts)) return undefined;
      const events: JsonEvent[] = [];
      for (let i = 0; i < this.#eventFrames.length; i += 2) {
        const bytes = readRange(fd, this.#eventFrames[i]!, this.#eventFrames[i + 1]!);
        for (const item of scanFrames(bytes))
          if (item.kind === "frame") events.push(...eventsOf(viewBatch(item.payload, this.#dictionary)));
      }
      return events;
    });
  }

  *records(): Generator<RunRecord, boolean, undefined> {
    const dictionary = new KeyDictionary();
    let position = SEGMENT_HEADER_BYTES;
    // Read stretch by stretch, so that no file is open while the consumer does something else.
    while (position < this.#end) {
      const start = position;
      const batches = withFile(this.#path, (fd, facts) =>
        this.#isSame(facts) ? this.#readBatches(fd, start, dictionary) : undefined,
      );
      if (batches === undefined) return false;
      for (const { records } of batches.views) yield* records;
      position = batches.end;
    }
    return true;
  }

  /** What this file adds to a written index. `undefined` when the file cannot be read. */
  state(): SegmentState | undefined {
    const anchor = withFile(this.#path, (fd) => readRange(fd, this.#lastFrame, this.#lastFrame + ANCHOR_BYTES));
    if (anchor === undefined) return undefined;
    const keys = Array.from({ length: this.#dictionary.size }, (_, id) => this.#dictionary.keyOf(id) ?? null);
    const facts = {
      ...{ name: this.name, sequence: this.sequence, end: this.#end, lastFrame: this.#lastFrame, anchor: [...anchor] },
      ...{
        block: this.#block ?? null,
        keys,
        lostKeys: [...this.#lostKeys],
        damage: this.damage.map((damage) => ({ ...damage })),
      },
    };
    return { facts, eventFrames: Float64Array.from(this.#eventFrames) };
  }

  /**
   * A segment in the given state.
   *
   * @throws TrainlogError `run-log/bad-batch` when the facts are not what {@link SegmentFile.state} gave.
   */
  static fromState(file: number, dir: string, state: SegmentState): SegmentFile {
    const { facts, eventFrames } = state;
    const name = String(facts["name"]);
    const segment = new SegmentFile(file, join(dir, name), name, numberOf(facts["sequence"], "sequence"));
    segment.#end = numberOf(facts["end"], "end");
    segment.#lastFrame = numberOf(facts["lastFrame"], "lastFrame");
    segment.#anchor = Uint8Array.from(numbersOf(facts["anchor"], "anchor"));
    segment.#block = facts["block"] === null ? undefined : numberOf(facts["block"], "block");
    listOf(facts["keys"], "keys").forEach((key, id) => {
      if (typeof key === "string") segment.#dictionary.define(id, key);
    });
    for (const [offset, keyIds] of pairsOf(facts["lostKeys"], "lostKeys")) {
      segment.#lostKeys.set(numberOf(offset, "lostKeys"), numbersOf(keyIds, "lostKeys"));
    }
    segment.damage.push(...listOf(facts["damage"], "damage").map(damageOf));
    for (const offset of eventFrames) segment.#eventFrames.push(offset);
    return segment;
  }

  #readBatches(fd: number, start: number, dictionary: KeyDictionary): { views: BatchView[]; end: number } {
    const views: BatchView[] = [];
    let end = this.#end;
    // A little more than is wanted, so that the frame at the end of the stretch is in it.
    for (const item of framesOfFile(fd, start, this.#end, BLOCK_BYTES * 1.25)) {
      end = item.end;
      if (item.kind === "frame" && item.type === FRAME_BATCH && !this.#isDamaged(item.offset))
        views.push(viewBatch(item.payload, dictionary));
      if (end - start >= BLOCK_BYTES) break;
    }
    return { views, end };
  }
}

/** A rows record, decoded. */
interface DecodedRows {
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
  readonly columns: readonly {
    readonly values: Float64Array | readonly JsonValue[];
    readonly rowIndex: Uint32Array | undefined;
  }[];
}

function decodeRows(view: RowsView): DecodedRows {
  return {
    steps: view.steps(),
    wallMs: view.wallMs(),
    columns: view.columns.map((column) => ({ values: column.values(), rowIndex: column.rowIndex() })),
  };
}

/** Decodes a small batch, behind its origin, into the index's scratch memory. False for another one. */
function decodeSmall(payload: Uint8Array, index: RunIndex): boolean {
  const originBytes = payload[0] ?? 0;
  // From 128 on, the length of the origin goes on in the next byte.
  return originBytes < 128 && index.scratch.decode(payload, 1 + originBytes) && index.scratch.rowCount > 0;
}

function eventsOf(batch: BatchView): JsonEvent[] {
  return batch.records.flatMap((record) => (record.kind === "event" ? [record.event()] : []));
}
