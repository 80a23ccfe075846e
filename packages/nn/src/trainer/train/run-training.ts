/** @file One training run from the first check to the handle of the trained model. */
import type { Dataset } from "../../data/dataset.ts";
import { parameterCount, summary as summaryOfModel } from "../../nn/index.ts";
import { flattenPack, mapPack } from "../../tensor/pack.ts";
import type { StoppedBy } from "../callbacks.ts";
import { type Evaluator, evaluator as makeEvaluator } from "../evaluate/evaluate.ts";
import { listenForInterruption } from "../interrupt.ts";
import type { LogFacts, LogSink } from "../log/log-sink.ts";
import { openLog } from "../log/open-log.ts";
import { type LoopEnd, type LoopJob, runLoop } from "../loop.ts";
import { predictor } from "../predict.ts";
import { type Progress, progressOn } from "../report/progress.ts";
import type { TrainingSummary } from "../report/summary.ts";
import { NO_TERMINAL, standardError } from "../report/terminal.ts";
import { copyTensor } from "../step/copy-tensor.ts";
import { makeRunner } from "../step/make-runner.ts";
import type { TrainState } from "../step/train-state.ts";
import { callbacksOf, type TrainOptions } from "../train-options.ts";
import { EVALUATION_BATCH, encodeModel, type Trained, trainedHandle } from "../trained.ts";
import { watchEvaluations } from "../watch-evaluations.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { numbersOf, type Prepared, prepare, type TrainerParts } from "./prepare.ts";
import { type Running, type Watched, watch } from "./watch.ts";

/** Examples of the training data that the loss before and after is measured on. */
const MEASURED_EXAMPLES = 2048;

/**
 * Trains a model.
 *
 * @throws TrainlogError as `trainer.train` says.
 */
export async function runTraining(parts: TrainerParts, data: Dataset, options: TrainOptions): Promise<Trained> {
  const prepared = await prepare(parts, data, options);
  const keepsBest = options.checkpoint?.keepBest === true || restoresBest(options);
  const checkpoints = await openCheckpoints(prepared, keepsBest && options.checkpoint !== undefined);
  const { start } = checkpoints;
  using evaluator = evaluatorOf(prepared);
  const lossBefore = start?.facts.lossBefore ?? (await measuredLoss(evaluator, prepared, prepared.initial));
  const before = readProbes(prepared, prepared.initial);
  const evaluations = watchEvaluations(options.earlyStopping);
  if (start?.facts.best != null) evaluations.restore(start.facts.best);
  if (start?.facts.position != null) prepared.source.seek(start.facts.position);
  const firstStep = start?.facts.step ?? 0;
  const progress = progressOf(options, firstStep, prepared.plan.steps);
  const log = await openLog(options.log, { title: titleOf(prepared), facts: factsOf(prepared), warn: progress.note });
  const interruption = listenForInterruption(
    { signal: options.signal, handleInterrupt: options.handleInterrupt ?? true },
    progress.note,
  );
  const running: Running = {
    prepared,
    runner: makeRunner(prepared.backend, prepared.setup, start?.state ?? prepared.initial),
    checkpoints,
    evaluations,
    evaluator,
    log,
    progress,
    interruption,
    firstStep,
    lossBefore,
    elapsedBeforeMs: start?.facts.elapsedMs ?? 0,
  };
  try {
    const { end, watched, state } = await runToEnd(running);
    const summary = await summarize(running, watched, end, state, before);
    const trained = handleOf(prepared, state, summary);
    await closeLog(running.log, prepared, trained, summary);
    interruption.dispose();
    interruption.endProcess();
    return trained;
  } finally {
    interruption.dispose();
    running.runner.dispose();
    prepared.source.dispose();
  }
}

/** Runs the loop; when it throws, the log ends as failed before the error goes on. */
async function runToEnd(
  running: Running,
): Promise<{ readonly end: LoopEnd; readonly watched: Watched; readonly state: TrainState }> {
  const { prepared, progress, log, firstStep } = running;
  const callbacks = callbacksOf(prepared.options);
  const watched = watch(running);
  try {
    for (const each of callbacks) await each.onStart?.({ steps: prepared.plan.steps, firstStep });
    const best = bestKeeper(running);
    const end = await runLoop({ ...watched.job, visit: best.visit(watched.job.visit) });
    await watched.finish(end.step, end.stoppedBy);
    best.look(end.step);
    progress.end(end.step, end.loss);
    for (const each of callbacks) await each.onEnd?.({ step: end.step, stoppedBy: end.stoppedBy });
    return { end, watched, state: await best.stateAtEnd() };
  } catch (error) {
    for (const each of callbacks) await each.onEnd?.({ step: firstStep, stoppedBy: "error" });
    await log.close("failed", {}, error);
    throw error;
  }
}

function restoresBest({ earlyStopping }: TrainOptions): boolean {
  return earlyStopping !== undefined && (earlyStopping.restoreBest ?? true);
}

/** Keeps a copy of the state of the best evaluation, when training is to end with it. */
function bestKeeper({ prepared, runner, evaluations, checkpoints }: Running): {
  visit(visit: LoopJob["visit"]): LoopJob["visit"];
  /** Keeps the state if the evaluation of this step is the best. */
  look(step: number): void;
  stateAtEnd(): Promise<TrainState>;
} {
  let kept: TrainState | undefined;
  let keptStep = -1;
  const look = (step: number): void => {
    if (!restoresBest(prepared.options) || evaluations.best()?.step !== step || keptStep === step) return;
    if (kept !== undefined) for (const { tensor } of flattenPack(kept)) tensor.dispose();
    kept = runner.state();
    keptStep = step;
  };
  return {
    visit: (visit) => async (step, loss) => {
      await visit(step, loss);
      look(step);
    },
    look,
    async stateAtEnd() {
      const best = evaluations.best();
      if (!restoresBest(prepared.options) || best === undefined) return runner.state();
      if (kept !== undefined && keptStep === best.step) return kept;
      // The best one was before an interruption.
      const read = await checkpoints.readBest();
      return read !== undefined && read.facts.step === best.step ? read.state : runner.state();
    },
  };
}

function evaluatorOf({ model, parts, backend, dtype }: Prepared): Evaluator {
  return makeEvaluator({ model, task: parts.task, backend, dtype, batchSize: EVALUATION_BATCH });
}

async function measuredLoss(evaluator: Evaluator, { data }: Prepared, state: TrainState): Promise<number> {
  const { loss } = await evaluator.evaluate(state.params, state.model, data, MEASURED_EXAMPLES);
  return loss;
}

function readProbes(prepared: Prepared, state: TrainState): string[] {
  const predict = predictor(numbersOf(prepared, state));
  return (prepared.options.probes ?? []).map((probe) => probe.read(predict).text);
}

async function summarize(
  running: Running,
  watched: Watched,
  { step, stoppedBy }: LoopEnd,
  state: TrainState,
  before: readonly string[],
): Promise<TrainingSummary> {
  const { prepared, evaluator, lossBefore } = running;
  const elapsedMs = watched.elapsedMs();
  const after = readProbes(prepared, state);
  const evaluation = watched.evaluation();
  return {
    ...describeRun(prepared),
    steps: step,
    lossBefore,
    lossAfter: await measuredLoss(evaluator, prepared, state),
    elapsedMs,
    stoppedBy,
    ...(evaluation === undefined ? {} : { evaluation }),
    probes: (prepared.options.probes ?? []).map(({ name, target }, i) => ({
      name,
      before: before[i] ?? "",
      after: after[i] ?? "",
      ...(target === undefined ? {} : { target }),
    })),
  };
}

function describeRun({
  parts,
  model,
  backend,
  dtype,
  initial,
  data,
  plan,
}: Prepared): Pick<
  TrainingSummary,
  "model" | "task" | "optimizer" | "seed" | "backend" | "dtype" | "parameters" | "examples" | "batchSize"
> {
  return {
    model: `${parts.mkModel.label} ${showSizes(model.inputShape)} → ${showSizes(model.outputShape)}`,
    task: parts.task.name,
    optimizer: parts.optimizer.name,
    seed: parts.seed,
    backend,
    dtype,
    parameters: parameterCount(initial.params),
    examples: data.length,
    batchSize: plan.batchSize,
  };
}

function showSizes(shape: readonly number[]): string {
  return `[${shape.map((size) => (size === -1 ? "?" : size)).join(", ")}]`;
}

function titleOf(prepared: Prepared): string {
  return describeRun(prepared).model;
}

/** Configuration of the run, for the log. */
function factsOf(prepared: Prepared): LogFacts {
  const { parts, plan, options } = prepared;
  const { optimizer, ...facts } = describeRun(prepared);
  return {
    ...facts,
    optimizer: { name: optimizer, ...parts.optimizer.options },
    steps: plan.steps,
    shuffle: options.shuffle ?? true,
    model_summary: modelTable(prepared),
  };
}

/** The table of layers; models of unknown input size have none. */
function modelTable({ parts, data }: Prepared): string {
  return summaryOfModel(parts.mkModel, { input: data.inputShape });
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
