/** @file One optimiser after the other. */
import { describeValue, TrainlogError } from "../error.ts";
import type { TensorPack } from "../tensor/pack.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * Optimisers in a row: the first gets the gradients, each next one what the one before made of them; the last one's result is added to the parameters.
 *
 * @returns An optimiser whose state is the list of theirs.
 * @throws TrainlogError `optim/bad-option` for an empty chain, and for parts that are no optimisers.
 *
 * @example
 * optim.chain(optim.clipByGlobalNorm(1), optim.adam({ lr: 0.03 }), optim.ema({ decay: 0.999 }));
 */
export function chain(...optimizers: readonly Optimizer[]): Optimizer<readonly TensorPack[]> {
  if (optimizers.length === 0) {
    throw new TrainlogError("optim/bad-option", "optim.chain: there is nothing in it; give at least one optimiser");
  }
  for (const [i, part] of optimizers.entries()) {
    if (typeof part?.update !== "function") {
      throw new TrainlogError("optim/bad-option", `optim.chain: part ${i} is no optimiser, got ${describeValue(part)}`);
    }
  }
  const withRate = optimizers.find((optimizer) => optimizer.learningRate !== undefined);
  return {
    name: "chain",
    options: { parts: optimizers.map(({ name, options }) => ({ optimizer: name, ...options })) },
    init: (params) => optimizers.map((optimizer) => optimizer.init(params)),
    update: (grads, states, params) => {
      let updates = grads;
      const next = optimizers.map((optimizer, i) => {
        const result = optimizer.update(updates, states[i] ?? {}, params);
        updates = result.updates;
        return result.state;
      });
      return { updates, state: next };
    },
    ...(withRate === undefined ? {} : { learningRate: (update) => withRate.learningRate?.(update) ?? 0 }),
    averaged: (states) => {
      for (const [i, optimizer] of optimizers.entries()) {
        const found = optimizer.averaged?.(states[i] ?? {});
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
