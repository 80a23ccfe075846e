/** @file Steps and wall times of a sealed file's rows: chunks that all metrics share. */
import { FRAME_AXIS } from "../codec/frame.ts";
import type { OwnedCache, Sized } from "./chunk-cache.ts";
import { decodeAxisChunk } from "./sealed-format.ts";
import type { SealedFrames } from "./sealed-frames.ts";
import type { SealedPlaces } from "./sealed-places.ts";

/** Steps and wall times of rows. Of equal length. */
export interface Axes {
  readonly steps: Float64Array;
  /** Milliseconds since 1970. */
  readonly wallMs: Float64Array;
}

/** Steps and wall times of consecutive rows, as they are cached. */
export interface AxisBlock extends Axes, Sized {}

const NO_AXIS: AxisBlock = { steps: new Float64Array(0), wallMs: new Float64Array(0), sizeBytes: 0 };

/** The axis chunks of a sealed file. */
export class SealedAxes {
  readonly #frames: SealedFrames;
  readonly #places: SealedPlaces;
  readonly #cache: OwnedCache<AxisBlock>;

  constructor(frames: SealedFrames, places: SealedPlaces, cache: OwnedCache<AxisBlock>) {
    this.#frames = frames;
    this.#places = places;
    this.#cache = cache;
  }

  /** Steps and wall times of `rows`, ascending: views when the rows follow each other in one chunk. NaN where they are lost. */
  ofRows(rows: Float64Array): Axes {
    const [first, last] = [rows[0] ?? 0, rows[rows.length - 1] ?? 0];
    const chunk = this.#chunkOf(first);
    const start = this.#places.axisFirst[chunk] ?? 0;
    const axis = this.chunk(chunk);
    if (last - first === rows.length - 1 && last - start < axis.steps.length) {
      const [from, to] = [first - start, last - start + 1];
      return { steps: axis.steps.subarray(from, to), wallMs: axis.wallMs.subarray(from, to) };
    }
    return this.#gather(rows, chunk);
  }

  /** Steps and wall times of chunk number `chunk`; empty when they are lost. */
  chunk(chunk: number): AxisBlock {
    const known = this.#cache.get(chunk);
    if (known !== undefined) return known;
    const [start, end] = [this.#places.axisStart[chunk], this.#places.axisEnd[chunk]];
    if (start === undefined || end === undefined) return NO_AXIS;
    const decoded = this.#frames.decode(start, end, FRAME_AXIS, decodeAxisChunk);
    if (decoded === undefined || decoded === "damaged") return NO_AXIS;
    const axis = { steps: decoded.steps, wallMs: decoded.wallMs, sizeBytes: decoded.steps.length * 16 };
    this.#cache.put(chunk, axis);
    return axis;
  }

  #gather(rows: Float64Array, firstChunk: number): Axes {
    const steps = new Float64Array(rows.length);
    const wallMs = new Float64Array(rows.length);
    const { axisFirst } = this.#places;
    let chunk = firstChunk;
    let axis = this.chunk(chunk);
    for (let i = 0; i < rows.length; i++) {
      while (rows[i]! >= (axisFirst[chunk + 1] ?? Infinity)) axis = this.chunk(++chunk);
      const row = rows[i]! - axisFirst[chunk]!;
      steps[i] = axis.steps[row] ?? Number.NaN;
      wallMs[i] = axis.wallMs[row] ?? Number.NaN;
    }
    return { steps, wallMs };
  }

  /** Number of the chunk with row `row`. */
  #chunkOf(row: number): number {
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
}
