/** @file Shapes of matrix products. */
import { type BroadcastShapes, broadcastShapes } from "./broadcast.ts";
import { type Shape, showShape, showShapes } from "./shape.ts";
import {
  type IsOpen,
  type ShapeError,
  type ShowShape,
  type ShowShapes,
  type SizeFits,
  shapeError,
} from "./shape-error.ts";

/**
 * The shape of `matmul(a, b)` as PyTorch and NumPy have it, or a {@link ShapeError}: the last axis of `a` meets the last but one of `b`, axes before
 * these broadcast; a vector on the left is a row, on the right a column, and its axis of 1 is gone from the result.
 */
export type MatmulShape<A extends Shape, B extends Shape> =
  IsOpen<A> extends true
    ? Shape
    : IsOpen<B> extends true
      ? Shape
      : A extends readonly [...infer LeadA extends Shape, infer InnerA extends number]
        ? B extends readonly [infer InnerB extends number]
          ? SizeFits<InnerA, InnerB> extends true
            ? LeadA
            : InnerMismatch<A, B, [InnerA]>
          : B extends readonly [...infer LeadB extends Shape, infer InnerB extends number, infer Columns extends number]
            ? SizeFits<InnerA, InnerB> extends true
              ? JoinLead<A, B, LeadA, LeadB, Columns>
              : InnerMismatch<A, B, [...LeadB, InnerA, Columns]>
            : NoInner<A, B>
        : NoInner<A, B>;

type JoinLead<
  A extends Shape,
  B extends Shape,
  LeadA extends Shape,
  LeadB extends Shape,
  Columns extends number,
> = LeadA extends readonly [...infer BatchA extends Shape, infer Rows extends number]
  ? BroadcastShapes<BatchA, LeadB> extends infer Batch
    ? Batch extends Shape
      ? [...Batch, Rows, Columns]
      : ShapeError<"matmul: the leading axes must broadcast", "sizes that are equal or 1", ShowShapes<A, B>>
    : never
  : [...LeadB, Columns];

type InnerMismatch<A extends Shape, B extends Shape, WantedB extends Shape> = ShapeError<
  "matmul: the inner sizes must be equal",
  `${ShowShape<A>} and ${ShowShape<WantedB>}`,
  ShowShapes<A, B>
>;

type NoInner<A, B> = ShapeError<"matmul: a scalar has no inner size", "at least one axis each", ShowShapes<A, B>>;

/**
 * The shape of `matmul(a, b)`.
 *
 * @throws TrainlogError `shape/mismatch` in the words of {@link MatmulShape}.
 */
export function matmulShape(a: Shape, b: Shape): Shape {
  const innerA = a.at(-1);
  const innerB = b.length === 1 ? b[0] : b.at(-2);
  if (innerA === undefined || innerB === undefined) {
    throw shapeError("matmul: a scalar has no inner size", "at least one axis each", showShapes(a, b));
  }
  if (innerA !== innerB) {
    const wanted = b.length === 1 ? [innerA] : [...b.slice(0, -2), innerA, ...b.slice(-1)];
    throw shapeError(
      "matmul: the inner sizes must be equal",
      `${showShape(a)} and ${showShape(wanted)}`,
      showShapes(a, b),
    );
  }
  const rows = a.slice(-2, -1);
  const columns = b.length === 1 ? [] : b.slice(-1);
  return [...leadingAxes(a, b), ...rows, ...columns];
}

function leadingAxes(a: Shape, b: Shape): Shape {
  try {
    return broadcastShapes("matmul", a.slice(0, -2), b.slice(0, -2));
  } catch {
    throw shapeError("matmul: the leading axes must broadcast", "sizes that are equal or 1", showShapes(a, b));
  }
}
