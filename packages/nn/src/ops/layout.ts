/** @file The same elements in another shape or order. */
import * as primitives from "../primitives/index.ts";
import { type NoAxis, type NormalAxis, normalAxes, normalAxis } from "../shape/axes.ts";
import type { BroadcastShapes } from "../shape/broadcast.ts";
import {
  type FlattenShape,
  flattenShape,
  type InsertAxis,
  insertAxis,
  type PermuteShape,
  permutation,
  type ReshapeTo,
  type ReverseShape,
  reshapeTo,
  type SqueezeShape,
  squeezeShape,
  type TileShape,
} from "../shape/reshape.ts";
import { checkShape, type Plain, type Shape, showShapes } from "../shape/shape.ts";
import {
  type Check,
  type Checked,
  type IsOpen,
  type ShapeError,
  type ShowShape,
  type ShowShapes,
  shapeError,
} from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { typed } from "./operand.ts";

/**
 * The same elements in row-major order under another shape.
 *
 * @param shape - One size may be −1: what is left.
 * @throws TrainlogError `shape/mismatch` when the number of elements would change.
 *
 * @example
 * reshape(x, [4, -1]);   // Tensor<[4, 6]> of a Tensor<[2, 3, 4]>
 */
export function reshape<S extends Shape, D extends DType, const To extends Shape>(
  x: Tensor<S, D>,
  shape: To & Check<ReshapeTo<S, To>>,
): Tensor<Checked<ReshapeTo<S, To>>, D> {
  const to: Shape = shape;
  return typed(primitives.reshape(x, reshapeTo(x.shape, to)));
}

/**
 * The axes from `start` on as one.
 *
 * @param start - Default 0: all. 1 keeps a batch axis.
 * @throws TrainlogError `shape/bad-axis`.
 */
export function flatten<S extends Shape, D extends DType, const Start extends number = 0>(
  x: Tensor<S, D>,
  start?: Start & Check<FlattenShape<S, Start>>,
): Tensor<Checked<FlattenShape<S, Start>>, D> {
  const from: number = start ?? 0;
  return typed(primitives.reshape(x, flattenShape(x.shape, from)));
}

/**
 * Without axes of size 1.
 *
 * @param axis - The one that goes; all of size 1 when left out.
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch` when the axis is not of size 1.
 */
export function squeeze<S extends Shape, D extends DType, const A extends number | undefined = undefined>(
  x: Tensor<S, D>,
  axis?: A & Check<SqueezeShape<S, A>>,
): Tensor<Checked<SqueezeShape<S, A>>, D> {
  const at: number | undefined = axis;
  return typed(primitives.reshape(x, squeezeShape(x.shape, at)));
}

/**
 * With a new axis of size 1 at place `axis` of the result.
 *
 * @throws TrainlogError `shape/bad-axis`.
 *
 * @example
 * unsqueeze(zeros([2, 3]), -1);   // Tensor<[2, 3, 1]>
 */
export function unsqueeze<S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  axis: A & Check<InsertAxis<S, A>>,
): Tensor<Checked<InsertAxis<S, A>>, D> {
  const at: number = axis;
  return typed(primitives.reshape(x, insertAxis("unsqueeze", x.shape, at, 1)));
}

/**
 * The axes in another order: axis i of the result is axis `order[i]` of x.
 *
 * @throws TrainlogError `shape/bad-axis` unless every axis is named once.
 *
 * @example
 * permute(images, [0, 3, 1, 2]);   // channels last → channels first
 */
export function permute<S extends Shape, D extends DType, const Order extends Shape>(
  x: Tensor<S, D>,
  order: Order & Check<PermuteShape<S, Order>>,
): Tensor<Checked<PermuteShape<S, Order>>, D> {
  const axes: Shape = order;
  return typed(primitives.transpose(x, permutation("permute", x.shape, axes)));
}

/** The axes in reversed order: rows become columns. For another order use {@link permute}, for two axes {@link swapAxes}. */
export function transpose<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<ReverseShape<S>, D> {
  return typed(primitives.transpose(x));
}

/** `S` with two axes exchanged, or a `ShapeError`. */
type SwappedShape<S extends Shape, A extends number, B extends number> =
  IsOpen<S> extends true
    ? Shape
    : [NormalAxis<S, A>] extends [never]
      ? NoAxis<"swapAxes", S, A>
      : [NormalAxis<S, B>] extends [never]
        ? NoAxis<"swapAxes", S, B>
        : Plain<{ [Axis in keyof S]: SwappedSize<S, Axis, NormalAxis<S, A>, NormalAxis<S, B>> }>;

type SwappedSize<S extends Shape, Axis, A extends number, B extends number> = number extends A | B
  ? number
  : Axis extends `${A}`
    ? S[B]
    : Axis extends `${B}`
      ? S[A]
      : Axis extends keyof S
        ? S[Axis] & number
        : never;

/**
 * Two axes exchanged.
 *
 * @throws TrainlogError `shape/bad-axis`.
 */
export function swapAxes<S extends Shape, D extends DType, const A extends number, const B extends number>(
  x: Tensor<S, D>,
  a: A,
  b: B & Check<SwappedShape<S, A, B>>,
): Tensor<Checked<SwappedShape<S, A, B>>, D> {
  const first = normalAxis("swapAxes", a, x.shape);
  const second = normalAxis("swapAxes", b, x.shape);
  const order = x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis));
  return typed(primitives.transpose(x, order));
}

/** `To` if `S` broadcasts to it, or a `ShapeError`. */
type BroadcastTo<S extends Shape, To extends Shape> =
  BroadcastShapes<S, To> extends infer Out
    ? Out extends Shape
      ? Out["length"] extends To["length"]
        ? IsOpen<S> extends true
          ? Plain<To>
          : SameSizes<Plain<To>, Out> extends true
            ? Plain<To>
            : NoBroadcastTo<S, To>
        : NoBroadcastTo<S, To>
      : NoBroadcastTo<S, To>
    : never;

type SameSizes<To, Out> = To extends readonly [infer A, ...infer RestTo]
  ? Out extends readonly [infer B, ...infer RestOut]
    ? number extends A
      ? SameSizes<RestTo, RestOut>
      : B extends A
        ? SameSizes<RestTo, RestOut>
        : false
    : true
  : true;

type NoBroadcastTo<S extends Shape, To extends Shape> = ShapeError<
  "broadcastTo: the shape must stretch to the other one",
  `sizes of ${ShowShape<To>} or 1, from the last axis on`,
  ShowShape<S>
>;

/**
 * Repeated by NumPy's rules until it has the shape.
 *
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 *
 * @example
 * broadcastTo(tensor([1, 2, 3]), [2, 3]);   // [[1, 2, 3], [1, 2, 3]]
 */
export function broadcastTo<S extends Shape, D extends DType, const To extends Shape>(
  x: Tensor<S, D>,
  shape: To & Check<BroadcastTo<S, To>>,
): Tensor<Plain<To>, D> {
  const to: Shape = shape;
  return typed(primitives.broadcastTo(x, to));
}

/**
 * In reverse order along the axes.
 *
 * @param axes - One or several; all when left out.
 * @throws TrainlogError `shape/bad-axis`.
 */
export function flip<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  axes?: number | readonly number[],
): Tensor<S, D> {
  return typed(primitives.flip(x, normalAxes("flip", axes, x.shape)));
}

/** Shapes of equal rank, or a `ShapeError`. */
type RepeatCheck<S extends Shape, Repeats extends Shape> =
  IsOpen<S> extends true
    ? S
    : IsOpen<Repeats> extends true
      ? S
      : S["length"] extends Repeats["length"]
        ? S
        : ShapeError<"tile: every axis needs its count", `${S["length"]} counts`, ShowShapes<S, Repeats>>;

/**
 * The whole tensor repeated along each axis.
 *
 * @param repeats - How often, one count per axis.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 *
 * @example
 * tile(tensor([1, 2]), [2]);   // [1, 2, 1, 2]
 */
export function tile<S extends Shape, D extends DType, const Repeats extends Shape>(
  x: Tensor<S, D>,
  repeats: Repeats & Check<RepeatCheck<S, Repeats>>,
): Tensor<TileShape<S, Repeats>, D> {
  const counts: Shape = repeats;
  if (counts.length !== x.shape.length) {
    throw shapeError("tile: every axis needs its count", `${x.shape.length} counts`, showShapes(x.shape, counts));
  }
  checkShape(counts);
  // Each axis as [1, size] → [count, size] → [count · size].
  const split = x.shape.flatMap((size) => [1, size]);
  const grown = x.shape.flatMap((size, axis) => [counts[axis] ?? 1, size]);
  const joined = x.shape.map((size, axis) => size * (counts[axis] ?? 1));
  return typed(primitives.reshape(primitives.broadcastTo(primitives.reshape(x, split), grown), joined));
}
