/**
 * @file Where the elements of one tensor lie in another, for reference kernels.
 *
 * Every layout operation, reduction and broadcast is a walk over one shape with some strides, so the walk is written once. The reference kernels read
 * with `!`: an index map only holds indices within the operand, by construction.
 */
import type { Shape } from "../shape/shape.ts";
import { sizeOf } from "../shape/shape.ts";

/** Distance in elements between neighbours along each axis of a row-major tensor. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

/** Strides with which a tensor of shape `from` is read as if it had shape `to`: 0 along the axes that it lacks or has once. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = rowMajorStrides(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : (own[axis - missing] ?? 0)));
}

/** For each element of `shape` in row-major order, `start` plus the sum of its coordinates times `strides`. */
export function indexMap(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const map = new Int32Array(sizeOf(shape));
  if (map.length === 0) return map;
  map[0] = start;
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const length = shape[axis] ?? 1;
    const stride = strides[axis] ?? 0;
    for (let along = 1; along < length; along += 1) {
      const offset = along * stride;
      for (let i = 0; i < filled; i += 1) map[along * filled + i] = (map[i] ?? 0) + offset;
    }
    filled *= length;
  }
  return map;
}

/** Sizes before an axis, of it, and behind it, each multiplied up: a tensor seen from one axis. */
export interface AxisView {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** A shape as seen from one axis. */
export function axisView(shape: Shape, axis: number): AxisView {
  return { outer: sizeOf(shape.slice(0, axis)), length: shape[axis] ?? 1, inner: sizeOf(shape.slice(axis + 1)) };
}
