/** @file What the demo's training loop needs of a model: one optimizer step, a look at held-out data, and pictures. */
import type { LogRow } from "../../index.ts";

/** How a run is called and configured. */
export interface LearnerSpec {
  readonly project: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly notes: string;
  readonly config: Readonly<Record<string, string | number | readonly number[]>>;
}

/** A model in training. Steps count from 0. */
export interface Learner {
  readonly spec: LearnerSpec;
  /** One optimizer step; what it gives is logged. */
  step(step: number): Record<string, number>;
  /** Scores on held-out data, and what shows them. */
  evaluate(): Record<string, number>;
  /** Histograms, pictures and tables: dearer than numbers, so logged less often. */
  picture(): LogRow;
}

/** Share of the steps in which the learning rate rises from 0. */
const WARM_UP = 0.05;

/** Learning rate with a linear warm-up and a cosine decay to a tenth (Loshchilov and Hutter 2017). */
export function learningRateAt(step: number, stepCount: number, peak: number): number {
  const warmUpSteps = Math.max(1, Math.round(WARM_UP * stepCount));
  if (step < warmUpSteps) return (peak * (step + 1)) / warmUpSteps;
  const progress = (step - warmUpSteps) / Math.max(1, stepCount - warmUpSteps);
  return peak * (0.1 + 0.45 * (1 + Math.cos(Math.PI * Math.min(1, progress))));
}
