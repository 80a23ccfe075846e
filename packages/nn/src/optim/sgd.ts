/** @file Stochastic gradient descent, with momentum. */
import { TrainlogError } from "../error.ts";
import { checkOptions, flag, numberIn } from "../options/check-options.ts";
import { add, lessEqual, mul, neg, scalar, times, where } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { plusTimes } from "./arithmetic.ts";
import type { Optimizer } from "./optimizer.ts";
import { zerosLike } from "./params.ts";
import { perParameter, type SlotState, type StepScalars } from "./per-parameter.ts";
import { averageFactor, type DecayOptions, type RateOptions, SHARED_CHECKS } from "./rule-options.ts";
import { plainLearningRate } from "./schedule/schedule.ts";

/** Options of {@link sgd}. */
export interface SgdOptions extends RateOptions, DecayOptions {
  /** How much of the last step is kept. Default 0. */
  readonly momentum?: number;
  /** Looks ahead along the momentum (Nesterov, 1983). Default false. */
  readonly nesterov?: boolean;
  /** How much less of the gradient goes into the momentum. Default 0. */
  readonly dampening?: number;
}

interface Shared {
  readonly minusLr: AnyTensor;
  /** Part of the gradient that goes into the momentum; undefined: all of it. */
  readonly intoMomentum: AnyTensor | undefined;
}

/**
 * Stochastic gradient descent: `w ← w − lr·b` with `b ← momentum·b + (1 − dampening)·g`, `g` the gradient plus `weightDecay·w`. The first `b` is `g`.
 * As PyTorch's `torch.optim.SGD`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * optim.sgd({ lr: 0.1, momentum: 0.9, nesterov: true });
 */
export function sgd(options: SgdOptions): Optimizer<SlotState> {
  const checks = { ...SHARED_CHECKS, momentum: averageFactor, nesterov: flag, dampening: numberIn({ min: 0, max: 1 }) };
  checkOptions("optim.sgd", options, checks, { area: "optim", required: ["lr"] });
  const { lr, momentum = 0, nesterov = false, dampening = 0, weightDecay = 0, weightDecayMask } = options;
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new TrainlogError("optim/bad-option", "optim.sgd: nesterov needs momentum above 0 and dampening 0");
  }
  return perParameter<Shared>({
    name: "sgd",
    options: { lr: plainLearningRate(lr), momentum, nesterov, dampening, weightDecay },
    lr,
    weightDecay,
    weightDecayMask,
    slots: (param) => (momentum === 0 ? {} : { momentum: zerosLike(param) }),
    share: (scalars) => ({ minusLr: neg(scalars.lr), intoMomentum: momentumPart(scalars, dampening) }),
    update: (grad, slots, { param, shared, weightDecay: decay }) => {
      const g = plusTimes(grad, param, decay);
      const before = slots["momentum"];
      if (before === undefined) return { update: mul(g, shared.minusLr), slots };
      const fresh = shared.intoMomentum === undefined ? g : mul(g, shared.intoMomentum);
      const after = add(times(before, momentum), fresh);
      const direction = nesterov ? plusTimes(g, after, momentum) : after;
      return { update: mul(direction, shared.minusLr), slots: { momentum: after } };
    },
  });
}

function momentumPart({ before }: StepScalars, dampening: number): AnyTensor | undefined {
  if (dampening === 0) return undefined;
  const one = scalar(1, before.dtype);
  return where(lessEqual(before, scalar(0, before.dtype)), one, scalar(1 - dampening, before.dtype));
}
