/** @file How a loss per element becomes one number. */

import { describeValue, TrainlogError } from "../../error.ts";
import { checkOptionNames } from "../../options/check-options.ts";
import { mean, scalar, sum } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import { sameShape, showShape } from "../../shape/shape.ts";
import type { ShapeError, ShapeFits, ShowShape } from "../../shape/shape-error.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";

/** `"mean"` over all elements, `"sum"`, or `"none"`: the loss of each element. */
export type Reduction = "mean" | "sum" | "none";

/** What a loss gives: a scalar, or one number per element. */
export type Reduced<R extends Reduction, S extends Shape, D extends FloatDType> = R extends "none"
  ? Tensor<S, D>
  : Tensor<[], D>;

/** Options of most losses. */
export interface LossOptions<R extends Reduction = Reduction> {
  /** Default `"mean"`. */
  readonly reduction?: R;
}

/** Refuses options that a loss does not have. */
export function checkLossOptions(loss: string, options: object, ...more: readonly string[]): void {
  checkOptionNames(loss, options, ["reduction", ...more], { area: "nn" });
}

/** Reduces a loss per element. */
export function reduce<R extends Reduction, S extends Shape, D extends FloatDType>(
  loss: string,
  perElement: AnyTensor,
  reduction: R | undefined,
): Reduced<R, S, D> {
  // The caller's types say what each reduction gives.
  return reduceAny(loss, perElement, reduction ?? "mean") as Reduced<R, S, D>;
}

function reduceAny(loss: string, perElement: AnyTensor, reduction: Reduction): AnyTensor {
  switch (reduction) {
    case "mean":
      return mean(perElement);
    case "sum":
      return sum(perElement);
    case "none":
      return perElement;
    default:
      throw new TrainlogError(
        "nn/bad-option",
        `the reduction of ${loss} is "mean", "sum" or "none"; got ${describeValue(reduction)}`,
      );
  }
}

/** A number in the element type of `like`. */
export function numberLike(value: number, like: AnyTensor): AnyTensor {
  return scalar(value, like.dtype);
}

/** What a target's type is intersected with: an error in the words of {@link checkSameShape}, unless it can have the output's shape. */
export type SameShapeAs<Loss extends string, S extends Shape, Target extends Shape> =
  ShapeFits<S, Target> extends true
    ? unknown
    : ShapeError<
        `${Loss} compares element by element`,
        `a target of the output's shape ${ShowShape<S>}`,
        ShowShape<Target>
      >;

/** Refuses a target that broadcasting would let pass. */
export function checkSameShape(loss: string, output: AnyTensor, target: AnyTensor): void {
  if (!sameShape(output.shape, target.shape)) {
    throw new TrainlogError(
      "shape/mismatch",
      `${loss} compares element by element: expected a target of the output's shape ${showShape(output.shape)}, got ${showShape(target.shape)}`,
    );
  }
  if (output.dtype !== target.dtype) {
    throw new TrainlogError(
      "dtype/mismatch",
      `${loss} compares numbers of one element type: the output is ${output.dtype}, the target ${target.dtype}; cast the target`,
    );
  }
}
