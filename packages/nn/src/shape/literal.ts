/** @file Shapes of nested arrays of numbers, as `tensor` takes them. */
import { describeValue, TrainlogError } from "../error.ts";
import type { NestedNumbers } from "../tensor/format.ts";
import type { Shape } from "./shape.ts";
import type { ShapeError } from "./shape-error.ts";

/**
 * The shape of a nested array literal. Arrays of unknown length have size `number`; a ragged literal gives a {@link ShapeError}; more than 8 axes are
 * not followed (the compiler must see an end for recursive types).
 */
export type LiteralShape<T, Depth extends readonly 0[] = []> = T extends number
  ? []
  : Depth["length"] extends 8
    ? Shape
    : T extends readonly []
      ? [0]
      : T extends readonly number[]
        ? [T["length"]]
        : T extends readonly unknown[]
          ? number extends T["length"]
            ? WithLength<number, LiteralShape<T[number], [...Depth, 0]>>
            : T extends readonly [infer First, ...infer Rest]
              ? RowsShape<T, LiteralShape<First, [...Depth, 0]>, Rest, [...Depth, 0]>
              : Shape
          : Shape;

/** Rows of one shape are told apart from ragged ones all at once: a walk along the rows, which may be thousands, is only for the error's place. */
type RowsShape<
  T extends readonly unknown[],
  Inner,
  Rest extends readonly unknown[],
  Depth extends readonly 0[],
> = Inner extends Shape
  ? [LiteralShape<T[number], Depth>] extends [Inner]
    ? WithLength<T["length"], Inner>
    : RaggedAt<Rest, Inner> extends infer Place
      ? [Place] extends [never]
        ? WithLength<T["length"], Inner>
        : Place
      : never
  : Inner;

type WithLength<Length extends number, Inner> = Inner extends Shape
  ? number extends Inner["length"]
    ? Shape
    : [Length, ...Inner]
  : Inner;

/** The error for the first element whose shape is not `Inner`; `never` when there is none. */
type RaggedAt<
  Rest extends readonly unknown[],
  Inner extends Shape,
  Before extends readonly unknown[] = [0],
> = Rest extends readonly [infer Next, ...infer Others]
  ? LiteralShape<Next> extends infer Found
    ? Found extends Shape
      ? SameLiteral<Inner, Found> extends true
        ? RaggedAt<Others, Inner, [...Before, 0]>
        : ShapeError<
            "tensor: the array is ragged",
            `the shape of [0], ${ShowLiteral<Inner>}`,
            `${ShowLiteral<Found>} at [${Before["length"] & number}]`
          >
      : Found
    : never
  : never;

type SameLiteral<A extends Shape, B extends Shape> = number extends A["length"]
  ? true
  : number extends B["length"]
    ? true
    : A["length"] extends B["length"]
      ? number extends A[number] | B[number]
        ? true
        : A extends B
          ? true
          : false
      : false;

type ShowLiteral<S extends Shape, Text extends string = ""> = S extends readonly [
  infer Size extends number,
  ...infer Rest extends Shape,
]
  ? ShowLiteral<Rest, Text extends "" ? `${Size}` : `${Text}, ${Size}`>
  : `[${Text}]`;

/** Elements in row-major order, and the shape. */
export interface FlatLiteral {
  readonly shape: Shape;
  readonly values: readonly number[];
}

/**
 * Reads nested arrays of numbers.
 *
 * @throws TrainlogError `tensor/ragged` naming the two places whose lengths differ; `tensor/bad-value` for what is not a number.
 */
export function flattenNested(nested: NestedNumbers): FlatLiteral {
  const shape = shapeOfFirst(nested);
  const values: number[] = [];
  readNested(nested, shape, [], values);
  return { shape, values };
}

/** The shape along the first elements. */
function shapeOfFirst(nested: NestedNumbers): Shape {
  const shape: number[] = [];
  let level: NestedNumbers | undefined = nested;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

function readNested(nested: NestedNumbers, shape: Shape, place: readonly number[], values: number[]): void {
  const length = shape[place.length];
  if (length === undefined) {
    if (typeof nested !== "number") throw notANumber(nested, shape, place);
    values.push(nested);
    return;
  }
  if (typeof nested === "number" || !Array.isArray(nested) || nested.length !== length) {
    throw ragged(nested, length, place);
  }
  nested.forEach((inner, index) => {
    readNested(inner, shape, [...place, index], values);
  });
}

function ragged(nested: NestedNumbers, length: number, place: readonly number[]): TrainlogError {
  const first = showPlace(place.map(() => 0));
  const found = Array.isArray(nested) ? `has ${countOf(nested.length)}` : `is ${describeValue(nested)}`;
  return new TrainlogError(
    "tensor/ragged",
    `tensor: the array is ragged: ${showPlace(place)} ${found}, ${first} has ${length}; all arrays of one depth must be equally long`,
  );
}

function notANumber(nested: NestedNumbers, shape: Shape, place: readonly number[]): TrainlogError {
  if (Array.isArray(nested)) {
    return new TrainlogError(
      "tensor/ragged",
      `tensor: the array is ragged: ${showPlace(place)} is an array of ${nested.length}, ${showPlace(shape.map(() => 0))} is a number; all numbers must lie equally deep`,
    );
  }
  return new TrainlogError("tensor/bad-value", `tensor: ${showPlace(place)} is ${describeValue(nested)}, not a number`);
}

function countOf(count: number): string {
  return count === 1 ? "1 element" : `${count} elements`;
}

function showPlace(place: readonly number[]): string {
  return place.length === 0 ? "the value" : place.map((index) => `[${index}]`).join("");
}
