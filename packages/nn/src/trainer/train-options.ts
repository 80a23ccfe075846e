/** @file What `trainer.train` takes: types, defaults, and the checks that come before anything is allocated. */
import type { Dataset } from "../data/dataset.ts";
import { TrainlogError } from "../error.ts";
import {
  anything,
  type Checks,
  callback,
  checkOptions,
  flag,
  must,
  numberIn,
  oneOf,
  text,
  wholeNumber,
} from "../options/check-options.ts";
import type { Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { Callbacks } from "./callbacks.ts";
import type { LogOption } from "./log/open-log.ts";
import type { Probe } from "./probe/probe.ts";
import type { Terminal } from "./report/terminal.ts";
import type { Backend } from "./step/runner.ts";
import { checkFloatDType } from "./task/task.ts";

/** Stops training when an evaluation has not become better for a while. */
export interface EarlyStoppingOptions {
  /** `"loss"` (default) or a metric of the task, such as `"accuracy"`. */
  readonly metric?: string;
  /** Whether smaller or larger is better. Default: `"min"` for losses and errors, `"max"` for `"accuracy"`. */
  readonly mode?: "min" | "max";
  /** Evaluations without improvement before it stops. Default 5. */
  readonly patience?: number;
  /** What counts as an improvement. Default 0: anything. */
  readonly minDelta?: number;
  /** Goes back to the parameters of the best evaluation at the end. Default true. */
  readonly restoreBest?: boolean;
}

/** Keeps checkpoints, from which training goes on bit by bit as if it had not been interrupted. */
export interface CheckpointOptions {
  /** Folder; made when the first one is written. */
  readonly dir: string;
  /** Steps between checkpoints. Default: a tenth of them. One is always written at the end and on Ctrl-C. */
  readonly every?: number;
  /** How many are kept. Default 3. */
  readonly keepLast?: number;
  /** Also keeps the one with the best evaluation loss as `best.safetensors`; needs `evalData`. Default false. */
  readonly keepBest?: boolean;
  /** `"never"` (default) begins anew; `"allow"` goes on from the newest checkpoint of the folder if there is one, `"must"` fails when there is none. */
  readonly resume?: "never" | "allow" | "must";
}

/** Options of `trainer.train`. */
export interface TrainOptions<In extends Shape = Shape, Target extends Shape = Shape> {
  /** Number of updates. Either this or `epochs`. */
  readonly steps?: number;
  /** How often the data is gone through. Either this or `steps`. */
  readonly epochs?: number;
  /** Examples per step. Default 32, or all of a smaller data set. */
  readonly batchSize?: number;
  /**
   * `"compiled"` (default) traces the step once and runs it as one WebAssembly function; `"eager"` runs operation by operation; `"onnx"` runs groups of
   * steps on the native kernels of onnxruntime-node, when that is installed (float only). A group ends where something is logged, evaluated or saved, and
   * with `onStep` each step is a group of its own, so `"onnx"` is fast when `logEvery` is large.
   * `"webgpu"` runs such groups on the GPU of a browser (float only; evaluations stay on WebAssembly).
   */
  readonly backend?: Backend;
  /** Element type of parameters and arithmetic. Default `"float"`. */
  readonly dtype?: FloatDType;
  /** A new random order of the examples in each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Leaves out the last, smaller batch of each epoch. Default false. */
  readonly dropLast?: boolean;
  /** Where to log; see {@link LogOption}. Default: a new run of the package `trainlog` when that is installed. */
  readonly log?: LogOption;
  /** Steps between logged steps. Default: a 500th of all, at least 1. */
  readonly logEvery?: number;
  /** Also logs the norm of each parameter's gradient. Default false. */
  readonly gradientNorms?: boolean;
  /** Logs histograms of all parameters at every evaluation, or after every so many steps. Default false. */
  readonly histograms?: boolean | number;
  /** Data that is evaluated now and then and at the end. */
  readonly evalData?: Dataset<In, Target>;
  /** Steps between evaluations. Default: a tenth of all steps, at least 1. */
  readonly evalEvery?: number;
  /** What the summary shows before and after; see `Trainer.Probe`. */
  readonly probes?: readonly Probe<In>[];
  readonly callbacks?: Callbacks | readonly Callbacks[];
  readonly earlyStopping?: EarlyStoppingOptions;
  readonly checkpoint?: CheckpointOptions;
  /** `false`: nothing; a number: steps between lines when the output is piped. Default true: a bar on a terminal, eight lines in a pipe. */
  readonly progress?: boolean | number;
  /** Where progress is shown. Default: the standard error output. */
  readonly terminal?: Terminal;
  /** Ends training after the running step, as Ctrl-C does, but without ending the process. */
  readonly signal?: AbortSignal;
  /** Whether Ctrl-C finishes the step, saves, closes the log and then ends the process. Default true (Node only). */
  readonly handleInterrupt?: boolean;
}

const CHECKS: Checks = {
  steps: wholeNumber(1),
  epochs: wholeNumber(1),
  batchSize: wholeNumber(1),
  backend: oneOf("compiled", "eager", "onnx", "webgpu"),
  dtype: checkFloatDType,
  shuffle: flag,
  dropLast: flag,
  log: anything,
  logEvery: wholeNumber(1),
  gradientNorms: flag,
  histograms: must(
    "true, false or a number of steps",
    (value) => typeof value === "boolean" || wholeNumber(1)(value) === undefined,
  ),
  evalData: anything,
  evalEvery: wholeNumber(1),
  probes: must(
    "an array of Trainer.Probe",
    (value) => Array.isArray(value) && value.every((probe) => typeof probe?.read === "function"),
  ),
  callbacks: must("callbacks or an array of them", (value) => typeof value === "object" && value !== null),
  earlyStopping: must("options such as { patience: 5 }", (value) => typeof value === "object" && value !== null),
  checkpoint: must('options such as { dir: "checkpoints" }', (value) => typeof value === "object" && value !== null),
  progress: must(
    "true, false or a number of steps",
    (value) => typeof value === "boolean" || wholeNumber(1)(value) === undefined,
  ),
  terminal: anything,
  signal: must("an AbortSignal", (value) => value instanceof AbortSignal),
  handleInterrupt: flag,
};

const EARLY_STOPPING_CHECKS: Checks = {
  metric: text,
  mode: oneOf("min", "max"),
  patience: wholeNumber(1),
  minDelta: numberIn({ min: 0 }),
  restoreBest: flag,
};

const CHECKPOINT_CHECKS: Checks = {
  dir: text,
  every: wholeNumber(1),
  keepLast: wholeNumber(1),
  keepBest: flag,
  resume: oneOf("never", "allow", "must"),
};

const CALLBACK_CHECKS: Checks = {
  onStart: callback,
  onStep: callback,
  onEpoch: callback,
  onEvaluation: callback,
  onCheckpoint: callback,
  onEnd: callback,
};

/** How long training is and in what pieces, once options and data are known. */
export interface TrainPlan {
  readonly steps: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly logEvery: number;
  readonly evalEvery: number;
  readonly checkpointEvery: number;
}

/**
 * Checks all options.
 *
 * @throws TrainlogError `trainer/unknown-option`, `trainer/bad-option`.
 */
export function checkTrainOptions(options: TrainOptions): void {
  checkOptions("train", options, CHECKS, { area: "trainer" });
  const { steps, epochs, earlyStopping, checkpoint, evalData, backend, dtype } = options;
  if (backend === "onnx" && dtype === "f64") {
    throw new TrainlogError(
      "trainer/bad-option",
      'train: backend "onnx" computes with dtype "float" only, and dtype is "f64"; use backend "compiled"',
    );
  }
  if ((steps === undefined) === (epochs === undefined)) {
    const got = steps === undefined ? "neither" : `steps ${steps} and epochs ${epochs}`;
    throw new TrainlogError("trainer/bad-option", `train: give either steps or epochs, got ${got}`);
  }
  if (earlyStopping !== undefined) {
    checkOptions("train: earlyStopping", earlyStopping, EARLY_STOPPING_CHECKS, { area: "trainer" });
    if (evalData === undefined) throw needsEvalData("earlyStopping");
  }
  if (checkpoint !== undefined) {
    checkOptions("train: checkpoint", checkpoint, CHECKPOINT_CHECKS, { area: "trainer", required: ["dir"] });
    if (checkpoint.keepBest === true && evalData === undefined) throw needsEvalData("checkpoint.keepBest");
  }
  for (const each of callbacksOf(options)) checkOptions("train: callbacks", each, CALLBACK_CHECKS, { area: "trainer" });
}

function needsEvalData(option: string): TrainlogError {
  return new TrainlogError("trainer/bad-option", `train: ${option} looks at evaluations, so it needs evalData`);
}

/** The callbacks of the options, as a list. */
export function callbacksOf({ callbacks = [] }: TrainOptions): readonly Callbacks[] {
  return isList(callbacks) ? callbacks : [callbacks];
}

function isList(callbacks: Callbacks | readonly Callbacks[]): callbacks is readonly Callbacks[] {
  return Array.isArray(callbacks);
}

/** Examples per step unless asked for. */
const DEFAULT_BATCH = 32;

/** Rows of a log unless asked for: enough for a smooth chart, few enough to cost nothing. */
const LOGGED_STEPS = 500;

/**
 * Fits options and the length of the data together.
 *
 * @throws TrainlogError `data/batch-too-large`; `trainer/bad-option` when no batch would be left.
 */
export function planOf(options: TrainOptions, length: number): TrainPlan {
  const { batchSize = Math.min(DEFAULT_BATCH, length), dropLast = false } = options;
  if (batchSize > length) {
    throw new TrainlogError(
      "data/batch-too-large",
      `train: batchSize is ${batchSize}, but the data set has ${length} examples; use at most that many`,
    );
  }
  const stepsPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
  const steps = options.steps ?? (options.epochs ?? 0) * stepsPerEpoch;
  return { steps, batchSize, stepsPerEpoch, ...intervalsOf(options, steps) };
}

/** How often things happen in a training run of so many steps. */
export function intervalsOf(
  { logEvery, evalEvery, checkpoint }: Pick<TrainOptions, "logEvery" | "evalEvery" | "checkpoint">,
  steps: number,
): Pick<TrainPlan, "logEvery" | "evalEvery" | "checkpointEvery"> {
  const tenth = Math.max(1, Math.ceil(steps / 10));
  return {
    logEvery: logEvery ?? Math.max(1, Math.ceil(steps / LOGGED_STEPS)),
    evalEvery: evalEvery ?? tenth,
    checkpointEvery: checkpoint?.every ?? tenth,
  };
}
