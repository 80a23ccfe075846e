/** @file A model on one example or on a batch of them. */
import { scope } from "../autograd/transforms.ts";
import { describeValue, TrainlogError } from "../error.ts";
import type { Model, Params, State } from "../nn/model.ts";
import { cast, reshape } from "../primitives/index.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { tensor } from "../tensor/create.ts";
import { type DType, type FloatDType, isFloat } from "../tensor/dtype.ts";
import type { NestedNumbers } from "../tensor/format.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { Predict } from "./probe/probe.ts";

/** A model with its numbers. */
export interface ModelNumbers {
  readonly model: Model<Shape, Shape>;
  readonly params: Params;
  readonly state: State;
  readonly dtype: FloatDType;
}

/**
 * The model's result, in evaluation mode.
 *
 * @param x - One example `[...In]` or a batch `[n, ...In]`; floats of either kind.
 * @returns `[...Out]` or `[n, ...Out]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`, `trainer/bad-input` for what is no tensor.
 */
export function predict({ model, params, state, dtype }: ModelNumbers, x: AnyTensor): AnyTensor {
  if (!(x instanceof Tensor)) throw noTensor(x);
  const rank = model.inputShape.length;
  const isOne = x.shape.length === rank;
  if (!fits(isOne ? x.shape : x.shape.slice(1), model.inputShape)) {
    const words = `[${model.inputShape.map((size) => (size === -1 ? "?" : size)).join(", ")}]`;
    throw new TrainlogError(
      "shape/mismatch",
      `eval takes one example of shape ${words} or a batch of them, got shape ${showShape(x.shape)}`,
    );
  }
  return scope(() => {
    const converted = isFloat(x.dtype) && x.dtype !== dtype ? cast(x, dtype) : x;
    const batch = isOne ? reshape(converted, [1, ...x.shape]) : converted;
    const { output } = model.apply(params, state, batch);
    return isOne ? reshape(output, output.shape.slice(1)) : output;
  });
}

/** Whether a shape is that of an example, in which unknown sizes are −1. */
function fits(shape: Shape, example: Shape): boolean {
  return shape.length === example.length && shape.every((size, axis) => example[axis] === -1 || example[axis] === size);
}

function noTensor(x: unknown): TrainlogError {
  return new TrainlogError(
    "trainer/bad-input",
    `eval takes a tensor, got ${describeValue(x)}; make one with tensor([0.25, -0.75]) or tensorND([rows, columns], numbers)`,
  );
}

/** The model as a function of one example, for probes. */
export function predictor(numbers: ModelNumbers): Predict {
  const dtype: DType = numbers.model.inputDType === "int32" ? "int32" : numbers.dtype;
  return (input: AnyTensor | NestedNumbers) =>
    scope(() => predict(numbers, input instanceof Tensor ? input : tensorOf(input, dtype)).data());
}

function tensorOf(input: NestedNumbers, dtype: DType): AnyTensor {
  // The shape is checked by `predict`; here it is any.
  return (tensor as (values: NestedNumbers, options: { readonly dtype: DType }) => AnyTensor)(input, { dtype });
}
