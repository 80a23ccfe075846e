/** @file Products of vectors and matrices, and distances. */
import * as primitives from "../primitives/index.ts";
import { type MatmulShape, matmulShape } from "../shape/matmul.ts";
import { type Shape, showShapes } from "../shape/shape.ts";
import {
  type Check,
  type Checked,
  type ShapeError,
  type ShowShapes,
  type SizeFits,
  shapeError,
} from "../shape/shape-error.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { type CommonDType, type DTypeOf, type ShapeOf, typed } from "./operand.ts";

/** An error for element types that differ, otherwise of the shape rule. */
export type ProductCheck<Operation extends string, A, B, Result> =
  CommonDType<A, B, Operation> extends infer D ? (D extends DType ? Check<Result> : D) : never;

/**
 * Matrix product, as PyTorch's and NumPy's: the last axis of a meets the last but one of b; axes before these broadcast. A vector on the left is a row,
 * on the right a column.
 *
 * @throws TrainlogError `shape/mismatch` when the inner sizes differ; `dtype/mismatch`.
 *
 * @example
 * matmul(zeros([2, 3]), zeros([3, 4]));      // Tensor<[2, 4]>
 * matmul(zeros([8, 2, 3]), zeros([3]));      // Tensor<[8, 2]>
 */
export function matmul<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & ProductCheck<"matmul", A, B, MatmulShape<ShapeOf<A>, ShapeOf<B>>>,
): Tensor<Checked<MatmulShape<ShapeOf<A>, ShapeOf<B>>>, DTypeOf<A>> {
  const right: AnyTensor = b;
  if (a.shape.length >= 2 && right.shape.length >= 2) return typed(primitives.matmul(a, right));
  const shape = matmulShape(a.shape, right.shape);
  const rows = a.shape.length === 1 ? primitives.reshape(a, [1, ...a.shape]) : a;
  const columns = right.shape.length === 1 ? primitives.reshape(right, [...right.shape, 1]) : right;
  return typed(primitives.reshape(primitives.matmul(rows, columns), shape));
}

/** `[]`, or a `ShapeError` for what are not vectors of one length. */
type DotShape<A extends Shape, B extends Shape> = A extends readonly [infer SizeA]
  ? B extends readonly [infer SizeB]
    ? SizeFits<SizeA, SizeB> extends true
      ? []
      : NotVectors<A, B>
    : number extends B["length"]
      ? []
      : NotVectors<A, B>
  : number extends A["length"]
    ? []
    : NotVectors<A, B>;

type NotVectors<A, B> = ShapeError<"dot: both must be vectors of one length", "[n] and [n]", ShowShapes<A, B>>;

/**
 * Σ aᵢ bᵢ of two vectors.
 *
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function dot<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & ProductCheck<"dot", A, B, DotShape<ShapeOf<A>, ShapeOf<B>>>,
): Tensor<[], DTypeOf<A>> {
  const right: AnyTensor = b;
  if (a.shape.length !== 1 || right.shape.length !== 1 || a.size !== right.size) {
    throw shapeError("dot: both must be vectors of one length", "[n] and [n]", showShapes(a.shape, right.shape));
  }
  return typed(primitives.sum(primitives.mul(a, right)));
}

/** `[N, M]`, or a `ShapeError` for what are not vectors. */
type OuterShape<A extends Shape, B extends Shape> = A extends readonly [infer N extends number]
  ? B extends readonly [infer M extends number]
    ? [N, M]
    : number extends B["length"]
      ? [N, number]
      : ShapeError<"outer: both must be vectors", "[n] and [m]", ShowShapes<A, B>>
  : number extends A["length"]
    ? Shape
    : ShapeError<"outer: both must be vectors", "[n] and [m]", ShowShapes<A, B>>;

/**
 * All products aᵢ bⱼ of two vectors.
 *
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function outer<A extends AnyTensor, B extends AnyTensor>(
  a: A,
  b: B & ProductCheck<"outer", A, B, OuterShape<ShapeOf<A>, ShapeOf<B>>>,
): Tensor<Checked<OuterShape<ShapeOf<A>, ShapeOf<B>>>, DTypeOf<A>> {
  const right: AnyTensor = b;
  if (a.shape.length !== 1 || right.shape.length !== 1) {
    throw shapeError("outer: both must be vectors", "[n] and [m]", showShapes(a.shape, right.shape));
  }
  return typed(primitives.mul(primitives.reshape(a, [a.size, 1]), right));
}

/** `[..., N, M]` of `[..., N, K]` and `[..., M, K]`, or a `ShapeError`. */
type DistancesShape<A extends Shape, B extends Shape> = A extends readonly [
  infer N extends number,
  infer K extends number,
]
  ? B extends readonly [infer M extends number, infer KOfB extends number]
    ? SizeFits<K, KOfB> extends true
      ? [N, M]
      : NotPoints<A, B>
    : number extends B["length"]
      ? [N, number]
      : NotPoints<A, B>
  : number extends A["length"]
    ? [number, number]
    : NotPoints<A, B>;

type NotPoints<A, B> = ShapeError<
  "pairwiseDistances: both must be lists of points of one dimension",
  "[n, k] and [m, k]",
  ShowShapes<A, B>
>;

/**
 * Euclidean distances of all pairs of points.
 *
 * Computed from the differences, n · m · k numbers, and not by ‖a‖² − 2ab + ‖b‖², which cancels for near points. The gradient at distance 0 is 0.
 *
 * @param a - Points, shape `[n, k]`.
 * @param b - Points, shape `[m, k]`.
 * @returns Shape `[n, m]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function pairwiseDistances<A extends Tensor<Shape, FloatDType>, B extends Tensor<Shape, FloatDType>>(
  a: A,
  b: B & ProductCheck<"pairwiseDistances", A, B, DistancesShape<ShapeOf<A>, ShapeOf<B>>>,
): Tensor<Checked<DistancesShape<ShapeOf<A>, ShapeOf<B>>>, DTypeOf<A>> {
  const right: AnyTensor = b;
  const [n, k] = a.shape;
  const [m, kOfB] = right.shape;
  if (
    n === undefined ||
    m === undefined ||
    k === undefined ||
    k !== kOfB ||
    a.shape.length + right.shape.length !== 4
  ) {
    throw shapeError(
      "pairwiseDistances: both must be lists of points of one dimension",
      "[n, k] and [m, k]",
      showShapes(a.shape, right.shape),
    );
  }
  const differences = primitives.sub(primitives.reshape(a, [n, 1, k]), primitives.reshape(right, [1, m, k]));
  return typed(rootWithoutPole(primitives.sum(primitives.square(differences), 2)));
}

/** √x with gradient 0 at 0: the root is taken of 1 there, so no infinity can meet a 0. */
function rootWithoutPole(x: AnyTensor): AnyTensor {
  const zero = primitives.scalar(0, x.dtype);
  const isZero = primitives.equal(x, zero);
  return primitives.where(isZero, zero, primitives.sqrt(primitives.where(isZero, primitives.scalar(1, x.dtype), x)));
}
