/** @file Bounds of the format: what a frame may hold, so that neither a stranger's body nor a damaged file makes a reader allocate without end. */
import { TrainlogError } from "../../run/error.ts";

/** Largest payload of a frame. A length above it cannot be a frame, which makes resynchronisation cheap. */
export const MAX_PAYLOAD_BYTES: number = 64 * 1024 * 1024;

/**
 * Most cells that one batch may decode to: steps, wall times and values. A payload of raw float64 holds half of it at most; the bound exists because
 * a constant column says any number of values in eight bytes.
 */
export const MAX_BATCH_CELLS: number = 2 ** 24;

/** What one column costs on top of its values, in cells: an object instead of a number. */
export const COLUMN_CELLS = 8;

/** The error for a batch above a bound. */
export function tooLarge(what: string): TrainlogError {
  return new TrainlogError("run/batch-too-large", `${what}; split it into several batches`, { status: 413 });
}
