/**
 * @file Elementwise comparisons: 1 where they hold and 0 elsewhere, in the operands' element type, so that they can be multiplied and summed.
 *
 * No gradient flows through them. Comparisons with NaN do not hold, except `notEqual`.
 */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { type BinaryRule, defineBinary } from "./binary-rule.ts";
import type { Primitive } from "./primitive.ts";

const bothWays = (compute: (a: number, b: number) => number): BinaryRule => ({ compute, integer: compute });

const equalPrimitive = defineBinary(
  "equal",
  bothWays((a, b) => (a === b ? 1 : 0)),
);
const notEqualPrimitive = defineBinary(
  "notEqual",
  bothWays((a, b) => (a === b ? 0 : 1)),
);
const lessPrimitive = defineBinary(
  "less",
  bothWays((a, b) => (a < b ? 1 : 0)),
);
const lessEqualPrimitive = defineBinary(
  "lessEqual",
  bothWays((a, b) => (a <= b ? 1 : 0)),
);

/** All primitives of this file. */
export const comparisonPrimitives: readonly Primitive<undefined>[] = [
  equalPrimitive,
  notEqualPrimitive,
  lessPrimitive,
  lessEqualPrimitive,
];

/** 1 where a = b. Broadcasts and throws as `add`. */
export function equal(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(equalPrimitive, [a, b], undefined);
}

/** 1 where a ≠ b. Broadcasts and throws as `add`. */
export function notEqual(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(notEqualPrimitive, [a, b], undefined);
}

/** 1 where a < b. Broadcasts and throws as `add`. */
export function less(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(lessPrimitive, [a, b], undefined);
}

/** 1 where a ≤ b. Broadcasts and throws as `add`. */
export function lessEqual(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(lessEqualPrimitive, [a, b], undefined);
}
