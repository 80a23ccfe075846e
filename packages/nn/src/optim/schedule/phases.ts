/** @file Schedules of several phases: sequences, warm-up, one-cycle. */
import { TrainlogError } from "../../error.ts";
import { checkOptions, numberIn, oneOf, wholeNumber } from "../../options/check-options.ts";
import { div, less, sub, where } from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { cosineBetween, linear, linearBetween, numberLike } from "./curves.ts";
import {
  checkLearningRate,
  type LearningRate,
  learningRateAt,
  learningRateTensor,
  plainLearningRate,
  type Schedule,
} from "./schedule.ts";

/** One phase of a {@link sequence}. */
export interface Phase {
  /** What happens in it; its schedule counts updates from the phase's beginning. */
  readonly lr: LearningRate;
  /** Its length in updates. The last phase needs none. */
  readonly steps?: number;
}

/**
 * One schedule after the other. PyTorch: `SequentialLR`.
 *
 * @param phases - Each but the last with its length; a length given for the last is how long it is described to be and changes nothing.
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * optim.schedule.sequence({ lr: 0.1, steps: 100 }, { lr: optim.schedule.cosine({ lr: 0.1, steps: 900 }) });
 */
export function sequence(...phases: readonly Phase[]): Schedule {
  if (phases.length === 0) {
    throw new TrainlogError(
      "optim/bad-option",
      "optim.schedule.sequence: there is no phase; give at least one, such as { lr: 0.1 }",
    );
  }
  phases.forEach((phase, i) => {
    const required = i + 1 < phases.length ? ["lr", "steps"] : ["lr"];
    const checks = { lr: checkLearningRate, steps: wholeNumber(1) };
    checkOptions(`optim.schedule.sequence: phase ${i}`, phase, checks, { area: "optim", required });
  });
  return {
    name: "sequence",
    options: {
      phases: phases.map(({ lr, steps }) => ({ lr: plainLearningRate(lr), ...(steps === undefined ? {} : { steps }) })),
    },
    at: (update) => atPhase(phases, 0, update, update),
  };
}

function atPhase(phases: readonly Phase[], first: number, update: AnyTensor, since: AnyTensor): AnyTensor {
  const [phase, isLast] = [phases[first], first + 1 >= phases.length];
  const rate = learningRateTensor(phase?.lr ?? 0, since);
  if (isLast) return rate;
  const length = numberLike(phase?.steps ?? 0, update);
  return where(less(since, length), rate, atPhase(phases, first + 1, update, sub(since, length)));
}

/** Options of {@link warmUp}. */
export interface WarmUpOptions {
  /** Updates until the full rate. */
  readonly steps: number;
  /** The rate after the warm-up, whose schedule begins then. */
  readonly lr: LearningRate;
  /** Fraction of the rate at the first update. Default 0. */
  readonly from?: number;
}

/**
 * Rises on a straight line to the rate with which `lr` begins, then follows `lr`. PyTorch: `LinearLR` and the next one in a `SequentialLR`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * optim.schedule.warmUp({ steps: 100, lr: optim.schedule.cosine({ lr: 3e-4, steps: 5000 }) });
 */
export function warmUp(options: WarmUpOptions): Schedule {
  const checks = { steps: wholeNumber(1), lr: checkLearningRate, from: numberIn({ min: 0, max: 1 }) };
  checkOptions("optim.schedule.warmUp", options, checks, { area: "optim", required: ["steps", "lr"] });
  const { steps, lr, from = 0 } = options;
  const peak = learningRateAt(lr, 0);
  const { at } = sequence({ lr: linear({ from: peak * from, to: peak, steps }), steps }, { lr });
  return { name: "warmUp", options: { steps, lr: plainLearningRate(lr), from }, at };
}

/** Options of {@link oneCycle}; the defaults are PyTorch's. */
export interface OneCycleOptions {
  /** The highest rate. */
  readonly maxLr: number;
  /** Updates of the whole cycle. */
  readonly steps: number;
  /** Fraction of the cycle in which the rate rises. Default 0.3. */
  readonly rising?: number;
  /** The first rate is `maxLr / divideBy`. Default 25. */
  readonly divideBy?: number;
  /** The last rate is the first one divided by this. Default 10 000. */
  readonly finalDivideBy?: number;
  /** Form of the curve. Default `"cosine"`. */
  readonly anneal?: "cosine" | "linear";
}

/**
 * Up to a high rate and down to a very low one (Smith and Topin, 2018). PyTorch: `OneCycleLR` with `cycle_momentum=False`; after the cycle the last
 * rate stays.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const checks = {
    maxLr: numberIn({ min: 0 }),
    steps: wholeNumber(2),
    rising: numberIn({ above: 0, below: 1 }),
    divideBy: numberIn({ min: 1 }),
    finalDivideBy: numberIn({ min: 1 }),
    anneal: oneOf("cosine", "linear"),
  };
  checkOptions("optim.schedule.oneCycle", options, checks, { area: "optim", required: ["maxLr", "steps"] });
  const { maxLr, steps, rising = 0.3, divideBy = 25, finalDivideBy = 10_000, anneal = "cosine" } = options;
  const first = maxLr / divideBy;
  const between = anneal === "cosine" ? cosineBetween : linearBetween;
  // The peak lies between two updates when `rising · steps` is no whole number, as in PyTorch. A peak before the first update is at it.
  const top = Math.max(rising * steps - 1, Number.MIN_VALUE);
  const last = steps - 1;
  return {
    name: "oneCycle",
    options: { maxLr, steps, rising, divideBy, finalDivideBy, anneal },
    at: (update) => {
      const up = between(first, maxLr, div(update, numberLike(top, update)));
      const down = between(maxLr, first / finalDivideBy, fallen(update, top, last));
      return where(less(numberLike(top, update), update), down, up);
    },
  };
}

/** How far the way down is gone, 0 to 1. */
function fallen(update: AnyTensor, top: number, last: number): AnyTensor {
  const bounded = where(less(numberLike(last, update), update), numberLike(last, update), update);
  return div(sub(bounded, numberLike(top, update)), numberLike(last - top, update));
}
