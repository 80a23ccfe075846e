/** @file Normal numbers between bounds, without drawing again: by the normal distribution's quantiles. */

import { describeValue, TrainlogError } from "../error.ts";
import {
  abs,
  add,
  cast,
  div,
  erf,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  scalar,
  sqrt,
  square,
  sub,
  uniform,
  where,
} from "../primitives/index.ts";
import { checkShape, type Plain, type Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { RandomOptions } from "./distributions.ts";
import { checkNames } from "./distributions.ts";
import type { Key } from "./key.ts";
import { QUANTILE_COEFFICIENTS } from "./normal-quantile.ts";

/** Options of {@link truncatedNormal}. */
export interface TruncatedNormalOptions<D extends FloatDType> extends RandomOptions<D> {
  /** Default −2. */
  readonly low?: number;
  /** Default 2. */
  readonly high?: number;
}

/**
 * Numbers of the standard normal distribution given that they lie between two bounds.
 *
 * Computed in double precision for either element type.
 *
 * @param shape - Of the result.
 * @throws TrainlogError `random/bad-range` unless low < high, `shape/bad-size`.
 */
export function truncatedNormal<const S extends Shape, D extends FloatDType = "float">(
  key: Key,
  shape: S,
  options: TruncatedNormalOptions<D> = {},
): Tensor<Plain<S>, D> {
  checkNames("random.truncatedNormal", options, "low", "high");
  const { low = -2, high = 2, dtype } = options;
  if (!(low < high)) {
    throw new TrainlogError(
      "random/bad-range",
      `truncatedNormal draws between low and high, in this order; got ${describeValue(low)} and ${describeValue(high)}`,
    );
  }
  // In the upper tail probabilities are so near to 1 that differences are lost: draw in the lower one and mirror.
  const mirrored = low > 0;
  const [from, to] = mirrored ? [-high, -low] : [low, high];
  const [least, most] = [probabilityBelow(from), probabilityBelow(to)];
  const p = add(least, mul(uniform(key, checkShape(shape), "f64"), sub(most, least)));
  const x = quantile(p);
  const inside = minimum(maximum(x, number(Math.max(from, -40))), number(Math.min(to, 40)));
  // Of the shape and element type that were asked for.
  return cast(mirrored ? neg(inside) : inside, dtype ?? "float") as Tensor<Plain<S>, D>;
}

function number(value: number): AnyTensor {
  return scalar(value, "f64");
}

/** Φ(x), of a bound (±Infinity become ±40, beyond every double). */
function probabilityBelow(x: number): AnyTensor {
  const finite = Math.min(Math.max(x, -40), 40);
  return mul(add(erf(number(finite * Math.SQRT1_2)), number(1)), number(0.5));
}

/** Algorithm AS 241 as in `./normal-quantile.ts`, on tensors: all three of its stretches, then the right one. */
function quantile(p: AnyTensor): AnyTensor {
  const { centreOver, centreUnder, middleOver, middleUnder, tailOver, tailUnder } = QUANTILE_COEFFICIENTS;
  const q = sub(p, number(0.5));
  const near = sub(number(0.180625), square(q));
  const centre = mul(q, div(polynomial(centreOver, near), polynomial(centreUnder, near)));
  // Not below the least double, whose logarithm is finite.
  const tail = maximum(minimum(p, sub(number(1), p)), number(Number.MIN_VALUE * 2 ** 60));
  const r = sqrt(neg(log(tail)));
  const [inner, outer] = [sub(r, number(1.6)), sub(r, number(5))];
  const size = where(
    lessEqual(r, number(5)),
    div(polynomial(middleOver, inner), polynomial(middleUnder, inner)),
    div(polynomial(tailOver, outer), polynomial(tailUnder, outer)),
  );
  return where(lessEqual(abs(q), number(0.425)), centre, where(less(q, number(0)), neg(size), size));
}

function polynomial(coefficients: readonly number[], x: AnyTensor): AnyTensor {
  return coefficients
    .slice(1)
    .reduce<AnyTensor>((value, c) => add(mul(value, x), number(c)), number(coefficients[0] ?? 0));
}
