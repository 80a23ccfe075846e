/** @file Options that many optimisers share, and their checks. */
import { type Check, type Checks, callback, numberIn } from "../options/check-options.ts";
import type { ParameterFilter } from "./params.ts";
import { checkLearningRate, type LearningRate } from "./schedule/schedule.ts";

/** What every optimiser takes. */
export interface RateOptions {
  /** Learning rate: a number, or a schedule from `optim.schedule`. */
  readonly lr: LearningRate;
}

/** Weight decay. */
export interface DecayOptions {
  /** Strength. Default 0 unless said otherwise. */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: all. `optim.onlyMatrices` leaves out biases and the scales of norms. */
  readonly weightDecayMask?: ParameterFilter;
}

/** @internal Checks of {@link RateOptions} and {@link DecayOptions}. */
export const SHARED_CHECKS: Checks = {
  lr: checkLearningRate,
  weightDecay: numberIn({ min: 0 }),
  weightDecayMask: callback,
};

/** @internal A factor of an exponential average. */
export const averageFactor: Check = numberIn({ min: 0, below: 1 });

/** @internal A small number that keeps a division finite. */
export const epsilon: Check = numberIn({ min: 0 });

/** @internal A pair of factors of exponential averages. */
export const twoAverageFactors: Check = (value) =>
  Array.isArray(value) && value.length === 2 && value.every((beta) => averageFactor(beta) === undefined)
    ? undefined
    : "two numbers of at least 0 and below 1, such as [0.9, 0.999]";

/**
 * A mask for weight decay: matrices and convolution weights, not vectors (biases, scales of norms).
 *
 * @example
 * optim.adamW({ lr: 3e-4, weightDecay: 0.1, weightDecayMask: optim.onlyMatrices });
 */
export const onlyMatrices: ParameterFilter = (_, param) => param.shape.length >= 2;
