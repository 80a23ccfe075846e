/** @file `optim.schedule`: learning rates that change with the number of updates. */
export {
  type CosineScheduleOptions,
  constant,
  cosine,
  type ExponentialScheduleOptions,
  exponential,
  type LinearScheduleOptions,
  linear,
  type StepScheduleOptions,
  step,
} from "./curves.ts";
export { type OneCycleOptions, oneCycle, type Phase, sequence, type WarmUpOptions, warmUp } from "./phases.ts";
export { custom } from "./schedule.ts";
