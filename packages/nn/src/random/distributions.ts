/** @file Random tensors. Each function takes a key of its own and is pure: the same key, the same numbers. */

import { describeValue, TrainlogError } from "../error.ts";
import { checkOptionNames } from "../options/check-options.ts";
import {
  add,
  argmax,
  cast,
  cos,
  floor,
  less,
  log,
  log1p,
  mul,
  neg,
  plus,
  scalar,
  sqrt,
  times,
  uniform as uniformBits,
} from "../primitives/index.ts";
import { checkShape, type Plain, type Shape, sameShape, showShape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { type Key, split } from "./key.ts";

/** Options of all distributions of fractions. */
export interface RandomOptions<D extends FloatDType> {
  /** Default `"float"`. */
  readonly dtype?: D;
}

/** Options of {@link uniform}. */
export interface UniformOptions<D extends FloatDType> extends RandomOptions<D> {
  /** Least value. Default 0. */
  readonly low?: number;
  /** Values stay below. Default 1. */
  readonly high?: number;
}

/**
 * Uniform numbers, low ≤ x < high.
 *
 * @param shape - Of the result.
 * @throws TrainlogError `shape/bad-size`, `random/bad-range` unless low ≤ high are finite.
 *
 * @example
 * random.uniform(key, Shape.vec(3), { low: -1 });
 */
export function uniform<const S extends Shape, D extends FloatDType = "float">(
  key: Key,
  shape: S,
  options: UniformOptions<D> = {},
): Tensor<Plain<S>, D> {
  checkNames("random.uniform", options, "low", "high");
  const { low = 0, high = 1, dtype } = options;
  checkRange("uniform", low, high);
  const drawn = uniformBits(key, checkShape(shape), dtype ?? "float");
  return typed(low === 0 && high === 1 ? drawn : plus(times(drawn, high - low), low));
}

/** Options of {@link normal}. */
export interface NormalOptions<D extends FloatDType> extends RandomOptions<D> {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation. Default 1. */
  readonly std?: number;
}

/**
 * Normal numbers, by Box and Muller's transform (1958).
 *
 * @param shape - Of the result.
 * @throws TrainlogError `shape/bad-size`.
 */
export function normal<const S extends Shape, D extends FloatDType = "float">(
  key: Key,
  shape: S,
  options: NormalOptions<D> = {},
): Tensor<Plain<S>, D> {
  checkNames("random.normal", options, "mean", "std");
  const { mean = 0, std = 1, dtype } = options;
  const [forRadius, forAngle] = split(key);
  checkShape(shape);
  // 1 − u lies in (0, 1], so its logarithm is finite.
  const radius = sqrt(times(log1p(neg(uniformBits(forRadius, shape, dtype ?? "float"))), -2));
  const angle = times(uniformBits(forAngle, shape, dtype ?? "float"), 2 * Math.PI);
  const standard = mul(radius, cos(angle));
  const scaled = std === 1 ? standard : times(standard, std);
  return typed(mean === 0 ? scaled : plus(scaled, mean));
}

/**
 * 1 with probability `p`, else 0.
 *
 * @param p - One probability, or one per element.
 * @param shape - Of the result; by default that of `p`.
 * @returns int32.
 * @throws TrainlogError `shape/mismatch` when p does not have the shape, `random/bad-range` for a number outside of [0, 1].
 */
export function bernoulli<const S extends Shape>(
  key: Key,
  p: number | Tensor<S, FloatDType>,
  shape?: S,
): Tensor<Plain<S>, "int32"> {
  if (typeof p === "number") {
    if (!(p >= 0 && p <= 1)) throw badRange(`the probability of bernoulli is from 0 to 1; got ${describeValue(p)}`);
    const drawn = uniformBits(key, checkShape(shape ?? []), "float");
    return typed(cast(less(drawn, scalar(p, "float")), "int32"));
  }
  if (shape !== undefined && !sameShape(p.shape, shape)) {
    throw new TrainlogError(
      "shape/mismatch",
      `bernoulli draws one number per probability: expected shape ${showShape(p.shape)}, got ${showShape(shape)}`,
    );
  }
  return typed(cast(less(uniformBits(key, p.shape, p.dtype), p), "int32"));
}

/**
 * Whole numbers, low ≤ x < high.
 *
 * From 52 random bits each, so that no number is likelier than another by more than one part in 2^20.
 *
 * @param shape - Of the result.
 * @returns int32.
 * @throws TrainlogError `random/bad-range` unless low < high are whole numbers that int32 holds.
 */
export function randint<const S extends Shape>(
  key: Key,
  shape: S,
  low: number,
  high: number,
): Tensor<Plain<S>, "int32"> {
  const whole = Number.isInteger(low) && Number.isInteger(high);
  if (!whole || low >= high || low < -(2 ** 31) || high > 2 ** 31) {
    throw badRange(
      `randint draws whole numbers from low to high - 1 within int32; got ${describeValue(low)} and ${describeValue(high)}`,
    );
  }
  const place = floor(times(uniformBits(key, checkShape(shape), "f64"), high - low));
  return typed(cast(plus(place, low), "int32"));
}

/** Exponential numbers of rate 1: −log(1 − u). Shape as given. */
export function exponential<const S extends Shape, D extends FloatDType = "float">(
  key: Key,
  shape: S,
  options: RandomOptions<D> = {},
): Tensor<Plain<S>, D> {
  checkNames("random.exponential", options);
  const { dtype } = options;
  return typed(neg(log1p(neg(uniformBits(key, checkShape(shape), dtype ?? "float")))));
}

/** Standard Gumbel numbers, −log(−log u): the largest of many exponential-like ones; what {@link categorical} adds. Shape as given. */
export function gumbel<const S extends Shape, D extends FloatDType = "float">(
  key: Key,
  shape: S,
  options: RandomOptions<D> = {},
): Tensor<Plain<S>, D> {
  checkNames("random.gumbel", options);
  const { dtype } = options;
  const drawn = uniformBits(key, checkShape(shape), dtype ?? "float");
  // The middle of the step that was rounded down: neither 0 nor 1, whose results are infinite.
  const inside = plus(drawn, dtype === "f64" ? 2 ** -53 : 2 ** -24);
  return typed(neg(log(neg(log(inside)))));
}

/** The axes before the last one. */
export type WithoutLast<S extends Shape> = S extends readonly [...infer Lead extends Shape, number] ? Lead : Shape;

/**
 * A class for each row of logits, with the probabilities of their softmax (by the Gumbel-max trick: Gumbel, 1954).
 *
 * @param logits - Shape `[..., classes]`.
 * @returns int32 of shape `[...]`.
 * @throws TrainlogError `shape/mismatch` for a scalar.
 */
export function categorical<S extends Shape>(key: Key, logits: Tensor<S, FloatDType>): Tensor<WithoutLast<S>, "int32"> {
  if (logits.shape.length === 0) {
    throw new TrainlogError(
      "shape/mismatch",
      "categorical draws along the last axis: expected logits [..., classes], got []",
    );
  }
  const noise = gumbel(key, logits.shape, { dtype: logits.dtype });
  return typed(argmax(add(logits, noise), logits.shape.length - 1));
}

function checkRange(what: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low <= high) return;
  throw badRange(
    `${what} draws from low to high, finite numbers in this order; got ${describeValue(low)} and ${describeValue(high)}`,
  );
}

function badRange(message: string): TrainlogError {
  return new TrainlogError("random/bad-range", message);
}

/** The shapes and element types in the signatures are those that the primitives' rules give. */
function typed<T extends AnyTensor>(tensor: AnyTensor): T {
  return tensor as T;
}

/** @internal Refuses options that there are not. */
export function checkNames(call: string, options: object, ...more: readonly string[]): void {
  checkOptionNames(call, options, ["dtype", ...more], { area: "random" });
}
