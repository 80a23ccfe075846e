/** @file Functions of each element by itself: the result has the shape and the element type of the operand. */
import * as primitives from "../primitives/index.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { typed } from "./operand.ts";

/** −x. */
export function neg<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.neg(x));
}

/** |x|; the gradient at 0 is 0. */
export function abs<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.abs(x));
}

/** −1, 0 or 1. */
export function sign<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.sign(x));
}

/** x². */
export function square<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.square(x));
}

/** e to the x. */
export function exp<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.exp(x));
}

/** eˣ − 1, exact near 0. */
export function expm1<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.expm1(x));
}

/** Natural logarithm; −Infinity at 0, NaN below. */
export function log<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.log(x));
}

/** log(1 + x), exact near 0. */
export function log1p<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.log1p(x));
}

/** √x; NaN below 0, and an infinite gradient at 0. */
export function sqrt<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.sqrt(x));
}

/** 1 / √x. */
export function rsqrt<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.rsqrt(x));
}

/** 1 / x. */
export function reciprocal<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.reciprocal(x));
}

/** Sine of x radians. */
export function sin<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.sin(x));
}

/** Cosine of x radians. */
export function cos<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.cos(x));
}

/** Hyperbolic tangent. */
export function tanh<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.tanh(x));
}

/** The error function, 2/√π ∫₀ˣ exp(−t²) dt. */
export function erf<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.erf(x));
}

/** The largest whole number that is not above x. No gradient. */
export function floor<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.floor(x));
}

/** The smallest whole number that is not below x. No gradient. */
export function ceil<S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> {
  return typed(primitives.neg(primitives.floor(primitives.neg(x))));
}

/**
 * The same numbers as another element type. To int32: fractions are cut off towards 0, what does not fit becomes the nearest int32, NaN becomes 0. No
 * gradient flows through int32.
 */
export function cast<S extends Shape, D extends DType>(x: Tensor<S, DType>, dtype: D): Tensor<S, D> {
  return typed(primitives.cast(x, dtype));
}
