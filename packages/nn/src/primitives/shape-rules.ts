/** @file Checks that shape rules share, and the words of their errors. */
import { describeValue, TrainlogError } from "../error.ts";
import { type Shape, sameShape, showShape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { Abstract } from "./primitive.ts";

/**
 * The shape that two shapes broadcast to by NumPy's rules; one of the two objects when it is that.
 *
 * @throws TrainlogError `shape/mismatch` naming the operation, both shapes and the first axis (from the right) that does not fit.
 */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (a === b || b.length === 0) return a;
  if (a.length === 0 || sameShape(a, b)) return b;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let back = 1; back <= rank; back += 1) {
    const left = a[a.length - back] ?? 1;
    const right = b[b.length - back] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw doNotBroadcast(operation, a, b, back);
    result[rank - back] = left === 1 ? right : left;
  }
  if (sameShape(result, a)) return a;
  return sameShape(result, b) ? b : result;
}

function doNotBroadcast(operation: string, a: Shape, b: Shape, back: number): TrainlogError {
  return new TrainlogError(
    "shape/mismatch",
    `${operation}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast: axis -${back} has sizes ${a[a.length - back]} and ${b[b.length - back]}; ` +
      "sizes must be equal, or one of them 1",
  );
}

/**
 * Refuses operands of two element types: nothing is converted behind the caller's back.
 *
 * @throws TrainlogError `dtype/mismatch`.
 */
export function checkSameDType(operation: string, a: DType, b: DType): void {
  if (a === b) return;
  throw new TrainlogError(
    "dtype/mismatch",
    `${operation}: dtypes ${a} and ${b} differ; convert one of them, for example cast(x, "${a === "int32" ? b : a}")`,
  );
}

/**
 * Refuses int32 where only fractions make sense.
 *
 * @throws TrainlogError `dtype/mismatch`.
 */
export function checkFloat(operation: string, { dtype }: Abstract): void {
  if (isFloat(dtype)) return;
  throw new TrainlogError("dtype/mismatch", `${operation}: needs float or f64, got int32; cast(x, "float") first`);
}

/**
 * Refuses indices and keys that are not int32.
 *
 * @throws TrainlogError `dtype/mismatch`.
 */
export function checkInt32(operation: string, what: string, { dtype }: Abstract): void {
  if (dtype === "int32") return;
  throw new TrainlogError(
    "dtype/mismatch",
    `${operation}: ${what} must be int32, got ${dtype}; cast(x, "int32") first`,
  );
}

/**
 * An axis counted from 0; negative ones count from the end.
 *
 * @throws TrainlogError `shape/bad-axis` when there is no such axis.
 */
export function normalizeAxis(operation: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new TrainlogError(
    "shape/bad-axis",
    `${operation}: there is no axis ${describeValue(axis)} in shape ${showShape(shape)}` +
      (rank === 0 ? ", a scalar has no axes" : `; axes go from ${-rank} to ${rank - 1}`),
  );
}

/**
 * Axes counted from 0, in rising order; all of them when none are given.
 *
 * @throws TrainlogError `shape/bad-axis` when there is no such axis, or one is named twice.
 */
export function normalizeAxes(
  operation: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): readonly number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  if (typeof axes === "number") return [normalizeAxis(operation, axes, shape)];
  const sorted = axes.map((axis) => normalizeAxis(operation, axis, shape)).sort((a, b) => a - b);
  const twice = sorted.find((axis, i) => axis === sorted[i - 1]);
  if (twice === undefined) return sorted;
  throw new TrainlogError("shape/bad-axis", `${operation}: axis ${twice} is named twice in [${axes.join(", ")}]`);
}

/**
 * Refuses a list that does not have one entry per axis.
 *
 * @throws TrainlogError `shape/bad-axis`.
 */
export function checkPerAxis(operation: string, what: string, values: readonly number[], shape: Shape): void {
  if (values.length === shape.length) return;
  throw new TrainlogError(
    "shape/bad-axis",
    `${operation}: ${what} [${values.join(", ")}] must have one number per axis of shape ${showShape(shape)}`,
  );
}
