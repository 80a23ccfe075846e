/** @file What the demo's training loop needs of a model: how its run is called, and how it is trained. */
import type { Trainer } from "@trainlog/nn";
import type { LogRow } from "../../index.ts";

/** How a run is called and configured. */
export interface LearnerSpec {
  readonly project: string;
  readonly name: string;
  readonly notes: string;
  readonly tags: readonly string[];
  /** What distinguishes it from the others; the trainer adds the rest. */
  readonly config: Readonly<Record<string, string | number | readonly number[]>>;
}

/** Options of `trainer.train` that the demo decides: where to log, how to pace and to stop. */
export type DemoOptions = Pick<Trainer.TrainOptions, "log" | "signal" | "callbacks">;

/** A model to be trained. */
export interface Learner {
  readonly spec: LearnerSpec;
  /** Examples per step. */
  readonly batchSize: number;
  train(options: DemoOptions): Promise<Pick<Trainer.Trained, "summary">>;
  /** What shows how far the model is, at each evaluation. */
  picture(predict: Trainer.Probe.Predict): LogRow;
}

/** What every learner is told. */
export interface LearnerSettings {
  readonly steps: number;
  readonly seed: number;
}

/** Evaluations in the course of a run. */
const EVALUATIONS = 30;

/** What all runs of the demo have in common. */
export function commonOptions({ steps }: LearnerSettings): {
  readonly steps: number;
  readonly evalEvery: number;
  readonly histograms: true;
  readonly progress: false;
  readonly handleInterrupt: false;
} {
  const evalEvery = Math.max(1, Math.floor(steps / EVALUATIONS));
  return { steps, evalEvery, histograms: true, progress: false, handleInterrupt: false };
}
