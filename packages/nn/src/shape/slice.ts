/** @file Shapes of `slice`, `at` and `take`. */
import type { Add, DivideUp, IsLess, Subtract } from "./arithmetic.ts";
import type { NoAxis, NormalAxis, ReplaceAxis } from "./axes.ts";
import { type Shape, showShape } from "./shape.ts";
import { type IsOpen, type ShapeError, type ShowShape, shapeError } from "./shape-error.ts";

/** Part of an axis: `[start, end]` or `[start, end, step]`, end not included, negative places from the end; `null` for all of it. */
export type Range = readonly [start: number, end: number, step?: number] | null;

/** The shape of a slice; axes without a range stay whole. A `ShapeError` for a range that goes over the end. */
export type SliceShape<
  S extends Shape,
  Ranges extends readonly Range[],
  Seen extends Shape = [],
  Out extends Shape = [],
> =
  IsOpen<S> extends true
    ? Shape
    : Ranges extends readonly [infer First extends Range, ...infer Rest extends readonly Range[]]
      ? S extends readonly [infer Size extends number, ...infer Others extends Shape]
        ? RangeSize<Size, First> extends infer Length extends number
          ? [Length] extends [never]
            ? BadRange<Seen["length"] & number, Size, First>
            : SliceShape<Others, Rest, [...Seen, Size], [...Out, Length]>
          : never
        : ShapeError<"slice: there are more ranges than axes", `at most ${Seen["length"] & number}`, ShowShape<Seen>>
      : Ranges extends readonly []
        ? [...Out, ...S]
        : Shape;

/** Length of a range of an axis of `Size`; `never` when it does not lie inside. */
type RangeSize<Size extends number, R extends Range> = R extends readonly [
  infer Start extends number,
  infer End extends number,
  (infer Step extends number)?,
]
  ? RangeLength<
      PlaceIn<Size, Start>,
      PlaceIn<Size, End>,
      number extends R["length"] ? number : R["length"] extends 3 ? Step : 1
    >
  : Size;

/** A place counted from the start; `never` when it lies outside. */
type PlaceIn<Size extends number, Place extends number> = number extends Place
  ? number
  : `${Place}` extends `-${infer Back extends number}`
    ? Subtract<Size, Back>
    : true extends IsLess<Size, Place>
      ? boolean extends IsLess<Size, Place>
        ? Place
        : never
      : Place;

type RangeLength<Start extends number, End extends number, Step extends number> = [Start] extends [never]
  ? never
  : [End] extends [never]
    ? never
    : [Step] extends [0]
      ? never
      : [Subtract<End, Start>] extends [never]
        ? never
        : DivideUp<Subtract<End, Start>, Step>;

type BadRange<Axis extends number, Size extends number, R extends Range> = ShapeError<
  `slice: the range of axis ${Axis} does not lie inside`,
  `0 ≤ start ≤ end ≤ ${Size} and a step of at least 1`,
  R extends Shape ? ShowShape<R> : "null"
>;

/** A range with all its numbers, counted from the start. */
export interface FullRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/**
 * Ranges for all axes, counted from the start.
 *
 * @throws TrainlogError `shape/mismatch`, in the words of {@link SliceShape}.
 */
export function fullRanges(shape: Shape, ranges: readonly Range[]): FullRange[] {
  const full = shape.map((size, axis) => fullRange(size, axis, ranges[axis] ?? null));
  if (ranges.length <= shape.length) return full;
  throw shapeError("slice: there are more ranges than axes", `at most ${shape.length}`, showShape(shape));
}

function fullRange(size: number, axis: number, range: Range): FullRange {
  if (range === null) return { start: 0, end: size, step: 1 };
  const [first, last, step = 1] = range;
  const start = first < 0 ? first + size : first;
  const end = last < 0 ? last + size : last;
  if ([start, end, step].every(Number.isSafeInteger) && start >= 0 && start <= end && end <= size && step >= 1) {
    return { start, end, step };
  }
  throw shapeError(
    `slice: the range of axis ${axis} does not lie inside`,
    `0 ≤ start ≤ end ≤ ${size} and a step of at least 1`,
    `[${range.join(", ")}]`,
  );
}

/** The shape of `at(x, ...indices)`: the leading axes are gone. A `ShapeError` for too many indices, or one outside. */
export type AtShape<S extends Shape, Indices extends Shape, Seen extends Shape = []> =
  IsOpen<S> extends true
    ? Shape
    : Indices extends readonly [infer Index extends number, ...infer Rest extends Shape]
      ? S extends readonly [infer Size extends number, ...infer Others extends Shape]
        ? HasPlace<Size, Index> extends true
          ? AtShape<Others, Rest, [...Seen, Size]>
          : ShapeError<
              `at: there is no index ${Index} on axis ${Seen["length"] & number}`,
              PlaceRange<Size>,
              ShowShape<[...Seen, ...S]>
            >
        : ShapeError<"at: there are more indices than axes", `at most ${Seen["length"] & number}`, ShowShape<Seen>>
      : Indices extends readonly []
        ? S
        : Shape;

type HasPlace<Size extends number, Index extends number> = number extends Size
  ? true
  : number extends Index
    ? true
    : `${Index}` extends `-${infer Back extends number}`
      ? [Subtract<Size, Back>] extends [never]
        ? false
        : true
      : IsLess<Index, Size>;

type PlaceRange<Size extends number> = Size extends 0
  ? "an axis that is not empty"
  : `an index from -${Size} to ${Subtract<Size, 1>}`;

/**
 * Places on the leading axes, counted from the start.
 *
 * @throws TrainlogError `shape/bad-index` in the words of {@link AtShape}.
 */
export function fullIndices(shape: Shape, indices: readonly number[]): readonly number[] {
  if (indices.length > shape.length) {
    throw shapeError(
      "at: there are more indices than axes",
      `at most ${shape.length}`,
      showShape(shape),
      "shape/bad-index",
    );
  }
  return indices.map((index, axis) => {
    const size = shape[axis] ?? 0;
    if (Number.isInteger(index) && index >= -size && index < size) return index < 0 ? index + size : index;
    throw shapeError(
      `at: there is no index ${index} on axis ${axis}`,
      size === 0 ? "an axis that is not empty" : `an index from -${size} to ${size - 1}`,
      showShape(shape),
      "shape/bad-index",
    );
  });
}

/** `S` with the axis replaced by the axes of the indices, or a `ShapeError`. */
export type TakeShape<S extends Shape, Indices extends Shape, Axis extends number> =
  IsOpen<S> extends true
    ? Shape
    : IsOpen<Indices> extends true
      ? Shape
      : [NormalAxis<S, Axis>] extends [never]
        ? NoAxis<"take", S, Axis>
        : number extends NormalAxis<S, Axis>
          ? Shape
          : ReplaceAxis<S, NormalAxis<S, Axis>, Indices>;

/** `S` grown on both sides of each axis by `[before, after]`, or a `ShapeError`. */
export type PadShape<
  S extends Shape,
  Widths extends readonly (readonly [number, number])[],
  Left extends Shape = S,
  Out extends Shape = [],
> =
  IsOpen<S> extends true
    ? Shape
    : number extends Widths["length"]
      ? Shape
      : Left extends readonly [infer Size extends number, ...infer Rest extends Shape]
        ? Widths extends readonly [
            readonly [infer Before extends number, infer After extends number],
            ...infer Others extends readonly (readonly [number, number])[],
          ]
          ? PadShape<S, Others, Rest, [...Out, Add<Add<Size, Before>, After>]>
          : ShapeError<"pad: every axis needs its widths", "[before, after] for each axis", ShowShape<S>>
        : Widths extends readonly []
          ? Out
          : ShapeError<"pad: there are more widths than axes", "[before, after] for each axis", ShowShape<S>>;
