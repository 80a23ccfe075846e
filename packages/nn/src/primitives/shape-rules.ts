/** @file Checks that primitives share, beside those of `../shape`. */
import { describeValue, TrainlogError } from "../error.ts";
import { normalAxes } from "../shape/axes.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import { type DType, isFloat } from "../tensor/dtype.ts";
import type { Abstract } from "./primitive.ts";

/**
 * Refuses operands of two element types: nothing is converted behind the caller's back.
 *
 * @throws TrainlogError `dtype/mismatch`.
 */
export function checkSameDType(operation: string, a: DType, b: DType): void {
  if (a === b) return;
  throw shapeError(
    `${operation}: the dtypes must be equal`,
    `one of them converted, for example by cast(x, "${a === "int32" ? b : a}")`,
    `${a} and ${b}`,
    "dtype/mismatch",
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
export function checkInt32(operation: string, what: string, given: Abstract): void {
  const { dtype } = given;
  if (dtype === "int32") return;
  if (dtype === undefined) {
    throw new TrainlogError(
      "dtype/mismatch",
      `${operation}: ${what} must be a tensor of int32, got ${describeValue(given)}`,
    );
  }
  throw new TrainlogError(
    "dtype/mismatch",
    `${operation}: ${what} must be int32, got ${dtype}; cast(x, "int32") first`,
  );
}

/**
 * Axes counted from 0, in rising order; all of them when none are given. Reductions compare equal by structure that way.
 *
 * @throws TrainlogError `shape/bad-axis` when there is no such axis, or one is named twice.
 */
export function risingAxes(
  operation: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): readonly number[] {
  const normal = normalAxes(operation, axes, shape);
  return isRising(normal) ? normal : normal.toSorted((a, b) => a - b);
}

function isRising(axes: readonly number[]): boolean {
  for (let i = 1; i < axes.length; i += 1) if ((axes[i] ?? 0) < (axes[i - 1] ?? 0)) return false;
  return true;
}

/**
 * Refuses a list that does not have one entry per axis.
 *
 * @throws TrainlogError `shape/bad-axis`.
 */
export function checkPerAxis(operation: string, what: string, values: readonly number[], shape: Shape): void {
  if (values.length === shape.length) return;
  throw shapeError(
    `${operation}: there must be one of the ${what} per axis`,
    `${shape.length} for shape ${showShape(shape)}`,
    showShape(values),
    "shape/bad-axis",
  );
}

/**
 * Refuses a shape that is not the one that others determine.
 *
 * @throws TrainlogError `shape/mismatch`.
 */
export function checkShapeIs(operation: string, what: string, got: Shape, expected: Shape): void {
  if (got.length === expected.length && got.every((length, axis) => length === expected[axis])) return;
  throw shapeError(`${operation}: the shape of ${what} does not fit`, showShape(expected), showShape(got));
}
