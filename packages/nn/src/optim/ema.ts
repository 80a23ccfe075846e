/** @file An exponential moving average of the weights. */

import type { Params } from "../nn/model.ts";
import { checkOptions } from "../options/check-options.ts";
import { add, barrier } from "../primitives/index.ts";
import type { TensorPack } from "../tensor/pack.ts";
import { averageWith } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import { mapParams } from "./params.ts";
import { averageFactor } from "./rule-options.ts";

/** State of {@link ema}. */
export type EmaState = { readonly average: Params };

/** Options of {@link ema}. */
export interface EmaOptions {
  /** How much of the average stays at each update, such as 0.999. */
  readonly decay: number;
}

/**
 * Keeps an exponential moving average of the weights beside them (Polyak averaging), which often generalises better. The updates pass unchanged, so it
 * stands last in a `chain`; the average starts at the first weights and is read with `optim.averagedParams`. As PyTorch's `get_ema_multi_avg_fn`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * const optimizer = optim.chain(optim.adam({ lr: 0.03 }), optim.ema({ decay: 0.999 }));
 */
export function ema(options: EmaOptions): Optimizer<EmaState> {
  checkOptions("optim.ema", options, { decay: averageFactor }, { area: "optim", required: ["decay"] });
  const { decay } = options;
  return {
    name: "ema",
    options: { decay },
    // A copy: parameters and their average are two states that are freed and updated apart.
    init: (params) => ({ average: mapParams(params, (param) => barrier(param)) }),
    update: (updates, { average }, params) => ({
      updates,
      state: {
        average: mapParams(params, (param, name) => {
          const [before, update] = [average[name] ?? param, updates[name]];
          return averageWith(before, update === undefined ? param : add(param, update), decay);
        }),
      },
    }),
    averaged: (state) => state.average,
  };
}

/**
 * The averaged weights that an optimiser's state holds; undefined when nothing in it averages.
 *
 * @example
 * const averaged = optim.averagedParams(optimizer, state);
 */
export function averagedParams<S extends TensorPack>(optimizer: Optimizer<S>, state: S): Params | undefined {
  return optimizer.averaged?.(state);
}
