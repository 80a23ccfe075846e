/** @file Elementwise arithmetic on two tensors, broadcasting by NumPy's rules. */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { defineBinary } from "./binary-rule.ts";
import { equal, less } from "./comparison.ts";
import { scalar } from "./create.ts";
import type { Primitive } from "./primitive.ts";
import { where } from "./select.ts";
import { log, neg } from "./unary.ts";

const addPrimitive = defineBinary("add", {
  compute: (a, b) => a + b,
  integer: (a, b) => a + b,
  gradients: [(g) => g, (g) => g],
});
const subPrimitive = defineBinary("sub", {
  compute: (a, b) => a - b,
  integer: (a, b) => a - b,
  gradients: [(g) => g, (g) => neg(g)],
});
const mulPrimitive = defineBinary("mul", {
  compute: (a, b) => a * b,
  integer: Math.imul,
  gradients: [(g, _, b) => mul(g, b), (g, a) => mul(g, a)],
});
const divPrimitive = defineBinary("div", {
  compute: (a, b) => a / b,
  gradients: [(g, _, b) => div(g, b), (g, _, b, y) => neg(div(mul(g, y), b))],
});
const powPrimitive = defineBinary("pow", {
  compute: powOf,
  gradients: [powerByBase, powerByExponent],
});
const maximumPrimitive = defineBinary("maximum", {
  compute: Math.max,
  integer: Math.max,
  gradients: [(g, a, b) => shareOf(g, a, b, less(a, b)), (g, a, b) => shareOf(g, a, b, less(b, a))],
});
const minimumPrimitive = defineBinary("minimum", {
  compute: Math.min,
  integer: Math.min,
  gradients: [(g, a, b) => shareOf(g, a, b, less(b, a)), (g, a, b) => shareOf(g, a, b, less(a, b))],
});

/** As C and PyTorch have it: 1 to any power is 1, and (−1)^±Infinity is 1; `Math.pow` gives NaN there. */
export function powOf(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1;
  return base ** exponent;
}

/** b·aᵇ⁻¹, and 0 for b = 0 even where a is 0. */
function powerByBase(g: AnyTensor, a: AnyTensor, b: AnyTensor): AnyTensor {
  const zero = scalar(0, a.dtype);
  const one = scalar(1, a.dtype);
  const isConstant = equal(b, zero);
  // Inside of the branch that is not taken the exponent is 1, so that no NaN arises there for higher derivatives.
  const exponent = where(isConstant, one, b);
  return where(isConstant, zero, mul(g, mul(exponent, pow(a, sub(exponent, one)))));
}

/** aᵇ·log a, and 0 for a = 0 with b ≥ 0 (the limit from the right), as in PyTorch. */
function powerByExponent(g: AnyTensor, a: AnyTensor, b: AnyTensor, y: AnyTensor): AnyTensor {
  const zero = scalar(0, a.dtype);
  const isFlat = mul(equal(a, zero), sub(scalar(1, a.dtype), less(b, zero)));
  const base = where(isFlat, scalar(1, a.dtype), a);
  return where(isFlat, zero, mul(g, mul(y, log(base))));
}

/** The part of the cotangent that goes to the operand that is not chosen where `loses` is 1: half of it where both are equal, as in PyTorch. */
function shareOf(g: AnyTensor, a: AnyTensor, b: AnyTensor, loses: AnyTensor): AnyTensor {
  return where(loses, scalar(0, g.dtype), mul(g, where(equal(a, b), scalar(0.5, g.dtype), scalar(1, g.dtype))));
}

/** All primitives of this file. */
export const binaryPrimitives: readonly Primitive<undefined>[] = [
  addPrimitive,
  subPrimitive,
  mulPrimitive,
  divPrimitive,
  powPrimitive,
  maximumPrimitive,
  minimumPrimitive,
];

/**
 * a + b. int32 wraps around.
 *
 * Like all operations of this file: shapes broadcast.
 *
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function add(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(addPrimitive, [a, b], undefined);
}

/** a − b. int32 wraps around. Throws as {@link add}. */
export function sub(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(subPrimitive, [a, b], undefined);
}

/** a · b. int32 wraps around. Throws as {@link add}. */
export function mul(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(mulPrimitive, [a, b], undefined);
}

/** a / b of floats. Throws as {@link add}. */
export function div(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(divPrimitive, [a, b], undefined);
}

/**
 * a to the power of b, of floats. pow(x, 0) is 1 for every x.
 *
 * Gradients at the edges are PyTorch's: by a it is 0 where b = 0; by b it is 0 where a = 0 and b ≥ 0. Throws as {@link add}.
 */
export function pow(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(powPrimitive, [a, b], undefined);
}

/** The larger of the two; NaN if one is NaN. Where both are equal each gets half of the gradient, as in PyTorch. Throws as {@link add}. */
export function maximum(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(maximumPrimitive, [a, b], undefined);
}

/** The smaller of the two; NaN if one is NaN. Gradient as {@link maximum}. Throws as {@link add}. */
export function minimum(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(minimumPrimitive, [a, b], undefined);
}
