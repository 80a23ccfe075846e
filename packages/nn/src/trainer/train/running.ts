/** @file The parts of a running training, as those who watch over it share them. */
import { flattenPack } from "../../tensor/pack.ts";
import type { Stop, StoppedBy } from "../callbacks.ts";
import type { Evaluator } from "../evaluate/evaluate.ts";
import type { Interruption } from "../interrupt.ts";
import type { LogSink } from "../log/log-sink.ts";
import type { Progress } from "../report/progress.ts";
import type { Runner } from "../step/runner.ts";
import type { TrainState } from "../step/train-state.ts";
import type { EvaluationWatch } from "../watch-evaluations.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Prepared } from "./prepare.ts";

/** The parts of a running training. */
export interface Running {
  readonly prepared: Prepared;
  readonly runner: Runner;
  readonly checkpoints: Checkpoints;
  readonly evaluations: EvaluationWatch;
  readonly evaluator: Evaluator;
  readonly log: LogSink;
  readonly progress: Progress;
  readonly interruption: Interruption;
  readonly firstStep: number;
  readonly lossBefore: number;
  /** Time spent before a resume. */
  readonly elapsedBeforeMs: number;
}

/** Why training is to stop, once somebody asked. */
export interface StopRequest {
  readonly reason: () => StoppedBy | undefined;
  /** Asks; the first reason stays. */
  readonly ask: (reason: StoppedBy) => void;
  /** What callbacks get. */
  readonly stop: Stop;
}

/** No request yet. */
export function stopRequest(): StopRequest {
  let reason: StoppedBy | undefined;
  const ask = (why: StoppedBy): void => {
    reason ??= why;
  };
  return { reason: () => reason, ask, stop: () => ask("callback") };
}

/** Frees a copy of the state. */
export function disposeState(state: TrainState): void {
  for (const { tensor } of flattenPack(state)) tensor.dispose();
}
