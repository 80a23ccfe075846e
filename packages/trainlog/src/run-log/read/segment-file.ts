/**
 * @file One open segment as a reader sees it: how far it is indexed, what its key ids mean, and where its events and points lie.
 */

import { isTrainlogError } from "../../run/error.ts";
import type { RowsEvent, RunEvent } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { type BatchView, viewBatch } from "../codec/batch.ts";
import {
  decodeSegmentHeader,
  FRAME_BATCH,
  type Frame,
  type FrameDamage,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import type { RowsView } from "../codec/rows-view.ts";
import { type Damage, damageAt } from "./damage.ts";
import { type FileFacts, readRange, withFile } from "./file-bytes.ts";
import { framesOfFile } from "./frame-window.ts";
import type { MetricKind } from "./metric-table.ts";
import { type MetricOfColumn, type PointBlock, PointBlockBuilder } from "./point-block.ts";
import type { ChunkPlace, RunIndex } from "./run-index.ts";
import type { SmallBatch } from "./small-batch.ts";

/** Bytes of frames that are decoded together when raw points are wanted. One frame that is larger is a block of its own. */
export const BLOCK_BYTES = 256 * 1024;

/** From so many frames in a block on, frames are small and finding one metric costs as much as decoding all: then all are kept. */
const SMALL_FRAMES = 8;

/** A JSON event. */
export type JsonEvent = Exclude<RunEvent, RowsEvent>;

/** Takes what indexing comes by. `firstRow` counts the rows of the run. */
export interface IndexListener {
  event(event: JsonEvent): void;
  /** Whether `rows` wants to see the rows. If not, `moved` tells how many there are now. */
  readonly wantsRows: boolean;
  rows(view: RowsView, firstRow: number): void;
  moved(rows: number): void;
}

/** What a segment's part of the index is, beside the shared tables: for writing it to a sidecar. */
export interface SegmentState {
  readonly name: string;
  readonly sequence: number;
  /** How far the file is indexed. */
  readonly end: number;
  /** Where the last whole frame begins, or 0; and its first bytes, to know the file again. */
  readonly anchorOffset: number;
  readonly anchor: Uint8Array;
  /** Keys by id; `undefined` where a statement was lost. */
  readonly keys: readonly (string | undefined)[];
  /** Pairs of first byte and end of the frames that hold JSON events. */
  readonly eventFrames: readonly number[];
  /** By frame offset: key ids whose columns were lost there. */
  readonly lostKeys: readonly (readonly [offset: number, keyIds: readonly number[]])[];
  readonly damage: readonly Damage[];
  /** The block that may still grow. */
  readonly block: number | undefined;
}

/** Bytes of a frame's header that tell it from another: length and CRC are among them. */
const ANCHOR_BYTES = 12;

/** An open segment. */
export class SegmentFile {
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
  #anchorOffset = 0;
  #anchor: Uint8Array = new Uint8Array(0);
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

  /**
   * Indexes what was appended.
   *
   * @returns `"changed"` when the file is not the one that was indexed (shorter, or another under its name), `"missing"` when it is gone.
   * @throws TrainlogError `store/newer-format`.
   */
  advance(index: RunIndex, listener: IndexListener): "ok" | "changed" | "missing" {
    const result = withFile(this.#path, (fd, facts) => {
      if (!this.#isSame(facts)) return "changed" as const;
      if (facts.sizeBytes > this.#end) this.#indexTo(fd, facts.sizeBytes, index, listener);
      else this.tail = undefined;
      return "ok" as const;
    });
    return result ?? "missing";
  }

  #isSame(facts: FileFacts): boolean {
    this.#inode ??= facts.inode;
    return facts.inode === this.#inode && facts.sizeBytes >= this.#end;
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
    this.#anchorOffset = frame.offset;
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
    if (this.#addSmallBatch(frame, index, listener)) return;
    try {
      const batch = viewBatch(frame.payload, this.#dictionary);
      // Everything is decoded before the index changes, so that a frame counts whole or not at all.
      const rows = batch.records.map((record) => (record.kind === "rows" ? decodeRows(record) : record.event()));
      index.addOrigin(batch.origin);
      this.#addRecords(frame, batch, rows, index, listener);
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
      this.damage.push(damageAt(this.name, frame.offset, frame.end, "bad-batch", error.message));
    }
  }

  /** Adds a batch of a few plain rows. False for another one, and where a key is not known. */
  #addSmallBatch(frame: Frame, index: RunIndex, listener: IndexListener): boolean {
    // An origin and new keys come with few of many small frames; the views take those.
    if (frame.payload[0] !== 0 || listener.wantsRows || !index.scratch.decode(frame.payload, 1)) return false;
    const { columnCount, keyIds, ends, rows, values, steps, wallMs } = index.scratch;
    for (let column = 0; column < columnCount; column++)
      if (this.#dictionary.keyOf(keyIds[column]!) === undefined) return false;
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
    const { steps, wallMs } = rows;
    view.columns.forEach((column, i) => {
      const { values, rowIndex } = rows.columns[i]!;
      const metric = this.#metricOfColumn(index, column.keyId, column.key, column.kind);
      if (column.count > 0) index.table.enterChunk(metric, block);
      for (let point = 0; point < column.count; point++) {
        const row = rowIndex === undefined ? point : rowIndex[point]!;
        if (values instanceof Float64Array) index.table.addPoint(metric, steps[row]!, wallMs[row]!, values[point]!);
        else index.table.addJson(metric, steps[row]!, wallMs[row]!, values[point]!);
      }
    });
    index.addRows(view.count, wallMs[0] ?? Number.NaN);
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

  /**
   * Decodes the points of a block: all of them when its frames are small, else those of `metric`.
   *
   * @returns `undefined` when the file is gone or another one.
   */
  readBlock(place: ChunkPlace, metric: number, scratch: SmallBatch): PointBlock | undefined {
    return withFile(this.#path, (fd, facts) => {
      if (!this.#isSame(facts)) return undefined;
      const frames: Frame[] = [];
      for (const item of scanFrames(readRange(fd, place.start, place.end)))
        if (item.kind === "frame") frames.push(item);
      const wanted = frames.length >= SMALL_FRAMES ? undefined : metric;
      const builder = new PointBlockBuilder();
      for (const frame of frames) this.#decodePoints(frame, place.start, wanted, builder, scratch);
      return builder.finish(place.end);
    });
  }

  #decodePoints(
    frame: Frame,
    base: number,
    wanted: number | undefined,
    builder: PointBlockBuilder,
    scratch: SmallBatch,
  ): void {
    if (frame.type !== FRAME_BATCH || this.#isDamaged(base + frame.offset)) return;
    const lost = this.#lostKeys.get(base + frame.offset);
    const metricOf: MetricOfColumn = (keyId, kind) => {
      // A key that was lost when this frame was indexed may have been stated since; its points stay out, as the index says.
      if (lost?.includes(keyId) === true) return undefined;
      const metric = this.#metricOf[kind][keyId];
      return wanted === undefined || wanted === metric ? metric : undefined;
    };
    if (frame.payload[0] === 0 && scratch.decode(frame.payload, 1)) {
      builder.addSmall(scratch, metricOf);
      return;
    }
    for (const record of viewBatch(frame.payload, this.#dictionary).records) {
      if (record.kind === "rows") builder.add(record, metricOf);
    }
  }

  #isDamaged(offset: number): boolean {
    return this.damage.some((damage) => damage.offset === offset && damage.kind === "bad-batch");
  }

  /** The JSON events of the indexed part, read again. `undefined` when the file is gone or another one. */
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

  /**
   * The batches of the indexed part, one after the other; views of rows, parsed events.
   *
   * @returns After the last one, false when the file was gone or another one.
   */
  *batches(): Generator<BatchView, boolean, undefined> {
    const dictionary = new KeyDictionary();
    let position = SEGMENT_HEADER_BYTES;
    // Read stretch by stretch, so that no file is open while the consumer does something else.
    while (position < this.#end) {
      const start = position;
      const batches = withFile(this.#path, (fd, facts) =>
        this.#isSame(facts) ? this.#readBatches(fd, start, dictionary) : undefined,
      );
      if (batches === undefined) return false;
      yield* batches.views;
      position = batches.end;
    }
    return true;
  }

  #readBatches(fd: number, start: number, dictionary: KeyDictionary): { views: BatchView[]; end: number } {
    const views: BatchView[] = [];
    let end = this.#end;
    for (const item of framesOfFile(fd, start, this.#end)) {
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

function eventsOf(batch: BatchView): JsonEvent[] {
  return batch.records.flatMap((record) => (record.kind === "event" ? [record.event()] : []));
}
