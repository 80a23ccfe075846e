/** @file One training run from the first check to the handle of the trained model. */
import type { Dataset } from "../../data/dataset.ts";
import { mapPack } from "../../tensor/pack.ts";
import type { Callbacks, EndEvent, StoppedBy } from "../callbacks.ts";
import { type Evaluator, evaluator as makeEvaluator } from "../evaluate/evaluate.ts";
import { listenForInterruption } from "../interrupt.ts";
import type { LogSink } from "../log/log-sink.ts";
import { openLog } from "../log/open-log.ts";
import { type LoopEnd, runLoop } from "../loop.ts";
import { type Progress, progressOn } from "../report/progress.ts";
import type { TrainingSummary } from "../report/summary.ts";
import { NO_TERMINAL, standardError } from "../report/terminal.ts";
import { copyTensor } from "../step/copy-tensor.ts";
import { openRunner } from "../step/make-runner.ts";
import type { TrainState } from "../step/train-state.ts";
import { callbacksOf, type TrainOptions } from "../train-options.ts";
import { EVALUATION_BATCH, encodeModel, type Trained, trainedHandle } from "../trained.ts";
import { watchEvaluations } from "../watch-evaluations.ts";
import { bestKeeper, restoresBest, type StateOfStep } from "./best-keeper.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { factsOf, measuredLoss, readProbes, summarize, titleOf } from "./describe-run.ts";
import { type Prepared, prepare, type TrainerParts } from "./prepare.ts";
import type { Running } from "./running.ts";
import { type Watched, watch } from "./watch.ts";

/**
 * Trains a model.
 *
 * @throws TrainlogError as `trainer.train` says.
 */
export async function runTraining(parts: TrainerParts, data: Dataset, options: TrainOptions): Promise<Trained> {
  const prepared = await prepare(parts, data, options);
  using evaluator = evaluatorOf(prepared);
  const before = readProbes(prepared, prepared.initial);
  const running = await begin(prepared, evaluator);
  const { interruption, log, runner } = running;
  try {
    const { end, watched, last } = await runToEnd(running);
    const summary = await summarize(running, watched, end, last, before);
    const trained = handleOf(prepared, last.state, summary);
    await closeLog(log, prepared, trained, summary);
    interruption.dispose();
    await interruption.endProcess();
    return trained;
  } finally {
    interruption.dispose();
    await runner.dispose();
    prepared.source.dispose();
  }
}

/** Opens checkpoints and log, and takes up training where the newest checkpoint left it, if it is to go on. */
async function begin(prepared: Prepared, evaluator: Evaluator): Promise<Running> {
  const { options, plan, source, initial, setup, backend } = prepared;
  const keepsBest = options.checkpoint !== undefined && (options.checkpoint.keepBest === true || restoresBest(options));
  const checkpoints = await openCheckpoints(prepared, keepsBest);
  const facts = checkpoints.start?.facts;
  const lossBefore = facts?.lossBefore ?? (await measuredLoss(evaluator, prepared, initial));
  const evaluations = watchEvaluations(options.earlyStopping);
  if (facts?.best != null) evaluations.restore(facts.best);
  if (facts?.position != null) source.seek(facts.position);
  const firstStep = facts?.step ?? 0;
  const progress = progressOf(options, firstStep, plan.steps);
  if (checkpoints.start !== undefined) progress.note(`going on from step ${firstStep}: ${checkpoints.lastPath()}`);
  const runner = await openRunner(backend, setup, checkpoints.start?.state ?? initial);
  const log = await openLog(options.log, { title: titleOf(prepared), facts: factsOf(prepared), warn: progress.note });
  const { signal, handleInterrupt = true } = options;
  return {
    prepared,
    runner,
    checkpoints,
    evaluations,
    evaluator,
    log,
    progress,
    interruption: listenForInterruption({ signal, handleInterrupt }, progress.note),
    firstStep,
    lossBefore,
    elapsedBeforeMs: facts?.elapsedMs ?? 0,
  };
}

/** Runs the loop; when it throws, the log ends as failed before the error goes on. */
async function runToEnd(
  running: Running,
): Promise<{ readonly end: LoopEnd; readonly watched: Watched; readonly last: StateOfStep }> {
  const { prepared, progress, log, firstStep } = running;
  const callbacks = callbacksOf(prepared.options);
  const watched = watch(running);
  const tellEnd = endTeller(callbacks);
  try {
    for (const each of callbacks) await each.onStart?.({ steps: prepared.plan.steps, firstStep });
    const best = bestKeeper(running);
    const end = await runLoop({ ...watched.job, visit: best.visit(watched.job.visit) });
    await watched.finish(end.step, end.stoppedBy);
    await best.look(end.step);
    progress.end(end.step, end.loss);
    const saved = end.stoppedBy === "interrupt" ? running.checkpoints.lastPath() : undefined;
    if (saved !== undefined) progress.note(`saved ${saved}; checkpoint.resume: "allow" goes on from there`);
    const last = await best.stateAtEnd(end.step);
    await tellEnd({ step: end.step, stoppedBy: end.stoppedBy });
    return { end, watched, last };
  } catch (error) {
    // What callbacks throw now is a consequence, and must keep neither the log open nor the cause to itself.
    await tellEnd({ step: watched.job.place.step, stoppedBy: "error" }).catch(() => undefined);
    await log.close("failed", {}, error);
    throw error;
  }
}

/** Tells each of the callbacks once that training is over, also when one of them throws. */
function endTeller(callbacks: readonly Callbacks[]): (event: EndEvent) => Promise<void> {
  const untold = new Set(callbacks);
  return async (event) => {
    for (const each of untold) {
      untold.delete(each);
      await each.onEnd?.(event);
    }
  };
}

function evaluatorOf({ model, parts, backend, dtype }: Prepared): Evaluator {
  return makeEvaluator({ model, task: parts.task, backend, dtype, batchSize: EVALUATION_BATCH });
}

function progressOf({ progress = true, terminal }: TrainOptions, firstStep: number, steps: number): Progress {
  const place = progress === false ? NO_TERMINAL : (terminal ?? standardError());
  return progressOn({
    terminal: place,
    firstStep,
    steps,
    ...(typeof progress === "number" ? { every: progress } : {}),
  });
}

function handleOf(prepared: Prepared, state: TrainState, summary: TrainingSummary): Trained {
  const { model, parts, dtype, backend } = prepared;
  const averaged = parts.optimizer.averaged?.(state.optimizer);
  return trainedHandle({
    model,
    task: parts.task,
    params: state.params,
    state: state.model,
    dtype,
    backend,
    summary,
    // The optimiser's state ends here; the average outlives it.
    averaged: averaged === undefined ? undefined : mapPack(averaged, copyTensor),
  });
}

const STATUS: Readonly<Record<StoppedBy, "finished" | "failed" | "killed">> = {
  done: "finished",
  data: "finished",
  callback: "finished",
  "early-stopping": "finished",
  signal: "killed",
  interrupt: "killed",
  error: "failed",
};

async function closeLog(
  log: LogSink,
  { model, parts, dtype, backend }: Prepared,
  trained: Trained,
  summary: TrainingSummary,
): Promise<void> {
  const { lossBefore, lossAfter, steps, stoppedBy, elapsedMs, parameters, evaluation } = summary;
  const { params, state } = trained;
  const bytes = encodeModel({ model, task: parts.task, params, state, dtype, backend, summary, averaged: undefined });
  await log.artifact("model", bytes, { parameters, steps });
  const results = {
    loss_before: lossBefore,
    loss_after: lossAfter,
    steps,
    stopped_by: stoppedBy,
    elapsed_s: elapsedMs / 1000,
  };
  await log.close(STATUS[stoppedBy], {
    ...results,
    ...(evaluation === undefined ? {} : { eval_loss: evaluation.loss }),
  });
}
