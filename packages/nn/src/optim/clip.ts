/** @file Gradients kept within bounds. */

import type { Params } from "../nn/model.ts";
import { checkOptions, numberIn } from "../options/check-options.ts";
import { add, div, maximum, minimum, mul, plus, scalar, sqrt, square, sum } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./optimizer.ts";
import { mapParams } from "./params.ts";

/** The state of what remembers nothing. */
export type NoState = Readonly<Record<never, never>>;

/**
 * The Euclidean norm of all tensors together, as if they were one vector.
 *
 * @returns A scalar of the tensors' element type.
 */
export function globalNorm(tensors: Params): AnyTensor {
  let total: AnyTensor | undefined;
  for (const name in tensors) {
    const tensor = tensors[name];
    if (tensor === undefined) continue;
    const squares = sum(square(tensor));
    total = total === undefined ? squares : add(total, squares);
  }
  return total === undefined ? scalar(0, "float") : sqrt(total);
}

/**
 * Scales all gradients down together when their {@link globalNorm} is above `maxNorm`. As PyTorch's `clip_grad_norm_`.
 *
 * @throws TrainlogError `optim/bad-option`.
 *
 * @example
 * optim.chain(optim.clipByGlobalNorm(1), optim.adamW({ lr: 3e-4 }));
 */
export function clipByGlobalNorm(maxNorm: number): Optimizer<NoState> {
  checkOptions(
    "optim.clipByGlobalNorm",
    { maxNorm },
    { maxNorm: numberIn({ above: 0 }) },
    { area: "optim", required: ["maxNorm"] },
  );
  return {
    name: "clipByGlobalNorm",
    options: { maxNorm },
    init: () => ({}),
    update: (grads, state) => {
      const norm = globalNorm(grads);
      // PyTorch's 1e-6 keeps the division finite.
      const factor = minimum(div(scalar(maxNorm, norm.dtype), plus(norm, 1e-6)), scalar(1, norm.dtype));
      return { updates: mapParams(grads, (grad) => mul(grad, factor)), state };
    },
  };
}

/**
 * Moves every element into `[−maxValue, maxValue]`. As PyTorch's `clip_grad_value_`.
 *
 * @throws TrainlogError `optim/bad-option`.
 */
export function clipByValue(maxValue: number): Optimizer<NoState> {
  checkOptions(
    "optim.clipByValue",
    { maxValue },
    { maxValue: numberIn({ above: 0 }) },
    { area: "optim", required: ["maxValue"] },
  );
  const clip = (grad: AnyTensor): AnyTensor =>
    minimum(maximum(grad, scalar(-maxValue, grad.dtype)), scalar(maxValue, grad.dtype));
  return {
    name: "clipByValue",
    options: { maxValue },
    init: () => ({}),
    update: (grads, state) => ({ updates: mapParams(grads, clip), state }),
  };
}
