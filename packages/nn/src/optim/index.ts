/**
 * @file `optim`: optimisers as pairs of pure functions on explicit state, and what they are composed from.
 *
 * @example
 * const optimizer = optim.chain(
 *   optim.clipByGlobalNorm(1),
 *   optim.adamW({ lr: optim.schedule.warmUp({ steps: 100, lr: optim.schedule.cosine({ lr: 3e-4, steps: 5000 }) }) }),
 * );
 */
export { type AccumulateState, accumulate } from "./accumulate.ts";
export { type AdafactorOptions, adafactor } from "./adafactor.ts";
export { type AdamOptions, adam, adamW } from "./adam.ts";
export { chain } from "./chain.ts";
export { clipByGlobalNorm, clipByValue, globalNorm, type NoState } from "./clip.ts";
export { averagedParams, type EmaOptions, type EmaState, ema } from "./ema.ts";
export { type LionOptions, lion } from "./lion.ts";
export { groups, only, type ParameterGroup } from "./masked.ts";
export { applyUpdates, type Optimizer, type PlainOptions, type Updated } from "./optimizer.ts";
export type { ParameterFilter } from "./params.ts";
export type { SlotState } from "./per-parameter.ts";
export { type RmsPropOptions, rmsProp } from "./rms-prop.ts";
export { type DecayOptions, onlyMatrices, type RateOptions } from "./rule-options.ts";
export * as schedule from "./schedule/index.ts";
export { type LearningRate, learningRateAt, type Schedule } from "./schedule/schedule.ts";
export { type SgdOptions, sgd } from "./sgd.ts";
