/** @file Axes: counted from 0, or from the end when negative. */
import { describeValue, TrainlogError } from "../error.ts";
import type { Subtract } from "./arithmetic.ts";
import { type Shape, showShape } from "./shape.ts";
import { type IsOpen, type ShapeError, type ShowShape, shapeError } from "./shape-error.ts";

/** The axis counted from 0; `never` when there is no such axis, `number` when that is not known. */
export type NormalAxis<S extends Shape, Axis extends number> = number extends Axis
  ? number
  : IsOpen<S> extends true
    ? number
    : `${Axis}` extends `-${infer Back extends number}`
      ? Subtract<S["length"], Back>
      : `${Axis}` extends keyof S
        ? Axis
        : never;

/** The error for an axis that a shape does not have. */
export type NoAxis<Operation extends string, S extends Shape, Axis extends number> = ShapeError<
  `${Operation}: there is no axis ${Axis}`,
  AxisRange<S>,
  ShowShape<S>
>;

type AxisRange<S extends Shape> = S extends readonly []
  ? "a shape with axes"
  : `an axis from -${S["length"]} to ${Subtract<S["length"], 1>}`;

/** The error for an axis that stands twice in a list. */
export type TwiceAxis<Operation extends string, Axis extends number, Axes extends Shape> = ShapeError<
  `${Operation}: axis ${Axis} is named twice`,
  "each axis at most once",
  ShowShape<Axes>
>;

/** Axes counted from 0, as a list; an error for wrong ones; `Shape` when they are not all known. */
export type NormalAxes<
  Operation extends string,
  S extends Shape,
  Axes extends Shape,
  Left extends Shape = Axes,
  Out extends Shape = [],
> = Left extends readonly [infer First extends number, ...infer Rest extends Shape]
  ? NormalAxis<S, First> extends infer Axis extends number
    ? [Axis] extends [never]
      ? NoAxis<Operation, S, First>
      : number extends Axis
        ? Shape
        : Axis extends Out[number]
          ? TwiceAxis<Operation, Axis, Axes>
          : NormalAxes<Operation, S, Axes, Rest, [...Out, Axis]>
    : never
  : Left extends readonly []
    ? Out
    : Shape;

/** Shape with the axis at place `Axis` (counted from 0) replaced by `Sizes`. */
export type ReplaceAxis<
  S extends Shape,
  Axis extends number,
  Sizes extends Shape,
  Before extends Shape = [],
> = Before["length"] extends Axis
  ? S extends readonly [number, ...infer After extends Shape]
    ? [...Before, ...Sizes, ...After]
    : [...Before, ...Sizes]
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? ReplaceAxis<Rest, Axis, Sizes, [...Before, First]>
    : Shape;

/**
 * An axis counted from 0; negative ones count from the end.
 *
 * @throws TrainlogError `shape/bad-axis` when there is no such axis, in the words of {@link NoAxis}.
 */
export function normalAxis(operation: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw shapeError(
    `${operation}: there is no axis ${describeValue(axis)}`,
    rank === 0 ? "a shape with axes" : `an axis from -${rank} to ${rank - 1}`,
    showShape(shape),
    "shape/bad-axis",
  );
}

/**
 * Axes counted from 0, in the order given; all of them when none are given.
 *
 * @throws TrainlogError `shape/bad-axis` when there is no such axis, or one is named twice, in the words of {@link NormalAxes}.
 */
export function normalAxes(
  operation: string,
  axes: number | readonly number[] | undefined,
  shape: Shape,
): readonly number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  if (typeof axes === "number") return [normalAxis(operation, axes, shape)];
  const normal: number[] = [];
  for (const given of axes) {
    const axis = normalAxis(operation, given, shape);
    if (normal.includes(axis)) {
      throw shapeError(
        `${operation}: axis ${axis} is named twice`,
        "each axis at most once",
        showShape(axes),
        "shape/bad-axis",
      );
    }
    normal.push(axis);
  }
  return normal;
}

/**
 * Refuses what is not a whole number.
 *
 * @throws TrainlogError `shape/bad-size`
 */
export function checkWhole(what: string, value: number, least = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TrainlogError(
    "shape/bad-size",
    `${what} must be a whole number of at least ${least}, got ${describeValue(value)}`,
  );
}
