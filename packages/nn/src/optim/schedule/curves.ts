/** @file Schedules of one curve: constant, step, exponential, linear, cosine. Their formulas are those of `torch.optim.lr_scheduler`. */
import { checkOptions, numberIn, wholeNumber } from "../../options/check-options.ts";
import { add, cos, div, floor, minimum, mul, pow, scalar } from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Schedule } from "./schedule.ts";

const rate = numberIn({ min: 0 });
const steps = wholeNumber(1);

/** A number as a scalar of another scalar's element type. */
export function numberLike(value: number, like: AnyTensor): AnyTensor {
  return scalar(value, like.dtype);
}

/** `update / length`, at most 1. */
export function progress(update: AnyTensor, length: number): AnyTensor {
  return minimum(div(update, numberLike(length, update)), numberLike(1, update));
}

/** The straight line from `from` (at 0) to `to` (at 1). */
export function linearBetween(from: number, to: number, at: AnyTensor): AnyTensor {
  return add(mul(at, numberLike(to - from, at)), numberLike(from, at));
}

/** Half a cosine from `from` (at 0) to `to` (at 1). */
export function cosineBetween(from: number, to: number, at: AnyTensor): AnyTensor {
  const wave = add(cos(mul(at, numberLike(Math.PI, at))), numberLike(1, at));
  return add(mul(wave, numberLike((from - to) / 2, at)), numberLike(to, at));
}

/**
 * Always the same: what a plain number means, as a part of {@link sequence}.
 *
 * @throws TrainlogError `optim/bad-option`.
 */
export function constant(lr: number): Schedule {
  checkOptions("optim.schedule.constant", { lr }, { lr: rate }, { area: "optim", required: ["lr"] });
  return { name: "constant", options: { lr }, at: (update) => numberLike(lr, update) };
}

/** Options of {@link step}. */
export interface StepScheduleOptions {
  /** Learning rate before the first drop. */
  readonly lr: number;
  /** Updates between drops. */
  readonly every: number;
  /** What the rate is multiplied by at each drop. Default 0.1. */
  readonly factor?: number;
}

/**
 * Drops by a factor after every so many updates: `lr · factor^⌊update / every⌋`. PyTorch: `StepLR`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function step(options: StepScheduleOptions): Schedule {
  const checks = { lr: rate, every: steps, factor: numberIn({ above: 0 }) };
  checkOptions("optim.schedule.step", options, checks, { area: "optim", required: ["lr", "every"] });
  const { lr, every, factor = 0.1 } = options;
  return {
    name: "step",
    options: { lr, every, factor },
    at: (update) => {
      const drops = floor(div(update, numberLike(every, update)));
      return mul(pow(numberLike(factor, update), drops), numberLike(lr, update));
    },
  };
}

/** Options of {@link exponential}. */
export interface ExponentialScheduleOptions {
  /** Learning rate of the first update. */
  readonly lr: number;
  /** What each update multiplies it by. */
  readonly factor: number;
}

/**
 * Falls by the same factor at every update: `lr · factor^update`. PyTorch: `ExponentialLR`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function exponential(options: ExponentialScheduleOptions): Schedule {
  const checks = { lr: rate, factor: numberIn({ above: 0 }) };
  checkOptions("optim.schedule.exponential", options, checks, { area: "optim", required: ["lr", "factor"] });
  const { lr, factor } = options;
  return {
    name: "exponential",
    options: { lr, factor },
    at: (update) => mul(pow(numberLike(factor, update), update), numberLike(lr, update)),
  };
}

/** Options of {@link linear}. */
export interface LinearScheduleOptions {
  /** Learning rate of the first update. */
  readonly from: number;
  /** Learning rate after `steps` updates and from then on. */
  readonly to: number;
  readonly steps: number;
}

/**
 * A straight line from one rate to another, then constant. PyTorch: `LinearLR`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 */
export function linear(options: LinearScheduleOptions): Schedule {
  const checks = { from: rate, to: rate, steps };
  checkOptions("optim.schedule.linear", options, checks, { area: "optim", required: ["from", "to", "steps"] });
  const { from, to, steps: length } = options;
  return {
    name: "linear",
    options: { from, to, steps: length },
    at: (update) => linearBetween(from, to, progress(update, length)),
  };
}

/** Options of {@link cosine}. */
export interface CosineScheduleOptions {
  /** Learning rate of the first update. */
  readonly lr: number;
  /** Updates until the lowest rate. */
  readonly steps: number;
  /** Lowest learning rate, kept after `steps` updates. Default 0. */
  readonly min?: number;
}

/**
 * Half a cosine from `lr` down to `min` (Loshchilov and Hutter, 2017), then constant. PyTorch: `CosineAnnealingLR`, which would rise again after
 * `T_max`.
 *
 * @throws TrainlogError `optim/bad-option`, `optim/unknown-option`.
 *
 * @example
 * optim.adam({ lr: optim.schedule.cosine({ lr: 0.03, steps: 200 }) });
 */
export function cosine(options: CosineScheduleOptions): Schedule {
  checkOptions(
    "optim.schedule.cosine",
    options,
    { lr: rate, steps, min: rate },
    { area: "optim", required: ["lr", "steps"] },
  );
  const { lr, steps: length, min = 0 } = options;
  return {
    name: "cosine",
    options: { lr, steps: length, min },
    at: (update) => cosineBetween(lr, min, progress(update, length)),
  };
}
