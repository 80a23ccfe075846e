/** @file Which evaluation was the best, and whether it is time to stop. */
import { TrainlogError } from "../error.ts";
import type { Evaluation } from "./evaluate/evaluate.ts";
import type { EarlyStoppingOptions } from "./train-options.ts";

/** The best evaluation so far; part of a checkpoint. */
export interface BestSoFar {
  readonly step: number;
  readonly value: number;
  /** Evaluations since then. */
  readonly since: number;
}

/** Keeps the best evaluation in mind. */
export interface EvaluationWatch {
  /** Looks at an evaluation. @returns Whether it is the best so far. */
  see(step: number, evaluation: Evaluation): boolean;
  /** Whether none was better for as long as patience lasts. */
  isOver(): boolean;
  best(): BestSoFar | undefined;
  restore(best: BestSoFar): void;
}

const DEFAULT_PATIENCE = 5;

/**
 * A watch on evaluations by one metric.
 *
 * @param options - Of early stopping; undefined: the loss is watched, and it is never over.
 */
export function watchEvaluations(options: EarlyStoppingOptions | undefined): EvaluationWatch {
  const { metric = "loss", minDelta = 0, patience = DEFAULT_PATIENCE } = options ?? {};
  const sign = (options?.mode ?? (metric === "accuracy" ? "max" : "min")) === "min" ? 1 : -1;
  let best: BestSoFar | undefined;
  return {
    see(step, evaluation) {
      const value = metricOf(metric, evaluation);
      const isBetter = best === undefined ? !Number.isNaN(value) : sign * (best.value - value) > minDelta;
      if (isBetter) best = { step, value, since: 0 };
      else if (best !== undefined) best = { ...best, since: best.since + 1 };
      return isBetter;
    },
    isOver: () => options !== undefined && best !== undefined && best.since >= patience,
    best: () => best,
    restore: (given) => {
      best = given;
    },
  };
}

function metricOf(metric: string, { loss, metrics }: Evaluation): number {
  const value = metric === "loss" ? loss : metrics[metric];
  if (value !== undefined) return value;
  const known = ["loss", ...Object.keys(metrics)].join(", ");
  throw new TrainlogError(
    "trainer/bad-option",
    `train: earlyStopping.metric is "${metric}", but an evaluation has ${known}`,
  );
}
