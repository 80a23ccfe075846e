/** @file From a trainer, data and options to everything that a training run needs; all checks come first. */

import { batchLoader } from "../../data/batch-loader.ts";
import type { Dataset } from "../../data/dataset.ts";
import { TrainlogError } from "../../error.ts";
import { loadRuntime } from "../../interop/onnx-step/runtime.ts";
import { model as modelOf } from "../../nn/index.ts";
import type { Model, Params, State } from "../../nn/model.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import type { Abstract } from "../../primitives/primitive.ts";
import type { Shape } from "../../shape/shape.ts";
import type { DType, FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { RunIdentity } from "../checkpoint/training-checkpoint.ts";
import { type BatchSource, loaderSource } from "../data/batch-source.ts";
import { checkAllLabels, checkData } from "../data/check-data.ts";
import { firstNumbers, type Numbers } from "../first-numbers.ts";
import type { ModelCall } from "../step/bound-model.ts";
import { firstState } from "../step/make-runner.ts";
import type { Backend } from "../step/runner.ts";
import type { TrainState } from "../step/train-state.ts";
import type { Objective, StepSetup } from "../step/train-step.ts";
import type { Task } from "../task/task.ts";
import { TaskContext } from "../task/task-context.ts";
import { checkTrainOptions, planOf, type TrainOptions, type TrainPlan } from "../train-options.ts";

/** What a trainer is made of. */
export interface TrainerParts extends Numbers {
  readonly task: Task;
  readonly optimizer: Optimizer;
}

/** A training run that is ready to begin. */
export interface Prepared {
  readonly parts: TrainerParts;
  readonly data: Dataset;
  readonly options: TrainOptions;
  readonly plan: TrainPlan;
  readonly backend: Backend;
  readonly dtype: FloatDType;
  readonly model: Model<Shape, Shape>;
  readonly setup: StepSetup;
  /** The state before the first step. */
  readonly initial: TrainState;
  readonly source: BatchSource;
  readonly identity: RunIdentity;
}

/**
 * Checks everything, then makes parameters, optimiser state and loader.
 *
 * @throws TrainlogError `trainer/*`, `data/*`, `shape/mismatch`, `dtype/mismatch`.
 */
export async function prepare(parts: TrainerParts, data: Dataset, options: TrainOptions): Promise<Prepared> {
  const { task, optimizer, seed, mkModel } = parts;
  checkTrainOptions(options);
  const model = modelOf(mkModel);
  checkData("train", data, model, task);
  if (options.evalData !== undefined) checkData("train: evalData", options.evalData, model, task);
  const plan = planOf(options, data.length);
  const classes = task.isClassification ? model.outputShape.at(-1) : undefined;
  if (classes !== undefined) {
    await checkAllLabels(data, classes);
    if (options.evalData !== undefined) await checkAllLabels(options.evalData, classes);
  }
  const { dtype = "float", backend = "compiled", shuffle = true, dropLast = false, gradientNorms = false } = options;
  const setup: StepSetup = {
    model,
    optimizer,
    gradientNorms,
    objective: (call, batch) => objectiveOf(task, call, batch),
  };
  // Before anything is allocated: whether it can run at all.
  if (backend === "onnx") await loadRuntime();
  const { params, state } = firstNumbers(parts, dtype);
  const initial = firstState(setup, { params, state, seed, batch: batchAbstracts(data, plan.batchSize, dtype) });
  const loader = batchLoader(data, { batchSize: plan.batchSize, shuffle, dropLast, seed, dtype });
  return {
    parts,
    data,
    options,
    plan,
    backend,
    dtype,
    model,
    setup,
    initial,
    source: loaderSource(loader, { dtype, classes }),
    identity: {
      seed,
      dtype,
      task: task.name,
      optimizer: `${optimizer.name} ${JSON.stringify(optimizer.options)}`,
      batchSize: plan.batchSize,
      examples: data.length,
      shuffle,
      dropLast,
    },
  };
}

/** The objective of a task: its loss on what the model makes of the inputs. */
export function objectiveOf(task: Task, call: ModelCall, [inputs, targets]: readonly AnyTensor[]): Objective {
  if (inputs === undefined || targets === undefined)
    throw new TrainlogError(
      "trainer/bad-batch",
      `a batch of this module is [inputs, targets], got ${inputs === undefined ? "nothing" : "inputs alone"}`,
    );
  const outputs = call.apply(inputs);
  const context = new TaskContext(call, inputs);
  return { loss: task.loss(outputs, targets, context), metrics: () => task.metrics(outputs, targets, context) };
}

function batchAbstracts(
  { inputShape, inputDType, targetShape, targetDType }: Dataset,
  size: number,
  dtype: FloatDType,
): Abstract[] {
  const as = (given: DType): DType => (given === "int32" ? "int32" : dtype);
  return [
    { shape: [size, ...inputShape], dtype: as(inputDType) },
    { shape: [size, ...targetShape], dtype: as(targetDType) },
  ];
}

/** The numbers of a model in a state of training. */
export function numbersOf(
  prepared: Prepared,
  { params, model }: TrainState,
): {
  readonly model: Model<Shape, Shape>;
  readonly params: Params;
  readonly state: State;
  readonly dtype: FloatDType;
} {
  return { model: prepared.model, params, state: model, dtype: prepared.dtype };
}
