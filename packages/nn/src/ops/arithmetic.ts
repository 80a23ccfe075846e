/** @file Arithmetic and comparison, element by element. Shapes broadcast by NumPy's rules; either operand may be a number. */
import * as primitives from "../primitives/index.ts";
import type { BroadcastShapes } from "../shape/broadcast.ts";
import type { Check, Checked } from "../shape/shape-error.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import {
  asPair,
  asTensor,
  type DTypeOf,
  type Operand,
  type PairCheck,
  type Paired,
  type ShapeOf,
  typed,
} from "./operand.ts";

/**
 * a + b.
 *
 * @throws TrainlogError (as all operations of two operands) `shape/mismatch` when the shapes do not broadcast, `dtype/mismatch` when the element types
 *   differ; both are compile errors of the same words where types know enough.
 *
 * @example
 * add(tensor([[1, 2], [3, 4]]), tensor([10, 20]));   // [[11, 22], [13, 24]], Tensor<[2, 2]>
 */
export function add<A extends Operand, B extends Operand>(a: A, b: B & PairCheck<"add", A, B>): Paired<"add", A, B> {
  const [x, y] = asPair("add", a, b);
  return typed(primitives.add(x, y));
}

/** a − b. */
export function sub<A extends Operand, B extends Operand>(a: A, b: B & PairCheck<"sub", A, B>): Paired<"sub", A, B> {
  const [x, y] = asPair("sub", a, b);
  return typed(primitives.sub(x, y));
}

/** a · b, element by element. */
export function mul<A extends Operand, B extends Operand>(a: A, b: B & PairCheck<"mul", A, B>): Paired<"mul", A, B> {
  const [x, y] = asPair("mul", a, b);
  return typed(primitives.mul(x, y));
}

/** a / b, of floats. */
export function div<A extends Operand, B extends Operand>(a: A, b: B & PairCheck<"div", A, B>): Paired<"div", A, B> {
  const [x, y] = asPair("div", a, b);
  return typed(primitives.div(x, y));
}

/** a to the power of b. Where a number would do as b, `square` and `sqrt` are faster. */
export function pow<A extends Operand, B extends Operand>(a: A, b: B & PairCheck<"pow", A, B>): Paired<"pow", A, B> {
  const [x, y] = asPair("pow", a, b);
  return typed(primitives.pow(x, y));
}

/** The larger one; NaN if one is NaN. Where both are equal each gets half of the gradient, as in PyTorch. */
export function maximum<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"maximum", A, B>,
): Paired<"maximum", A, B> {
  const [x, y] = asPair("maximum", a, b);
  return typed(primitives.maximum(x, y));
}

/** The smaller one; otherwise as {@link maximum}. */
export function minimum<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"minimum", A, B>,
): Paired<"minimum", A, B> {
  const [x, y] = asPair("minimum", a, b);
  return typed(primitives.minimum(x, y));
}

/** 1 where a = b, 0 elsewhere, in the operands' element type. */
export function equal<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"equal", A, B>,
): Paired<"equal", A, B> {
  const [x, y] = asPair("equal", a, b);
  return typed(primitives.equal(x, y));
}

/** 1 where a ≠ b, 0 elsewhere. */
export function notEqual<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"notEqual", A, B>,
): Paired<"notEqual", A, B> {
  const [x, y] = asPair("notEqual", a, b);
  return typed(primitives.notEqual(x, y));
}

/** 1 where a < b, 0 elsewhere. */
export function less<A extends Operand, B extends Operand>(a: A, b: B & PairCheck<"less", A, B>): Paired<"less", A, B> {
  const [x, y] = asPair("less", a, b);
  return typed(primitives.less(x, y));
}

/** 1 where a ≤ b, 0 elsewhere. */
export function lessEqual<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"lessEqual", A, B>,
): Paired<"lessEqual", A, B> {
  const [x, y] = asPair("lessEqual", a, b);
  return typed(primitives.lessEqual(x, y));
}

/** 1 where a > b, 0 elsewhere. */
export function greater<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"greater", A, B>,
): Paired<"greater", A, B> {
  const [x, y] = asPair("greater", a, b);
  return typed(primitives.less(y, x));
}

/** 1 where a ≥ b, 0 elsewhere. */
export function greaterEqual<A extends Operand, B extends Operand>(
  a: A,
  b: B & PairCheck<"greaterEqual", A, B>,
): Paired<"greaterEqual", A, B> {
  const [x, y] = asPair("greaterEqual", a, b);
  return typed(primitives.lessEqual(y, x));
}

/** The shape that a condition and two operands broadcast to. */
type WhereShape<C extends AnyTensor, A, B> =
  Checked<BroadcastShapes<ShapeOf<A>, ShapeOf<B>, "where">> extends infer S extends readonly number[]
    ? BroadcastShapes<ShapeOf<C>, S, "where">
    : never;

/**
 * a where the condition is not 0, b elsewhere.
 *
 * @param condition - Of any element type, for example what a comparison gives; broadcasts with a and b.
 *
 * @example
 * where(greater(x, 0), x, mul(x, 0.1));   // leaky ReLU
 */
export function where<C extends AnyTensor, A extends Operand, B extends Operand>(
  condition: C,
  a: A,
  b: B & PairCheck<"where", A, B> & Check<WhereShape<C, A, B>>,
): Tensor<Checked<WhereShape<C, A, B>>, Paired<"where", A, B>["dtype"]> {
  const [x, y] = asPair("where", a, b);
  return typed(primitives.where(condition, x, y));
}

/**
 * x cut off at `least` and `most`. The gradient is 0 where it was cut, and half of it at the limits themselves.
 *
 * @param least - A number, or a tensor that broadcasts; `undefined` for no limit.
 * @param most - Likewise.
 */
export function clip<X extends AnyTensor>(
  x: X,
  least: Operand | undefined,
  most?: Operand,
): Tensor<ShapeOf<X>, DTypeOf<X>> {
  const raised = least === undefined ? x : primitives.maximum(x, asTensor("clip", least, x.dtype));
  const cut = most === undefined ? raised : primitives.minimum(raised, asTensor("clip", most, x.dtype));
  return typed(primitives.broadcastTo(cut, x.shape));
}
