/**
 * @file Training on step streams: batches that a rule, a simulator, a replay buffer or a large file produces on demand.
 *
 * Three functions of the same loop: with callbacks, with a report, and as the bare curve of losses.
 */

import { parameterCount } from "../../nn/index.ts";
import {
  anything,
  type Checks,
  callback,
  checkOptions,
  flag,
  must,
  oneOf,
  wholeNumber,
} from "../../options/check-options.ts";
import type { Shape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { StepEvent, StoppedBy } from "../callbacks.ts";
import { nowMs } from "../clock.ts";
import { firstNumbers } from "../first-numbers.ts";
import { listenForInterruption } from "../interrupt.ts";
import type { LogSink } from "../log/log-sink.ts";
import { type LogOption, openLog } from "../log/open-log.ts";
import { type LoopEnd, type LoopJob, runLoop } from "../loop.ts";
import { predict, predictor } from "../predict.ts";
import type { Predict } from "../probe/probe.ts";
import { type Progress, progressOn } from "../report/progress.ts";
import { NO_TERMINAL, standardError, type Terminal } from "../report/terminal.ts";
import { firstState, makeRunner } from "../step/make-runner.ts";
import type { Observation, StepBackend, StepRunner } from "../step/runner.ts";
import type { TrainState } from "../step/train-state.ts";
import { checkFloatDType } from "../task/task.ts";
import { intervalsOf } from "../train-options.ts";
import type { BatchOf, Evaluate, StreamModule } from "./stream-module.ts";
import { type AnyStream, streamSource } from "./stream-source.ts";

/**
 * A function from the number of the step (updates before it) to its batch: tensors of the shapes `Shapes`, batch axes included. `predict` is the model
 * as it is before the step, in evaluation mode: for rollouts, hard examples, and whatever else depends on what was learnt.
 *
 * Tensors that it makes are freed after the step; constants are made outside. It may answer with a promise.
 */
export type StepBatchStream<Shapes extends readonly Shape[]> = (
  step: number,
  predict: Predict,
) => BatchOf<Shapes> | Promise<BatchOf<Shapes>>;

/** Options of training on a stream; as those of `trainer.train`. */
export interface StreamOptions {
  /** Number of updates. */
  readonly steps: number;
  readonly backend?: StepBackend;
  readonly dtype?: FloatDType;
  /** Default false: streams are often run many times. */
  readonly log?: LogOption;
  readonly logEvery?: number;
  /** Also logs the norm of each parameter's gradient. */
  readonly gradientNorms?: boolean;
  /** Default false. */
  readonly progress?: boolean | number;
  readonly terminal?: Terminal;
  readonly signal?: AbortSignal;
  readonly handleInterrupt?: boolean;
}

/** Functions that hear of the steps. */
export interface StreamCallbacks {
  /** Every step. */
  onStep?(event: StepEvent): void | Promise<void>;
  /** Steps that are logged, with metrics and gradient norms. */
  onLooked?(step: number, observation: Observation): void;
}

/** What training on a stream gave. */
export interface StreamTrained<In extends Shape = Shape, Out extends Shape = Shape> {
  /** The trained model's result in evaluation mode, for one example or a batch. */
  readonly eval: Evaluate<In, Out>;
  /** Everything that changes: parameters, optimiser's state, model's state. */
  readonly state: TrainState;
  readonly steps: number;
  readonly stoppedBy: StoppedBy;
  readonly elapsedMs: number;
  /** Loss of the last batch before its update; NaN when there was no step. */
  readonly lastLoss: number;
}

/** What training on a stream gave, with its losses. */
export interface StreamReport<In extends Shape = Shape, Out extends Shape = Shape> extends StreamTrained<In, Out> {
  /** Loss of the first batch before its update. */
  readonly firstLoss: number;
  /** Lowest loss of a batch, and its step. */
  readonly best: { readonly step: number; readonly loss: number };
  /** Mean loss of the last tenth of the steps: steadier than the last one. */
  readonly recentLoss: number;
  /** Trainable numbers. */
  readonly parameters: number;
  readonly backend: StepBackend;
}

const CHECKS: Checks = {
  steps: wholeNumber(1),
  backend: oneOf("compiled", "eager"),
  dtype: checkFloatDType,
  log: anything,
  logEvery: wholeNumber(1),
  gradientNorms: flag,
  progress: must(
    "true, false or a number of steps",
    (value) => typeof value === "boolean" || wholeNumber(1)(value) === undefined,
  ),
  terminal: anything,
  signal: must("an AbortSignal", (value) => value instanceof AbortSignal),
  handleInterrupt: flag,
};

/**
 * Trains on a stream and calls back at the steps.
 *
 * @throws TrainlogError `trainer/bad-option`, `trainer/unknown-option`, `trainer/bad-batch`, `trainer/non-finite`, `shape/mismatch`; what the stream throws.
 *
 * @example
 * await Trainer.Advanced.trainModuleStreamStepsWith(module, (step) => [rollout(step)], { steps: 500 }, { onStep: ({ loss }) => losses.push(loss) });
 */
export async function trainModuleStreamStepsWith<Shapes extends readonly Shape[], In extends Shape, Out extends Shape>(
  module: StreamModule<Shapes, In, Out>,
  stream: StepBatchStream<Shapes>,
  options: StreamOptions,
  callbacks: StreamCallbacks = {},
): Promise<StreamTrained<In, Out>> {
  checkOptions("trainModuleStreamStepsWith", options, CHECKS, { area: "trainer", required: ["steps"] });
  const checks = { onStep: callback, onLooked: callback };
  checkOptions("trainModuleStreamStepsWith: callbacks", callbacks, checks, { area: "trainer" });
  // What the types say of the batch is for the caller; from here on it is a list of tensors.
  const untyped = module as unknown as StreamModule<readonly Shape[]>;
  const trained: StreamTrained = await runStream(untyped, stream as unknown as AnyStream, options, callbacks);
  // The model's shapes are those of the module.
  return trained as unknown as StreamTrained<In, Out>;
}

/**
 * Trains on a stream and reports its losses.
 *
 * @throws as {@link trainModuleStreamStepsWith}.
 */
export async function trainModuleStreamStepsReport<
  Shapes extends readonly Shape[],
  In extends Shape,
  Out extends Shape,
>(
  module: StreamModule<Shapes, In, Out>,
  stream: StepBatchStream<Shapes>,
  options: StreamOptions,
): Promise<StreamReport<In, Out>> {
  const losses: number[] = [];
  const trained = await trainModuleStreamStepsWith(module, stream, options, {
    onStep: ({ loss }) => {
      losses.push(loss);
    },
  });
  const recent = losses.slice(-Math.ceil(losses.length / 10));
  const best = losses.reduce((lowest, loss, step) => (loss < (losses[lowest] ?? Infinity) ? step : lowest), 0);
  return {
    ...trained,
    firstLoss: losses[0] ?? Number.NaN,
    best: { step: best, loss: losses[best] ?? Number.NaN },
    recentLoss: recent.reduce((sum, loss) => sum + loss, 0) / recent.length,
    parameters: parameterCount(trained.state.params),
    backend: options.backend ?? "compiled",
  };
}

/**
 * Trains on a stream and gives the curve of its losses.
 *
 * @returns Loss of each step's batch before its update, shape `[steps]`.
 * @throws as {@link trainModuleStreamStepsWith}.
 */
export async function trainModuleStreamStepsCurveFloat<Shapes extends readonly Shape[]>(
  module: StreamModule<Shapes>,
  stream: StepBatchStream<Shapes>,
  options: StreamOptions,
): Promise<Float64Array> {
  const losses: number[] = [];
  await trainModuleStreamStepsWith(module, stream, options, {
    onStep: ({ loss }) => {
      losses.push(loss);
    },
  });
  return Float64Array.from(losses);
}

async function runStream(
  module: StreamModule<readonly Shape[]>,
  stream: AnyStream,
  options: StreamOptions,
  callbacks: StreamCallbacks,
): Promise<StreamTrained> {
  const { dtype = "float", backend = "compiled", gradientNorms = false, steps } = options;
  const { model, params, state } = firstNumbers(module, dtype);
  const setup = module.setupOf(model, gradientNorms);
  let started: StepRunner | undefined;
  const source = streamSource(stream, () => {
    const now = started?.state();
    const numbers = now === undefined ? { params, state } : { params: now.params, state: now.model };
    return predictor({ model, dtype, ...numbers });
  });
  const first = await source.next(0);
  if (first === undefined) throw new RangeError("a stream has a first batch");
  const progress = progressOf(options);
  const log = await openLog(options.log ?? false, {
    title: module.mkModel.label,
    facts: factsOf(module, options),
    warn: progress.note,
  });
  const runner: StepRunner = makeRunner(
    backend,
    setup,
    firstState(setup, { params, state, seed: module.seed, batch: first }),
  );
  started = runner;
  const interruption = listenForInterruption(
    { signal: options.signal, handleInterrupt: options.handleInterrupt ?? true },
    progress.note,
  );
  const startMs = nowMs();
  let stopped: StoppedBy | undefined;
  const job = streamJob({ module, options, callbacks, log, progress }, { setup, runner, steps }, () => {
    stopped ??= "callback";
  });
  // The first batch is there already; a stream with memory must not be asked for it twice.
  const next: typeof source.next = (step) => (step === 0 ? first : source.next(step));
  try {
    const end = await runLoop({
      ...job,
      source: { ...source, next },
      stopRequested: () => stopped ?? interruption.requested(),
    });
    progress.end(end.step, end.loss);
    const last = runner.state();
    const numbers = { model, params: last.params, state: last.model, dtype };
    const trained: StreamTrained = {
      // One example gives one result, a batch a batch.
      eval: (x: AnyTensor) => predict(numbers, x) as Tensor<readonly [number, ...Shape], FloatDType>,
      state: last,
      steps: end.step,
      stoppedBy: end.stoppedBy,
      elapsedMs: nowMs() - startMs,
      lastLoss: end.loss,
    };
    await log.close(endStatus(end), { steps: end.step, last_loss: end.loss });
    interruption.dispose();
    await interruption.endProcess();
    return trained;
  } catch (error) {
    await log.close("failed", {}, error);
    throw error;
  } finally {
    interruption.dispose();
    runner.dispose();
    source.dispose();
  }
}

interface StreamRun {
  readonly module: StreamModule<readonly Shape[]>;
  readonly options: StreamOptions;
  readonly callbacks: StreamCallbacks;
  readonly log: LogSink;
  readonly progress: Progress;
}

function streamJob(
  { module, options, callbacks, log, progress }: StreamRun,
  parts: Pick<LoopJob, "setup" | "runner" | "steps">,
  stop: () => void,
): Omit<LoopJob, "source" | "stopRequested"> {
  const { logEvery } = intervalsOf(
    { ...(options.logEvery === undefined ? {} : { logEvery: options.logEvery }) },
    options.steps,
  );
  const wantsLooks = options.log !== undefined && options.log !== false ? true : callbacks.onLooked !== undefined;
  const { onStep } = callbacks;
  return {
    ...parts,
    firstStep: 0,
    place: { step: 0 },
    isLooked: (step) => wantsLooks && (step % logEvery === 0 || step + 1 === options.steps),
    onLooked(step, seen) {
      const rate = module.optimizer.learningRate?.(step);
      const norms = Object.entries(seen.gradientNorms).map(
        ([name, value]) => [`gradient_norm/${name}`, value] as const,
      );
      const row = { loss: seen.loss, ...seen.metrics, gradient_norm: seen.gradientNorm, ...Object.fromEntries(norms) };
      log.row(step, rate === undefined ? row : { ...row, learning_rate: rate });
      callbacks.onLooked?.(step, seen);
    },
    ...(onStep === undefined ? {} : { onStep: (step, loss) => onStep.call(callbacks, { step, loss, stop }) }),
    nextVisit: (step) => (progress.every === undefined ? Infinity : step - (step % progress.every) + progress.every),
    visit: (step, loss) => progress.at(step, loss),
    onTurn: (step, loss) => {
      if (progress.every === undefined) progress.at(step, loss);
    },
    lastCheckpoint: () => undefined,
  };
}

function endStatus({ stoppedBy }: LoopEnd): "finished" | "killed" {
  return stoppedBy === "signal" || stoppedBy === "interrupt" ? "killed" : "finished";
}

function progressOf({ progress = false, terminal, steps }: StreamOptions): Progress {
  const place = progress === false ? NO_TERMINAL : (terminal ?? standardError());
  return progressOn({
    terminal: place,
    firstStep: 0,
    steps,
    ...(typeof progress === "number" ? { every: progress } : {}),
  });
}

function factsOf(
  module: StreamModule<readonly Shape[]>,
  { steps, backend = "compiled", dtype = "float" }: StreamOptions,
): Record<string, unknown> {
  const { mkModel, seed, optimizer } = module;
  return {
    model: mkModel.label,
    seed,
    steps,
    backend,
    dtype,
    optimizer: { name: optimizer.name, ...optimizer.options },
  };
}
