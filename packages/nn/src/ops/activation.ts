/** @file Activation functions, with the formulas and the gradients at kinks that PyTorch has. */
import { type Checks, checkOptions, oneOf } from "../options/check-options.ts";
import * as primitives from "../primitives/index.ts";
import type { Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { typed } from "./operand.ts";

/** A number in the element type of `x`. */
function like(x: AnyTensor, value: number): AnyTensor {
  return primitives.scalar(value, x.dtype);
}

/** max(x, 0); the gradient at 0 is 0. */
export function relu<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.relu(x));
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.sigmoid(x));
}

/** x · sigmoid(x), also known as swish (Elfwing et al. 2017, Ramachandran et al. 2017). */
export function silu<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.mul(x, primitives.sigmoid(x)));
}

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** `"none"` (default): x·Φ(x) by the error function. `"tanh"`: the approximation that GPT-2 was trained with. */
  readonly approximate?: "none" | "tanh";
}

const GELU_CHECKS: Checks = { approximate: oneOf("none", "tanh") };

/** x · Φ(x), where Φ is the normal distribution function (Hendrycks & Gimpel 2016, arXiv:1606.08415). */
export function gelu<S extends Shape, D extends FloatDType>(x: Tensor<S, D>, options: GeluOptions = {}): Tensor<S, D> {
  checkOptions("gelu", options, GELU_CHECKS, { area: "tensor" });
  const { approximate = "none" } = options;
  if (approximate === "none") return typed(primitives.gelu(x));
  const inner = primitives.tanh(tanhArgument(x));
  return typed(primitives.mul(primitives.mul(x, like(x, 0.5)), primitives.add(inner, like(x, 1))));
}

/** √(2/π) · (x + 0.044715 x³). */
function tanhArgument(x: AnyTensor): AnyTensor {
  const cubic = primitives.mul(primitives.mul(primitives.square(x), x), like(x, 0.044715));
  return primitives.mul(primitives.add(x, cubic), like(x, Math.sqrt(2 / Math.PI)));
}

/** log(1 + eˣ), without overflow for large x. */
export function softplus<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  // By `where`, not by `abs` and `relu`: these have kinks at 0, where their gradients do not add up to 1/2.
  const negative = primitives.less(x, like(x, 0));
  const tail = primitives.log1p(primitives.exp(primitives.where(negative, x, primitives.neg(x))));
  return typed(primitives.add(primitives.where(negative, like(x, 0), x), tail));
}

/** x where it is above 0, `slope` · x elsewhere. */
export function leakyRelu<S extends Shape, D extends FloatDType>(x: Tensor<S, D>, slope = 0.01): Tensor<S, D> {
  return typed(primitives.where(primitives.less(like(x, 0), x), x, primitives.mul(x, like(x, slope))));
}

/** x where it is above 0, `alpha` · (eˣ − 1) elsewhere (Clevert et al. 2015, arXiv:1511.07289). */
export function elu<S extends Shape, D extends FloatDType>(x: Tensor<S, D>, alpha = 1): Tensor<S, D> {
  // Only the part below 0 goes through the exponential: above, it could overflow, and Infinity · 0 is NaN in the gradient.
  const positive = primitives.less(like(x, 0), x);
  const below = primitives.mul(primitives.expm1(primitives.where(positive, like(x, 0), x)), like(x, alpha));
  return typed(primitives.where(positive, x, below));
}

/**
 * eˣ / Σ eˣ over the last axis, without overflow.
 *
 * @throws TrainlogError `shape/bad-axis` for a scalar (as {@link logSoftmax}).
 */
export function softmax<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.softmax(x));
}

/** x − log Σ eˣ over the last axis, without overflow. */
export function logSoftmax<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.logSoftmax(x));
}

/** (x − mean) / √(variance + eps) over the last axis; no scale and shift. */
export function layerNorm<S extends Shape, D extends FloatDType>(x: Tensor<S, D>, eps = 1e-5): Tensor<S, D> {
  return typed(primitives.layerNorm(x, eps));
}
