/**
 * @file What operations take: tensors, and numbers where a tensor of any shape would do; and what the compiler knows of them.
 *
 * The operations of this folder are thin: a type that follows shapes, around an untyped function of `../primitives` that checks the same rule when it
 * runs. Shapes of tensors are plain tuples here (`Tensor<[2, 3]>`). In code that is generic in its shapes, say `Tensor<Shape>`: rules cannot be
 * decided for a shape that is a type parameter.
 */

import { describeValue, TrainlogError } from "../error.ts";
import { scalar } from "../primitives/index.ts";
import type { BroadcastShapes } from "../shape/broadcast.ts";
import type { Plain, Shape } from "../shape/shape.ts";
import type { Check, Checked, DTypeError } from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";

/** A tensor, or a number: the same as a scalar tensor of the other operand's element type. */
export type Operand = AnyTensor | number;

/** The shape of an operand. */
export type ShapeOf<X> = X extends { readonly shape: infer S extends Shape } ? Plain<S> : [];

/** The element type of a tensor. */
export type DTypeOf<X> = X extends { readonly dtype: infer D extends DType } ? D : DType;

/** The element type that two operands have in common, or a {@link DTypeError}. */
export type CommonDType<A, B, Operation extends string> = A extends number
  ? B extends number
    ? DTypeError<`${Operation}: one operand must be a tensor`, "a tensor and a number, or two tensors", "two numbers">
    : DTypeOf<B>
  : B extends number
    ? DTypeOf<A>
    : [DTypeOf<A> & DTypeOf<B>] extends [never]
      ? DTypeError<
          `${Operation}: the dtypes must be equal`,
          `one of them converted, for example by cast(x, "${DTypeOf<A> extends "int32" ? DTypeOf<B> : DTypeOf<A>}")`,
          `${DTypeOf<A>} and ${DTypeOf<B>}`
        >
      : DTypeOf<A> & DTypeOf<B>;

/** What the second operand's type is intersected with: an error when the two do not go together. */
export type PairCheck<Operation extends string, A, B> =
  CommonDType<A, B, Operation> extends infer D
    ? D extends DType
      ? Check<BroadcastShapes<ShapeOf<A>, ShapeOf<B>, Operation>>
      : D
    : never;

/** The tensor that an elementwise operation of two operands gives. */
export type Paired<Operation extends string, A, B> = Tensor<
  Checked<BroadcastShapes<ShapeOf<A>, ShapeOf<B>, Operation>>,
  Extract<CommonDType<A, B, Operation>, DType>
>;

/**
 * @internal Gives an untyped result the type that the shape rules found for it.
 *
 * The compiler cannot see that `infer` of a primitive and the rule in the type agree: the tests of both compare them.
 */
export function typed<T extends AnyTensor>(tensor: AnyTensor): T {
  return tensor as T;
}

/**
 * @internal Two operands as tensors.
 *
 * @throws TrainlogError `dtype/mismatch` for two numbers; `tensor/bad-value` for a fraction beside int32.
 */
export function asPair(operation: string, a: Operand, b: Operand): readonly [AnyTensor, AnyTensor] {
  if (a instanceof Tensor) return [a, b instanceof Tensor ? b : asTensor(operation, b, a.dtype)];
  if (b instanceof Tensor) return [asTensor(operation, a, b.dtype), b];
  throw new TrainlogError(
    "dtype/mismatch",
    `${operation}: one operand must be a tensor: expected a tensor and a number, or two tensors, got two numbers`,
  );
}

/**
 * @internal A number as a scalar tensor.
 *
 * @throws TrainlogError `tensor/bad-value` for what is not a number, or does not fit int32.
 */
export function asTensor(operation: string, x: Operand, dtype: DType): AnyTensor {
  if (x instanceof Tensor) return x;
  const fits: boolean = typeof x === "number" && (dtype !== "int32" || (x | 0) === x);
  if (fits) return scalar(x, dtype);
  throw new TrainlogError(
    "tensor/bad-value",
    `${operation}: expected a tensor or a number that ${dtype} holds, got ${describeValue(x)}`,
  );
}
