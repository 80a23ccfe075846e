/** @file RMSProp. */
import { checkOptions, flag } from "../options/check-options.ts";
import { add, div, mul, neg, plus, sqrt, square, sub, times } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { averageWith, plusTimes } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import { zerosLike } from "./params.ts";
import { perParameter, type SlotState } from "./per-parameter.ts";
import { averageFactor, type DecayOptions, epsilon, type RateOptions, SHARED_CHECKS } from "./rule-options.ts";
import { plainLearningRate } from "./schedule/schedule.ts";

/** Options of {@link rmsProp}. */
export interface RmsPropOptions extends RateOptions, DecayOptions {
  /** Factor of the average of squares. Default 0.99. */
  readonly alpha?: number;
  /** Added to the denominator. Default 1e-8. */
  readonly eps?: number;
  /** How much of the last step is kept. Default 0. */
  readonly momentum?: number;
  /** Divides by an estimate of the deviation instead of the root mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSProp (Tieleman and Hinton, 2012): `w ← w − lr · g / (√v + eps)` with `v` the average of `g²`. As PyTorch's `torch.optim.RMSprop`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function rmsProp(options: RmsPropOptions): Optimizer<SlotState> {
  const checks = { ...SHARED_CHECKS, alpha: averageFactor, eps: epsilon, momentum: averageFactor, centered: flag };
  checkOptions("optim.rmsProp", options, checks, { area: "optim", required: ["lr"] });
  const { lr, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false, weightDecay = 0, weightDecayMask } = options;
  return perParameter<AnyTensor>({
    name: "rmsProp",
    options: { lr: plainLearningRate(lr), alpha, eps, momentum, centered, weightDecay },
    lr,
    weightDecay,
    weightDecayMask,
    slots: (param) => ({
      v: zerosLike(param),
      ...(centered ? { mean: zerosLike(param) } : {}),
      ...(momentum === 0 ? {} : { momentum: zerosLike(param) }),
    }),
    share: (scalars) => neg(scalars.lr),
    update: (grad, slots, { param, shared: minusLr, weightDecay: decay }) => {
      const g = plusTimes(grad, param, decay);
      const v = add(times(slots["v"] ?? zerosLike(param), alpha), times(square(g), 1 - alpha));
      const mean = slots["mean"] && averageWith(slots["mean"], g, alpha);
      const scaled = div(g, plus(sqrt(mean === undefined ? v : sub(v, square(mean))), eps));
      const direction = slots["momentum"] === undefined ? scaled : add(times(slots["momentum"], momentum), scaled);
      const after = { v, ...(mean && { mean }), ...(slots["momentum"] && { momentum: direction }) };
      return { update: mul(direction, minusLr), slots: after };
    },
  });
}
