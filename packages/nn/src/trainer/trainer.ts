/** @file `Trainer.new` and `Trainer.load`: a model with its task and optimiser, to be trained or used. */
import type { Dataset } from "../data/dataset.ts";
import { describeValue, TrainlogError } from "../error.ts";
import { loadStateDict, type ModelTensors } from "../interop/state-dict/state-dict.ts";
import { build, type M, type OutputShape } from "../nn/index.ts";
import type { LayerType } from "../nn/layer-type.ts";
import { adam } from "../optim/adam.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { anything, checkOptions, must, wholeNumber } from "../options/check-options.ts";
import type { Shape } from "../shape/shape.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import { readWhole } from "./checkpoint/checkpoint-files.ts";
import { decodeFile } from "./checkpoint/container.ts";
import type { FittingData } from "./data/fitting-data.ts";
import { checkInitial } from "./first-numbers.ts";
import { type TargetShape, type TaskOption, taskOf } from "./task/task.ts";
import type { TrainerParts } from "./train/prepare.ts";
import { runTraining } from "./train/run-training.ts";
import type { TrainOptions } from "./train-options.ts";
import { type Trained, trainedHandle } from "./trained.ts";

/** Options of {@link newTrainer}. */
export interface TrainerOptions<T> {
  /** `"regression"` (mean squared error), `"classification"` (cross-entropy of class numbers), a loss function, or `{ loss, metrics }`. */
  readonly task: T;
  /** Default: Adam with learning rate 0.001. */
  readonly optimizer?: Optimizer;
  /** Determines parameters, order of the data and randomness of the layers. Default 0. */
  readonly seed?: number;
  /** Numbers to begin with instead of the seed's: a trained model, or what `loadStateDict` gave. They are copied. */
  readonly initial?: ModelTensors;
}

/** A model, its task and its optimiser. `In`, `Out` and `Target` are shapes of one example. */
export interface Trainer<In extends Shape = Shape, Out extends Shape = Shape, Target extends Shape = Shape> {
  /**
   * Trains the model from its seed.
   *
   * The same seed, data, options and backend give the same bits. Nothing is changed by it: a trainer can train again.
   *
   * @param data - Examples of shapes `In` and `Target`.
   * @returns The trained model; also when it was stopped early by a callback, early stopping or a signal.
   * @throws TrainlogError `trainer/bad-option`, `trainer/unknown-option`, `data/empty`, `data/batch-too-large`, `shape/mismatch`, `dtype/mismatch`,
   *   `state-dict/mismatch` (for `initial`), `trainer/bad-label`: all before anything is allocated; `trainer/non-finite`; `checkpoint/*` when resuming.
   *
   * @example
   * const trained = await trainer.train(Data.regression2to1Grid({ n: 25 }), { steps: 200, batchSize: 16 });
   */
  train<DIn extends Shape, DTarget extends Shape>(
    data: Dataset<DIn, DTarget> & FittingData<In, Target, DIn, DTarget>,
    options: TrainOptions<DIn, DTarget>,
  ): Promise<Trained<In, Out, Target>>;
}

/**
 * A trainer: a model description, what to train it for, and how.
 *
 * @param mkModel - From `nn.sequential(…)` or any other layer that says its input shape.
 * @throws TrainlogError `trainer/bad-option`, `trainer/unknown-option`, `nn/no-input-shape` (when it trains).
 *
 * @example
 * const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));
 * const trainer = Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr: 0.03 }), seed: 0 });
 */
export function newTrainer<L extends LayerType, const T extends TaskOption<OutputShape<L>>>(
  mkModel: M<L>,
  options: TrainerOptions<T>,
): Trainer<L["input"], OutputShape<L>, TargetShape<T, OutputShape<L>>> {
  const parts = trainerParts(mkModel, options);
  const trainer: Trainer = { train: (data, trainOptions) => runTraining(parts, data, trainOptions) };
  // What the model and the task say in types is what they check at run time.
  return trainer as unknown as Trainer<L["input"], OutputShape<L>, TargetShape<T, OutputShape<L>>>;
}

/** What was given instead of a description, and what was likely meant. */
function describeGiven(given: unknown): string {
  const isBuilt = typeof given === "object" && given !== null && "params" in given;
  return isBuilt
    ? "a model with numbers: pass the description that nn.build got, and the numbers as the option initial"
    : describeValue(given);
}

const DEFAULT_LEARNING_RATE = 0.001;

/** @internal The parts of a trainer, checked. */
export function trainerParts(mkModel: M<LayerType>, options: TrainerOptions<unknown>): TrainerParts {
  if (typeof mkModel !== "object" || mkModel === null || typeof mkModel.forward !== "function") {
    throw new TrainlogError(
      "trainer/bad-option",
      `Trainer.new: expected a model description such as nn.sequential(nn.linear(2, 8), …), got ${describeGiven(mkModel)}`,
    );
  }
  const checks = {
    task: anything,
    optimizer: must("an optimiser such as optim.adam({ lr: 0.03 })", isOptimizer),
    seed: wholeNumber(0),
    initial: checkInitial,
  };
  checkOptions("Trainer.new", options, checks, { area: "trainer" });
  const { task, optimizer = adam({ lr: DEFAULT_LEARNING_RATE }), seed = 0, initial } = options;
  return { mkModel, task: taskOf(task), optimizer, seed, initial };
}

function isOptimizer(value: unknown): boolean {
  return typeof value === "object" && value !== null && "update" in value && "init" in value;
}

/**
 * A trained model from its file.
 *
 * @param source - Path of a file that `save` wrote, or its bytes.
 * @param mkModel - The description of the same model: the file has the numbers only.
 * @param options - The task that it is evaluated on.
 * @throws TrainlogError `checkpoint/not-found`, `checkpoint/corrupt`, `checkpoint/wrong-kind`, `checkpoint/newer`; `state-dict/mismatch` naming every tensor
 *   that the description has otherwise.
 *
 * @example
 * const trained = await Trainer.load("model.safetensors", mkModel, { task: "regression" });
 */
export async function load<L extends LayerType, const T extends TaskOption<OutputShape<L>>>(
  source: string | Uint8Array,
  mkModel: M<L>,
  options: Pick<TrainerOptions<T>, "task">,
): Promise<Trained<L["input"], OutputShape<L>, TargetShape<T, OutputShape<L>>>> {
  const { task } = trainerParts(mkModel, options);
  const where = typeof source === "string" ? source : "the model's file";
  const { tensors, facts } = decodeFile("model", typeof source === "string" ? await readWhole(source) : source, where);
  const dtype: FloatDType = Object(facts)["dtype"] === "f64" ? "f64" : "float";
  const built = build(mkModel, { seed: 0, dtype });
  const { params, state } = loadStateDict(built, tensors);
  const { model } = built;
  const trained = trainedHandle({
    model,
    task,
    params,
    state,
    dtype,
    backend: "compiled",
    summary: undefined,
    averaged: undefined,
  });
  // As for `newTrainer`.
  return trained as unknown as Trained<L["input"], OutputShape<L>, TargetShape<T, OutputShape<L>>>;
}
