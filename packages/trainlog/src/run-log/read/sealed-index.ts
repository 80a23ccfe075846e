/**
 * @file The index of a sealed file: read from its end, or built again from the chunks, which name their metrics and rows themselves.
 */
import { isTrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import { viewBatch } from "../codec/batch.ts";
import { badBatch } from "../codec/byte-reader.ts";
import {
  FRAME_AXIS,
  FRAME_BATCH,
  FRAME_COLUMN,
  FRAME_EVENTS,
  FRAME_FOOTER,
  type Frame,
  SEGMENT_HEADER_BYTES,
} from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import type { OwnedCache } from "./chunk-cache.ts";
import { readRange } from "./file-bytes.ts";
import { decodeIndexFrames } from "./index-frames.ts";
import { RunIndex } from "./run-index.ts";
import { type AxisBlock, SealedAxes } from "./sealed-axes.ts";
import { type ColumnChunk, decodeAxisChunk, decodeColumnChunk, decodeEventsChunk, FRAME_END } from "./sealed-format.ts";
import { END_FRAME_BYTES, onlyFrame, type SealedFrames } from "./sealed-frames.ts";
import { GrowingPlaces, placesOf, type SealedPlaces } from "./sealed-places.ts";

/** The index of a sealed file, and where its shared chunks lie. */
export interface SealedIndex {
  readonly index: RunIndex;
  readonly places: SealedPlaces;
}

/** Reads the index of the open file. A damaged one is built again, and noted. */
export function readSealedIndex(frames: SealedFrames, fd: number, cache: OwnedCache<AxisBlock>): SealedIndex {
  const { sizeBytes } = frames;
  try {
    return storedIndex(fd, sizeBytes);
  } catch (error) {
    if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
    const what = `the index at its end cannot be read (${error.message}); it was built again from the rest`;
    frames.note(sizeBytes, sizeBytes, "bad-batch", what);
    return new Rebuild(frames).run(fd, cache);
  }
}

/** The index at the end of the file. @throws TrainlogError `run-log/bad-batch`. */
function storedIndex(fd: number, sizeBytes: number): SealedIndex {
  const { payload } = onlyFrame(readRange(fd, Math.max(0, sizeBytes - END_FRAME_BYTES), sizeBytes), FRAME_END);
  const start = new DataView(payload.buffer, payload.byteOffset).getFloat64(1, true);
  if (!(start >= SEGMENT_HEADER_BYTES && start <= sizeBytes)) throw badBatch("the end of the file names no index");
  const { index, numbers } = decodeIndexFrames(readRange(fd, start, sizeBytes - END_FRAME_BYTES));
  return { index, places: placesOf(numbers) };
}

/** A column chunk with its place. */
interface PlacedColumn {
  readonly chunk: ColumnChunk;
  readonly start: number;
  readonly end: number;
}

/** Builds an index from the chunks of a file. */
class Rebuild {
  readonly #frames: SealedFrames;
  readonly #index = new RunIndex();
  readonly #places = new GrowingPlaces();
  readonly #columns: PlacedColumn[] = [];

  constructor(frames: SealedFrames) {
    this.#frames = frames;
  }

  run(fd: number, cache: OwnedCache<AxisBlock>): SealedIndex {
    this.#frames.scan(fd, (frame) => this.#take(frame));
    const places = this.#places.places();
    // Columns wait until all axes are known: their points need steps and wall times.
    const axes = new SealedAxes(this.#frames, places, cache);
    for (const column of this.#columns) this.#addColumn(column, axes);
    return { index: this.#index, places };
  }

  #take(frame: Frame): void {
    const { type, payload, offset: start, end } = frame;
    if (type === FRAME_AXIS) this.#takeAxis(frame);
    else if (type === FRAME_COLUMN) this.#columns.push({ chunk: decodeColumnChunk(payload), start, end });
    else if (type === FRAME_EVENTS) {
      this.#index.events += decodeEventsChunk(payload).length;
      this.#places.addEvents(start, end);
    } else if (type === FRAME_BATCH) {
      for (const origin of viewBatch(payload, new KeyDictionary()).earlierOrigins ?? []) this.#index.addOrigin(origin);
    } else if (type !== FRAME_FOOTER && type !== FRAME_END) {
      this.#frames.note(start, end, "unknown-frame", `frame of type ${type}, which this version does not know`);
    }
  }

  #takeAxis({ payload, offset, end }: Frame): void {
    const { first, steps, wallMs } = decodeAxisChunk(payload);
    if (this.#index.rows === 0 && first === 0) this.#index.firstWallMs = wallMs[0] ?? Number.NaN;
    this.#index.rows = Math.max(this.#index.rows, first + steps.length);
    this.#places.addAxis(first, offset, end);
  }

  #addColumn({ chunk, start, end }: PlacedColumn, axes: SealedAxes): void {
    const { table, chunks } = this.#index;
    const number = chunks.add({ file: 0, start, end });
    const metric = table.require(chunk.key, chunk.kind);
    if (chunk.rows.length > 0) table.enterChunk(metric, number);
    const { steps, wallMs } = axes.ofRows(chunk.rows);
    chunk.values.forEach((value: JsonValue, i: number) => {
      if (typeof value === "number" && chunk.kind === "number") table.addPoint(metric, steps[i]!, wallMs[i]!, value);
      else table.addJson(metric, steps[i]!, wallMs[i]!, value);
    });
  }
}
