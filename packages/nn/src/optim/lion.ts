/** @file Lion. */
import { checkOptions } from "../options/check-options.ts";
import { mul, neg, sign } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { averageWith, plusTimes } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import { zerosLike } from "./params.ts";
import { perParameter, type SlotState } from "./per-parameter.ts";
import { type DecayOptions, type RateOptions, SHARED_CHECKS, twoAverageFactors } from "./rule-options.ts";
import { plainLearningRate } from "./schedule/schedule.ts";

/** Options of {@link lion}. */
export interface LionOptions extends RateOptions, DecayOptions {
  /** Factors of the average in the step and of the average that is kept. Default `[0.9, 0.99]`. */
  readonly betas?: readonly [number, number];
}

/**
 * Lion (Chen et al., 2023, "Symbolic discovery of optimization algorithms"): steps of size `lr` by the sign of an average of gradients, with decoupled
 * weight decay: `w ← w − lr · (sign(β₁·m + (1 − β₁)·g) + weightDecay·w)`, then `m ← β₂·m + (1 − β₂)·g`. A good `lr` is 3 to 10 times smaller than
 * AdamW's.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function lion(options: LionOptions): Optimizer<SlotState> {
  checkOptions(
    "optim.lion",
    options,
    { ...SHARED_CHECKS, betas: twoAverageFactors },
    { area: "optim", required: ["lr"] },
  );
  const { lr, betas = [0.9, 0.99], weightDecay = 0, weightDecayMask } = options;
  return perParameter<AnyTensor>({
    name: "lion",
    options: { lr: plainLearningRate(lr), betas, weightDecay },
    lr,
    weightDecay,
    weightDecayMask,
    slots: (param) => ({ m: zerosLike(param) }),
    share: (scalars) => neg(scalars.lr),
    update: (grad, slots, { param, shared: minusLr, weightDecay: decay }) => {
      const m = slots["m"] ?? zerosLike(param);
      const direction = plusTimes(sign(averageWith(m, grad, betas[0])), param, decay);
      return { update: mul(direction, minusLr), slots: { m: averageWith(m, grad, betas[1]) } };
    },
  });
}
