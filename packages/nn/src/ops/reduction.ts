/** @file Reductions over one axis, several, or all. Negative axes count from the end. */

import { stopGradient } from "../autograd/stop-gradient.ts";
import * as primitives from "../primitives/index.ts";
import { type NoAxis, type NormalAxis, normalAxes, normalAxis } from "../shape/axes.ts";
import type { Axes, ReduceShape } from "../shape/reduce.ts";
import type { Shape } from "../shape/shape.ts";
import { sizeOf } from "../shape/shape.ts";
import type { Check, Checked } from "../shape/shape-error.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { typed } from "./operand.ts";
import { checkNames } from "./options.ts";

/** Options of reductions. */
export interface ReduceOptions<K extends boolean> {
  /** Keep the reduced axes, with size 1. Default false. */
  readonly keepDims?: K;
}

/** The axes, checked by the compiler. */
type Over<Operation extends string, S extends Shape, A extends Axes, K extends boolean> = A &
  Check<ReduceShape<S, A, K, Operation>>;

/** What a reduction gives. */
type Reduced<Operation extends string, S extends Shape, A extends Axes, K extends boolean, D extends DType> = Tensor<
  Checked<ReduceShape<S, A, K, Operation>>,
  D
>;

const REDUCE = ["keepDims"] as const;
const VARIANCE = ["keepDims", "correction"] as const;

/**
 * The sum. int32 wraps around.
 *
 * @param axis - One axis or a list; all of them when left out.
 * @throws TrainlogError (as all reductions) `shape/bad-axis` for an axis that the tensor does not have, `tensor/unknown-option`.
 *
 * @example
 * sum(tensor([[1, 2], [3, 4]]));                            // 10, Tensor<[]>
 * sum(tensor([[1, 2], [3, 4]]), -1);                        // [3, 7], Tensor<[2]>
 * sum(tensor([[1, 2], [3, 4]]), 0, { keepDims: true });     // [[4, 6]], Tensor<[1, 2]>
 */
export function sum<S extends Shape, D extends DType, const A extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S, D>,
  axis?: Over<"sum", S, A, K>,
  options: ReduceOptions<K> = {},
): Reduced<"sum", S, A, K, D> {
  checkNames("sum", options, REDUCE);
  return typed(primitives.sum(x, axis, options.keepDims));
}

/** The mean, of floats. NaN where nothing is averaged. */
export function mean<
  S extends Shape,
  D extends FloatDType,
  const A extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<S, D>, axis?: Over<"mean", S, A, K>, options: ReduceOptions<K> = {}): Reduced<"mean", S, A, K, D> {
  checkNames("mean", options, REDUCE);
  return typed(primitives.mean(x, axis, options.keepDims));
}

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions<K extends boolean> extends ReduceOptions<K> {
  /** What is subtracted from the number of elements in the denominator: 0 (default) as in NumPy, 1 for an unbiased estimate as in PyTorch. */
  readonly correction?: number;
}

/** The mean squared distance from the mean. */
export function variance<
  S extends Shape,
  D extends FloatDType,
  const A extends Axes = undefined,
  K extends boolean = false,
>(
  x: Tensor<S, D>,
  axis?: Over<"variance", S, A, K>,
  options: VarianceOptions<K> = {},
): Reduced<"variance", S, A, K, D> {
  checkNames("variance", options, VARIANCE);
  return typed(primitives.variance(x, axis, options.keepDims, options.correction));
}

/** The standard deviation: √ of {@link variance}. Its gradient is not finite where the variance is 0. */
export function std<S extends Shape, D extends FloatDType, const A extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S, D>,
  axis?: Over<"std", S, A, K>,
  options: VarianceOptions<K> = {},
): Reduced<"std", S, A, K, D> {
  checkNames("std", options, VARIANCE);
  const axes = axis === undefined ? axis : normalAxes("std", axis, x.shape);
  return typed(primitives.sqrt(primitives.variance(x, axes, options.keepDims, options.correction)));
}

/** The largest element. Where several are the largest they share the gradient, as in PyTorch's `amax`. */
export function max<S extends Shape, D extends DType, const A extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S, D>,
  axis?: Over<"max", S, A, K>,
  options: ReduceOptions<K> = {},
): Reduced<"max", S, A, K, D> {
  checkNames("max", options, REDUCE);
  return typed(primitives.max(x, axis, options.keepDims));
}

/** The smallest element; otherwise as {@link max}. */
export function min<S extends Shape, D extends DType, const A extends Axes = undefined, K extends boolean = false>(
  x: Tensor<S, D>,
  axis?: Over<"min", S, A, K>,
  options: ReduceOptions<K> = {},
): Reduced<"min", S, A, K, D> {
  checkNames("min", options, REDUCE);
  return typed(primitives.min(x, axis, options.keepDims));
}

/** log Σ eˣ, without overflow. −Infinity where all elements are. */
export function logsumexp<
  S extends Shape,
  D extends FloatDType,
  const A extends Axes = undefined,
  K extends boolean = false,
>(
  x: Tensor<S, D>,
  axis?: Over<"logsumexp", S, A, K>,
  options: ReduceOptions<K> = {},
): Reduced<"logsumexp", S, A, K, D> {
  checkNames("logsumexp", options, REDUCE);
  const axes = normalAxes("logsumexp", axis, x.shape);
  if (sizeOf(x.shape) === 0) return typed(primitives.log(primitives.sum(primitives.exp(x), axes, options.keepDims)));
  const shift = finiteMax(x, axes);
  const sums = primitives.sum(primitives.exp(primitives.sub(x, shift)), axes, true);
  const kept = primitives.add(primitives.log(sums), shift);
  return typed(options.keepDims === true ? kept : primitives.sum(kept, axes));
}

/** The largest element, which no gradient flows through; 0 instead of what is not finite, because Infinity − Infinity is NaN. */
function finiteMax(x: AnyTensor, axes: readonly number[]): AnyTensor {
  const largest = stopGradient(primitives.max(x, axes, true));
  const difference = primitives.sub(largest, largest);
  return primitives.where(primitives.equal(difference, difference), largest, primitives.scalar(0, x.dtype));
}

/** Options of {@link norm}. */
export interface NormOptions<K extends boolean> extends ReduceOptions<K> {
  /** 2 (default): √Σx². 1: Σ|x|. Infinity: max |x|. Others: (Σ|x|ᵖ)^(1/p). */
  readonly order?: number;
}

/** The vector norm. The gradient of the 2-norm at 0 is NaN, as in JAX. */
export function norm<
  S extends Shape,
  D extends FloatDType,
  const A extends Axes = undefined,
  K extends boolean = false,
>(x: Tensor<S, D>, axis?: Over<"norm", S, A, K>, options: NormOptions<K> = {}): Reduced<"norm", S, A, K, D> {
  checkNames("norm", options, ["order", "keepDims"]);
  const { order = 2, keepDims } = options;
  const axes = axis === undefined ? axis : normalAxes("norm", axis, x.shape);
  if (order === 2) return typed(primitives.sqrt(primitives.sum(primitives.square(x), axes, keepDims)));
  const sizes = primitives.abs(x);
  if (order === 1) return typed(primitives.sum(sizes, axes, keepDims));
  if (order === Number.POSITIVE_INFINITY) return typed(primitives.max(sizes, axes, keepDims));
  const powers = primitives.pow(sizes, primitives.scalar(order, x.dtype));
  return typed(primitives.pow(primitives.sum(powers, axes, keepDims), primitives.scalar(1 / order, x.dtype)));
}

/** One axis, checked by the compiler. */
type OneAxis<Operation extends string, S extends Shape, A extends number> = A &
  Check<[NormalAxis<S, A>] extends [never] ? NoAxis<Operation, S, A> : S>;

/**
 * The place of the largest element along an axis; the first of several. No gradient.
 *
 * @throws TrainlogError `shape/bad-axis` (as `argmin`, `cumsum`).
 *
 * @example
 * argmax(logits, -1);   // Tensor<[batch], "int32">
 */
export function argmax<S extends Shape, const A extends number>(
  x: Tensor<S, DType>,
  axis: OneAxis<"argmax", S, A>,
): Tensor<Checked<ReduceShape<S, A>>, "int32"> {
  return typed(primitives.argmax(x, axis));
}

/** The place of the smallest element along an axis; otherwise as {@link argmax}. */
export function argmin<S extends Shape, const A extends number>(
  x: Tensor<S, DType>,
  axis: OneAxis<"argmin", S, A>,
): Tensor<Checked<ReduceShape<S, A>>, "int32"> {
  // −1 − x turns the order of int32 around without overflow; on floats it would round.
  const reversed = x.dtype === "int32" ? primitives.sub(primitives.scalar(-1, "int32"), x) : primitives.neg(x);
  return typed(primitives.argmax(reversed, normalAxis("argmin", axis, x.shape)));
}

/** Running sums along an axis, each with its own element included. */
export function cumsum<S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  axis: OneAxis<"cumsum", S, A>,
): Tensor<S, D> {
  return typed(primitives.cumsum(x, axis));
}
