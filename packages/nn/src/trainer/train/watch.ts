/**
 * @file What happens beside the steps of a training run: rows of the log, evaluations, checkpoints, callbacks, stopping.
 *
 * Everything is counted in updates, so a run that goes on from a checkpoint does the same things at the same places.
 */

import { flattenPack } from "../../tensor/pack.ts";
import type { Callbacks, Stop, StoppedBy } from "../callbacks.ts";
import { nowMs } from "../clock.ts";
import type { Evaluation, Evaluator } from "../evaluate/evaluate.ts";
import type { Interruption } from "../interrupt.ts";
import type { LogRow, LogSink } from "../log/log-sink.ts";
import { type LoopJob, nonFiniteError } from "../loop.ts";
import { predictor } from "../predict.ts";
import type { Progress } from "../report/progress.ts";
import { brokenParameters } from "../step/find-non-finite.ts";
import type { Observation, StepRunner } from "../step/runner.ts";
import type { TrainState } from "../step/train-state.ts";
import { callbacksOf } from "../train-options.ts";
import type { EvaluationWatch } from "../watch-evaluations.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { numbersOf, type Prepared } from "./prepare.ts";

/** The parts of a running training. */
export interface Running {
  readonly prepared: Prepared;
  readonly runner: StepRunner;
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

/** A running training as the loop sees it, and what it found. */
export interface Watched {
  readonly job: LoopJob;
  /** Writes the last checkpoint and evaluates. Called once, after the last step. */
  finish(step: number, stoppedBy: StoppedBy): Promise<void>;
  evaluation(): Evaluation | undefined;
  elapsedMs(): number;
}

/** Watches over a running training. */
export function watch(running: Running): Watched {
  const { prepared, runner, log, progress, checkpoints, evaluations } = running;
  const { plan, options, source } = prepared;
  const callbacks = callbacksOf(options);
  const startMs = nowMs();
  let stopReason: StoppedBy | undefined;
  let evaluation: Evaluation | undefined;
  let evaluatedAt = -1;
  let savedAt = checkpoints.start?.facts.step ?? -1;
  const rate = throughput(running.firstStep);

  const stop: Stop = () => {
    stopReason ??= "callback";
  };
  const elapsedMs = (): number => running.elapsedBeforeMs + nowMs() - startMs;

  /** @param counts - Whether it can be the best one, or one of those that try early stopping's patience. */
  const evaluate = async (step: number, counts = true): Promise<void> => {
    const { evalData } = options;
    if (evalData === undefined || evaluatedAt === step) return;
    evaluatedAt = step;
    const state = runner.state();
    evaluation = await running.evaluator.evaluate(state.params, state.model, evalData);
    const isBest = counts && evaluations.see(step, evaluation);
    logEvaluation(log, step, evaluation);
    if (isBest) await saveBest(step);
    if (evaluations.isOver()) stopReason ??= "early-stopping";
    const predict = predictor(numbersOf(prepared, state));
    for (const each of callbacks) await each.onEvaluation?.({ step, evaluation, isBest, predict, stop });
    disposeState(state);
  };

  /** The state, if it is worth keeping. The last step's gradients show in the next loss only, which may never be computed. */
  const goodState = (step: number): TrainState => {
    const state = runner.state();
    const broken = brokenParameters(state.params);
    if (broken === undefined) return state;
    throw nonFiniteError(`parameters are not finite after ${step} updates`, step, broken, checkpoints.lastPath());
  };
  const checkpointOf = (step: number): Parameters<Checkpoints["write"]>[0] => ({
    state: goodState(step),
    facts: {
      step,
      position: source.position() ?? null,
      identity: prepared.identity,
      lossBefore: Number.isFinite(running.lossBefore) ? running.lossBefore : null,
      best: evaluations.best() ?? null,
      elapsedMs: elapsedMs(),
    },
  });
  const saveBest = async (step: number): Promise<void> => {
    const checkpoint = checkpointOf(step);
    await checkpoints.writeBest(checkpoint);
    disposeState(checkpoint.state);
  };
  const save = async (step: number): Promise<void> => {
    if (options.checkpoint === undefined || savedAt === step) return;
    savedAt = step;
    const checkpoint = checkpointOf(step);
    const path = await checkpoints.write(checkpoint);
    disposeState(checkpoint.state);
    if (path === undefined) return;
    for (const each of callbacks) await each.onCheckpoint?.({ step, path });
  };

  const histogramEvery =
    options.histograms === true ? plan.evalEvery : options.histograms === false ? undefined : options.histograms;
  const wantsEpochs = callbacks.some(({ onEpoch }) => onEpoch !== undefined);

  const visit = async (step: number, loss: number): Promise<void> => {
    if (progress.every !== undefined && step % progress.every === 0) progress.at(step, loss);
    if (histogramEvery !== undefined && step % histogramEvery === 0) logHistograms(log, step, runner);
    if (step % plan.evalEvery === 0) await evaluate(step);
    if (wantsEpochs && step % plan.stepsPerEpoch === 0) {
      for (const each of callbacks) await each.onEpoch?.({ epoch: step / plan.stepsPerEpoch, step, stop });
    }
    if (step % plan.checkpointEvery === 0) await save(step);
  };

  const intervals = [
    ...(progress.every === undefined ? [] : [progress.every]),
    ...(options.evalData === undefined ? [] : [plan.evalEvery]),
    ...(options.checkpoint === undefined ? [] : [plan.checkpointEvery]),
    ...(histogramEvery === undefined ? [] : [histogramEvery]),
    ...(wantsEpochs ? [plan.stepsPerEpoch] : []),
  ];
  const onStep = stepCallback(callbacks, stop);

  return {
    job: {
      setup: prepared.setup,
      runner,
      source,
      firstStep: running.firstStep,
      steps: plan.steps,
      isLooked: (step) => step % plan.logEvery === 0 || step + 1 === plan.steps,
      onLooked: (step, seen) => log.row(step, rowOf(running, step, seen, rate(step, source.batchSize()))),
      ...(onStep === undefined ? {} : { onStep }),
      nextVisit: (step) => Math.min(...intervals.map((every) => step - (step % every) + every)),
      visit,
      onTurn: (step, loss) => {
        if (progress.every === undefined) progress.at(step, loss);
      },
      stopRequested: () => stopReason ?? running.interruption.requested(),
      lastCheckpoint: () => checkpoints.lastPath(),
    },
    async finish(step, stoppedBy) {
      // First the checkpoint: an evaluation where no uninterrupted run has one must leave no trace in it.
      disposeState(goodState(step));
      await save(step);
      await evaluate(step, stoppedBy === "done");
    },
    evaluation: () => evaluation,
    elapsedMs,
  };
}

/** The callbacks that want every step, as one; undefined when there is none. */
function stepCallback(callbacks: readonly Callbacks[], stop: Stop): LoopJob["onStep"] {
  const wanting = callbacks.filter(({ onStep }) => onStep !== undefined);
  if (wanting.length === 0) return undefined;
  return (step, loss) => {
    const waits: Promise<void>[] = [];
    for (const each of wanting) {
      const answer = each.onStep?.({ step, loss, stop });
      if (answer instanceof Promise) waits.push(answer);
    }
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  };
}

/** Numbers of a step for the log. */
function rowOf(
  { prepared }: Running,
  step: number,
  { loss, gradientNorm, metrics, gradientNorms }: Observation,
  examplesPerSecond: number | undefined,
): LogRow {
  const { optimizer } = prepared.parts;
  const rate = optimizer.learningRate?.(step);
  const norms = Object.entries(gradientNorms).map(([name, value]) => [`gradient_norm/${name}`, value] as const);
  return {
    loss,
    ...metrics,
    epoch: Math.floor((step / prepared.plan.stepsPerEpoch) * 1000) / 1000,
    ...(rate === undefined ? {} : { learning_rate: rate }),
    gradient_norm: gradientNorm,
    ...Object.fromEntries(norms),
    ...(examplesPerSecond === undefined ? {} : { examples_per_s: examplesPerSecond }),
  };
}

/** Examples per second since the last question; undefined at the first. */
function throughput(firstStep: number): (step: number, batchSize: number) => number | undefined {
  let [lastStep, lastMs] = [firstStep, nowMs()];
  return (step, batchSize) => {
    const now = nowMs();
    const done = (step - lastStep) * batchSize;
    const seconds = (now - lastMs) / 1000;
    [lastStep, lastMs] = [step, now];
    return done > 0 && seconds > 0 ? done / seconds : undefined;
  };
}

function logEvaluation(log: LogSink, step: number, { loss, metrics, confusion }: Evaluation): void {
  const named = Object.entries(metrics).map(([name, value]) => [`eval/${name}`, value] as const);
  log.row(step, { "eval/loss": loss, ...Object.fromEntries(named) });
  if (confusion !== undefined) log.confusionMatrix(step, "eval/confusion_matrix", confusion.counts, confusion.labels);
}

function logHistograms(log: LogSink, step: number, runner: StepRunner): void {
  const state = runner.state();
  for (const [name, tensor] of Object.entries(state.params)) log.histogram(step, `parameters/${name}`, tensor.data());
  disposeState(state);
}

/** Frees a copy of the state. */
function disposeState(state: TrainState): void {
  for (const { tensor } of flattenPack(state)) tensor.dispose();
}
