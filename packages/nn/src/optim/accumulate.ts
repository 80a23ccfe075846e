/** @file Gradient accumulation: one update from the gradients of several batches. */

import type { Params } from "../nn/model.ts";
import { checkOptions, wholeNumber } from "../options/check-options.ts";
import { add, equal, scalar, times, where } from "../primitives/index.ts";
import { flattenPack, mapPack, type TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Optimizer } from "./optimizer.ts";
import { mapParams, zerosLike } from "./params.ts";

/** State of {@link accumulate}: batches since the last update (int32, shape `[]`), the sum of their gradients, and the optimiser's state. */
export type AccumulateState<S extends TensorPack> = {
  readonly batches: AnyTensor;
  readonly sum: Params;
  readonly inner: S;
};

/**
 * Updates the parameters after every `steps` batches only, with the mean of their gradients: training as with a batch `steps` times as large, in the
 * memory of a small one. Schedules count the updates, not the batches.
 *
 * @throws TrainlogError `optim/bad-option`.
 *
 * @example
 * optim.accumulate(8, optim.adam({ lr: 0.03 }));
 */
export function accumulate<S extends TensorPack>(
  steps: number,
  optimizer: Optimizer<S>,
): Optimizer<AccumulateState<S>> {
  checkOptions("optim.accumulate", { steps }, { steps: wholeNumber(1) }, { area: "optim", required: ["steps"] });
  return {
    name: "accumulate",
    options: { steps, optimizer: optimizer.name, ...optimizer.options },
    init: (params) => ({
      batches: scalar(0, "int32"),
      sum: mapParams(params, zerosLike),
      inner: optimizer.init(params),
    }),
    update: (grads, { batches, sum, inner }, params) => {
      const total = mapParams(grads, (grad, name) => add(sum[name] ?? zerosLike(grad), grad));
      const count = add(batches, scalar(1, "int32"));
      const isFull = equal(count, scalar(steps, "int32"));
      const mean = mapParams(total, (tensor) => times(tensor, 1 / steps));
      const result = optimizer.update(mean, inner, params);
      return {
        updates: mapParams(result.updates, (update) => where(isFull, update, zerosLike(update))),
        state: {
          batches: where(isFull, scalar(0, "int32"), count),
          sum: mapParams(total, (tensor) => where(isFull, zerosLike(tensor), tensor)),
          inner: choosePack(isFull, result.state, inner),
        },
      };
    },
    ...(optimizer.learningRate === undefined
      ? {}
      : { learningRate: (batch) => optimizer.learningRate?.(Math.floor(batch / steps)) ?? 0 }),
    averaged: (state) => optimizer.averaged?.(state.inner),
  };
}

function choosePack<S extends TensorPack>(condition: AnyTensor, then: S, otherwise: S): S {
  const others = flattenPack(otherwise);
  return mapPack(then, (tensor, _, i) => where(condition, tensor, others[i]?.tensor ?? tensor));
}
