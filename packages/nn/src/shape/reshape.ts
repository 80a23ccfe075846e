/** @file Shapes of operations that only rearrange: reshape, permute, squeeze, unsqueeze, flatten. */
import type { Divide, Multiply, Product } from "./arithmetic.ts";
import { type NoAxis, type NormalAxes, type NormalAxis, normalAxes, normalAxis, type ReplaceAxis } from "./axes.ts";
import { checkShape, checkSizes, type Plain, type Shape, showShape, sizeOf } from "./shape.ts";
import { type AnyShapeError, type IsOpen, type ShapeError, type ShowShape, shapeError } from "./shape-error.ts";

/** `To`, with −1 replaced by what is left; a `ShapeError` when the number of elements would change. */
export type ReshapeTo<S extends Shape, To extends Shape> =
  IsOpen<To> extends true
    ? Shape
    : -1 extends Exclude<To[number], number extends To[number] ? never : Exclude<To[number], -1>>
      ? ReshapeRest<S, To, Product<WithoutRest<To>>>
      : SameCount<Product<S>, Product<To>> extends true
        ? Plain<To>
        : CountMismatch<S, To>;

type ReshapeRest<S extends Shape, To extends Shape, Known extends number> =
  Divide<Product<S>, Known> extends infer Rest extends number
    ? [Rest] extends [never]
      ? CountMismatch<S, To>
      : SameCount<Product<S>, Multiply<Rest, Known>> extends true
        ? FillRest<To, Rest>
        : CountMismatch<S, To>
    : never;

type SameCount<A extends number, B extends number> = number extends A
  ? true
  : number extends B
    ? true
    : A extends B
      ? true
      : false;

/** The sizes that are given. */
type WithoutRest<To extends Shape, Out extends Shape = []> = To extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? WithoutRest<Rest, First extends -1 ? Out : [...Out, First]>
  : Out;

type FillRest<To extends Shape, Size extends number> = {
  -readonly [Axis in keyof To]: To[Axis] extends -1 ? Size : To[Axis];
};

type CountMismatch<S extends Shape, To extends Shape> = ShapeError<
  "reshape: the number of elements must stay the same",
  `the ${Product<S>} elements of ${ShowShape<S>}`,
  ShowShape<To>
>;

/**
 * `to`, with −1 replaced by what is left.
 *
 * @throws TrainlogError `shape/mismatch` in the words of {@link ReshapeTo}; `shape/bad-size` for a second −1 and other sizes that are not natural.
 */
export function reshapeTo(shape: Shape, to: Shape): Shape {
  checkSizes(to);
  const count = sizeOf(shape);
  const rest = to.indexOf(-1);
  const known = rest < 0 ? to : to.toSpliced(rest, 1);
  const knownCount = sizeOf(checkShape(known));
  const restSize = rest < 0 ? 1 : knownCount === 0 ? Number.NaN : count / knownCount;
  if (!Number.isInteger(restSize) || knownCount * restSize !== count) {
    throw shapeError(
      "reshape: the number of elements must stay the same",
      `the ${count} elements of ${showShape(shape)}`,
      showShape(to),
    );
  }
  return rest < 0 ? to : to.with(rest, restSize);
}

/** The axes of `S` in the order of `Order`, or a `ShapeError`. */
export type PermuteShape<S extends Shape, Order extends Shape, Operation extends string = "permute"> =
  IsOpen<S> extends true
    ? Shape
    : NormalAxes<Operation, S, Order> extends infer Normal
      ? Normal extends AnyShapeError
        ? Normal
        : Normal extends Shape
          ? number extends Normal["length"]
            ? Shape
            : Normal["length"] extends S["length"]
              ? { [Axis in keyof Normal]: S[Normal[Axis] & keyof S] }
              : ShapeError<
                  `${Operation}: every axis must be named`,
                  `${S["length"]} axes of ${ShowShape<S>}`,
                  ShowShape<Order>
                >
          : never
      : never;

/**
 * A full order of axes, counted from 0.
 *
 * @throws TrainlogError `shape/bad-axis` in the words of {@link PermuteShape}.
 */
export function permutation(operation: string, shape: Shape, order: readonly number[]): readonly number[] {
  const normal = normalAxes(operation, order, shape);
  if (normal.length === shape.length) return normal;
  throw shapeError(
    `${operation}: every axis must be named`,
    `${shape.length} axes of ${showShape(shape)}`,
    showShape(order),
    "shape/bad-axis",
  );
}

/** The axes of `S` backwards. */
export type ReverseShape<S extends Shape, Out extends Shape = []> =
  IsOpen<S> extends true
    ? Shape
    : S extends readonly [infer First extends number, ...infer Rest extends Shape]
      ? ReverseShape<Rest, [First, ...Out]>
      : Out;

/** `S` with a new axis of `Size` at place `Axis` of the result (−1: at the end), or a `ShapeError`. */
export type InsertAxis<
  S extends Shape,
  Axis extends number,
  Size extends number = 1,
  Operation extends string = "unsqueeze",
> =
  IsOpen<S> extends true
    ? Shape
    : number extends Axis
      ? Shape
      : [NormalAxis<[...S, Size], Axis>] extends [never]
        ? NoAxis<Operation, [...S, Size], Axis>
        : InsertAt<S, NormalAxis<[...S, Size], Axis>, Size>;

type InsertAt<
  S extends Shape,
  Axis extends number,
  Size extends number,
  Before extends Shape = [],
> = Before["length"] extends Axis
  ? [...Before, Size, ...S]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? InsertAt<Rest, Axis, Size, [...Before, First]>
    : Shape;

/**
 * The shape with a new axis.
 *
 * @throws TrainlogError `shape/bad-axis` in the words of {@link InsertAxis}.
 */
export function insertAxis(operation: string, shape: Shape, axis: number, size: number): Shape {
  return shape.toSpliced(normalAxis(operation, axis, [...shape, size]), 0, size);
}

/** `S` without the axis of size 1 at `Axis` (all such axes when undefined), or a `ShapeError`. */
export type SqueezeShape<S extends Shape, Axis extends number | undefined> =
  IsOpen<S> extends true
    ? Shape
    : [Axis] extends [number]
      ? SqueezeOne<S, Axis>
      : number extends S[number]
        ? Shape
        : WithoutOnes<S>;

type SqueezeOne<S extends Shape, Axis extends number> = [NormalAxis<S, Axis>] extends [never]
  ? NoAxis<"squeeze", S, Axis>
  : number extends NormalAxis<S, Axis>
    ? Shape
    : S[NormalAxis<S, Axis>] extends infer Size extends number
      ? number extends Size
        ? ReplaceAxis<S, NormalAxis<S, Axis>, []>
        : Size extends 1
          ? ReplaceAxis<S, NormalAxis<S, Axis>, []>
          : ShapeError<`squeeze: axis ${NormalAxis<S, Axis>} is not of size 1`, "size 1", ShowShape<S>>
      : never;

type WithoutOnes<S extends Shape, Out extends Shape = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends Shape,
]
  ? WithoutOnes<Rest, First extends 1 ? Out : [...Out, First]>
  : Out;

/**
 * The shape without axes of size 1.
 *
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch` in the words of {@link SqueezeShape}.
 */
export function squeezeShape(shape: Shape, axis: number | undefined): Shape {
  if (axis === undefined) return shape.filter((size) => size !== 1);
  const at = normalAxis("squeeze", axis, shape);
  if (shape[at] === 1) return shape.toSpliced(at, 1);
  throw shapeError(`squeeze: axis ${at} is not of size 1`, "size 1", showShape(shape));
}

/** `S` with the axes from `Start` on (to the last one) made one. */
export type FlattenShape<S extends Shape, Start extends number = 0> =
  IsOpen<S> extends true
    ? Shape
    : number extends Start
      ? Shape
      : S extends readonly []
        ? [1]
        : [NormalAxis<S, Start>] extends [never]
          ? NoAxis<"flatten", S, Start>
          : FlattenFrom<S, NormalAxis<S, Start>>;

type FlattenFrom<S extends Shape, Start extends number, Before extends Shape = []> = Before["length"] extends Start
  ? [...Before, Product<S>]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? FlattenFrom<Rest, Start, [...Before, First]>
    : Shape;

/**
 * The shape with the axes from `start` on made one.
 *
 * @throws TrainlogError `shape/bad-axis` in the words of {@link FlattenShape}.
 */
export function flattenShape(shape: Shape, start: number): Shape {
  if (shape.length === 0) return [1];
  const at = normalAxis("flatten", start, shape);
  return [...shape.slice(0, at), sizeOf(shape.slice(at))];
}

/** Sizes multiplied place by place, from the last axis on, as `tile` repeats; missing repeats are 1. */
export type TileShape<S extends Shape, Repeats extends Shape, Out extends Shape = []> =
  IsOpen<S> extends true
    ? Shape
    : S extends readonly [...infer RestS extends Shape, infer Size extends number]
      ? Repeats extends readonly [...infer RestR extends Shape, infer Times extends number]
        ? TileShape<RestS, RestR, [Multiply<Size, Times>, ...Out]>
        : Repeats extends readonly []
          ? [...S, ...Out]
          : Shape
      : IsOpen<Repeats> extends true
        ? Shape
        : [...Repeats, ...Out];
