/** @file Evaluations of a running training: logged, watched for the best one and for the end of patience, told to callbacks. */
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { LogSink } from "../log/log-sink.ts";
import { predictor } from "../predict.ts";
import { callbacksOf } from "../train-options.ts";
import { numbersOf } from "./prepare.ts";
import { disposeState, type Running, type StopRequest } from "./running.ts";
import type { Saving } from "./saving.ts";

/** Evaluates a running training. */
export interface Evaluating {
  /**
   * Evaluates after so many updates, once.
   *
   * @param counts - Whether it can be the best one, or one of those that try early stopping's patience. Default true.
   */
  evaluate(step: number, counts?: boolean): Promise<void>;
  /** The last one. */
  last(): Evaluation | undefined;
}

/** Evaluations of a running training; none without `evalData`. */
export function evaluating(running: Running, { saveBest }: Saving, request: StopRequest): Evaluating {
  const { prepared, runner, evaluator, evaluations, log } = running;
  const { evalData } = prepared.options;
  let evaluation: Evaluation | undefined;
  let evaluatedAt = -1;
  return {
    async evaluate(step, counts = true) {
      if (evalData === undefined || evaluatedAt === step) return;
      evaluatedAt = step;
      const state = await runner.state();
      evaluation = await evaluator.evaluate(state.params, state.model, evalData);
      logEvaluation(log, step, evaluation);
      const isBest = counts && evaluations.see(step, evaluation);
      if (isBest) await saveBest(step);
      if (evaluations.isOver()) request.ask("early-stopping");
      const event = { step, evaluation, isBest, predict: predictor(numbersOf(prepared, state)), stop: request.stop };
      for (const each of callbacksOf(prepared.options)) await each.onEvaluation?.(event);
      disposeState(state);
    },
    last: () => evaluation,
  };
}

function logEvaluation(log: LogSink, step: number, { loss, metrics, confusion }: Evaluation): void {
  const named = Object.entries(metrics).map(([name, value]) => [`eval/${name}`, value] as const);
  log.row(step, { "eval/loss": loss, ...Object.fromEntries(named) });
  if (confusion !== undefined) log.confusionMatrix(step, "eval/confusion_matrix", confusion.counts, confusion.labels);
}
