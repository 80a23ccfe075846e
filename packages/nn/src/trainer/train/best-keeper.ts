/** @file The state of the best evaluation, for training that ends with it. */
import type { LoopJob } from "../loop.ts";
import type { TrainState } from "../step/train-state.ts";
import type { TrainOptions } from "../train-options.ts";
import { disposeState, type Running } from "./running.ts";

/** Says whether training ends with the state of the best evaluation. */
export function restoresBest({ earlyStopping }: TrainOptions): boolean {
  return earlyStopping !== undefined && (earlyStopping.restoreBest ?? true);
}

/** A state, and the number of updates that made it. */
export interface StateOfStep {
  readonly state: TrainState;
  readonly step: number;
}

/** Keeps a copy of the state of the best evaluation, when training is to end with it. */
export function bestKeeper({ prepared, runner, evaluations, checkpoints }: Running): {
  visit(visit: LoopJob["visit"]): LoopJob["visit"];
  /** Keeps the state if the evaluation of this step is the best. */
  look(step: number): Promise<void>;
  /** The state that training ends with, and the step that it is of. */
  stateAtEnd(endStep: number): Promise<StateOfStep>;
} {
  let kept: TrainState | undefined;
  let keptStep = -1;
  const look = async (step: number): Promise<void> => {
    if (!restoresBest(prepared.options) || evaluations.best()?.step !== step || keptStep === step) return;
    if (kept !== undefined) disposeState(kept);
    kept = await runner.state();
    keptStep = step;
  };
  return {
    visit: (visit) => async (step, loss) => {
      await visit(step, loss);
      await look(step);
    },
    look,
    async stateAtEnd(endStep) {
      const best = evaluations.best();
      const last = async (): Promise<StateOfStep> => ({ state: await runner.state(), step: endStep });
      if (!restoresBest(prepared.options) || best === undefined) return last();
      if (kept !== undefined && keptStep === best.step) return { state: kept, step: best.step };
      // The best one was before an interruption.
      const read = await checkpoints.readBest();
      return read !== undefined && read.facts.step === best.step ? { state: read.state, step: best.step } : last();
    },
  };
}
