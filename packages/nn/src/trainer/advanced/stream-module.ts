/** @file A model with a loss over any list of tensors: what step streams and explicit loops train. */

import { TrainlogError } from "../../error.ts";
import type { ModelTensors } from "../../interop/state-dict/state-dict.ts";
import type { M, OutputShape } from "../../nn/index.ts";
import type { LayerType } from "../../nn/layer-type.ts";
import type { Model, Params } from "../../nn/model.ts";
import { adam } from "../../optim/adam.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { anything, callback, checkOptions, must, wholeNumber } from "../../options/check-options.ts";
import type { Shape } from "../../shape/shape.ts";
import type { DType, FloatDType } from "../../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { checkInitial, type Numbers } from "../first-numbers.ts";
import { checkMetrics } from "../step/check-metrics.ts";
import type { Objective, StepSetup } from "../step/train-step.ts";
import type { Metrics, TargetShape } from "../task/task.ts";
import { taskOf } from "../task/task.ts";
import { objectiveOf } from "../train/prepare.ts";

/** Tensors of the given shapes (with their batch axes), in order. */
export type BatchOf<Shapes extends readonly Shape[]> = {
  readonly [K in keyof Shapes]: Tensor<Shapes[K], DType>;
};

/** The model as a loss applies it: with its parameters, in training or evaluation mode. */
export interface ApplyModel<In extends Shape, Out extends Shape> {
  /** Shape `[n, ...In]` to `[n, ...Out]`. Can be applied several times, to any number of rows. */
  (x: Tensor<readonly [number, ...In], DType>): Tensor<readonly [number, ...Out], "float">;
  readonly params: Params;
}

/** The model in evaluation mode. */
export interface Evaluate<In extends Shape, Out extends Shape> {
  /**
   * @param x - One example, shape `[...In]`, or a batch, shape `[n, ...In]`.
   * @returns Shape `[...Out]` or `[n, ...Out]`.
   * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`, `trainer/bad-input`.
   */
  (x: Tensor<In, DType>): Tensor<Out, FloatDType>;
  (x: Tensor<readonly [number, ...In], DType>): Tensor<readonly [number, ...Out], FloatDType>;
}

/** What a loss over a batch gives: the scalar to minimise, alone or with further scalars for the log. */
export type StreamLoss = AnyTensor | { readonly loss: AnyTensor; readonly metrics: Metrics };

/** A model, a loss and an optimiser. */
export interface StreamModule<Shapes extends readonly Shape[], In extends Shape = Shape, Out extends Shape = Shape>
  extends Numbers {
  readonly optimizer: Optimizer;
  readonly setupOf: (model: Model<Shape, Shape>, gradientNorms: boolean) => StepSetup;
  /** For the compiler only. */
  readonly shapes?: { readonly batch: Shapes; readonly input: In; readonly output: Out };
}

/** Options of {@link module} for batches of inputs and targets. */
export interface TaskModuleOptions<T extends "regression" | "classification"> extends ModuleOptions {
  readonly task: T;
}

/** Options of {@link module}, as those of `Trainer.new`. */
export interface ModuleOptions {
  /** Default: Adam with learning rate 0.001. */
  readonly optimizer?: Optimizer;
  /** Default 0. */
  readonly seed?: number;
  /** Numbers to begin with instead of the seed's: a trained model, or what `loadStateDict` gave. They are copied. */
  readonly initial?: ModelTensors;
}

/** Shapes of a batch of inputs and targets. */
export type PairShapes<In extends Shape, Target extends Shape> = readonly [
  readonly [number, ...In],
  readonly [number, ...Target],
];

/**
 * A model with a loss over whatever a batch consists of.
 *
 * @throws TrainlogError `trainer/bad-option`, `trainer/unknown-option`.
 *
 * @example
 * const pinn = Trainer.Advanced.module(mkModel, {
 *   loss: (u, points: Tensor<[64, 1]>) => mean(square(residual(u, points))),
 *   optimizer: optim.adam({ lr: 1e-3 }),
 * });
 */
export function module<L extends LayerType, const T extends "regression" | "classification">(
  mkModel: M<L>,
  options: TaskModuleOptions<T>,
): StreamModule<PairShapes<L["input"], TargetShape<T, OutputShape<L>>>, L["input"], OutputShape<L>>;
export function module<L extends LayerType, Batch extends readonly AnyTensor[]>(
  mkModel: M<L>,
  options: ModuleOptions & {
    readonly loss: (model: ApplyModel<L["input"], OutputShape<L>>, ...batch: Batch) => StreamLoss;
  },
): StreamModule<ShapesOf<Batch>, L["input"], OutputShape<L>>;
export function module(mkModel: M<LayerType>, options: object): StreamModule<readonly Shape[]> {
  const checks = {
    loss: callback,
    task: anything,
    optimizer: must("an optimiser such as optim.adam({ lr: 0.03 })", (value) => Object(value) === value),
    seed: wholeNumber(0),
    initial: checkInitial,
  };
  checkOptions("Trainer.Advanced.module", options, checks, { area: "trainer" });
  const { loss, task, optimizer = adam({ lr: 0.001 }), seed = 0, initial } = options as Partial<UntypedOptions>;
  const objective = loss === undefined ? taskObjective(task) : lossObjective(loss);
  return {
    mkModel,
    seed,
    initial,
    optimizer,
    setupOf: (model, gradientNorms) => ({ model, optimizer, gradientNorms, objective }),
  };
}

/** Shapes of a list of tensors. */
export type ShapesOf<Batch extends readonly AnyTensor[]> = {
  readonly [K in keyof Batch]: Batch[K] extends Tensor<infer S, DType> ? S : Shape;
};

interface UntypedOptions extends ModuleOptions {
  readonly loss: (model: ApplyModel<Shape, Shape>, ...batch: readonly AnyTensor[]) => StreamLoss;
  readonly task: unknown;
}

function taskObjective(option: unknown): StepSetup["objective"] {
  const task = taskOf(option);
  return (call, batch) => objectiveOf(task, call, batch);
}

function lossObjective(loss: UntypedOptions["loss"]): StepSetup["objective"] {
  return (call, batch) => {
    // A model's result has a float dtype; to a loss it is "float", as its own numbers are.
    const apply = (x: AnyTensor): Tensor<readonly [number, ...Shape], "float"> =>
      call.apply(x) as Tensor<readonly [number, ...Shape], "float">;
    const result = loss(Object.assign(apply, { params: call.params }), ...batch);
    return result instanceof Tensor ? { loss: result, metrics: () => ({}) } : lossWithMetrics(result);
  };
}

/** Also of a loss that returned something else: what is no loss is refused where losses are. */
function lossWithMetrics(result: Exclude<StreamLoss, AnyTensor> | undefined): Objective {
  return { loss: result?.loss as AnyTensor, metrics: () => checkMetrics(result?.metrics ?? {}) };
}

/** Refuses what a stream gave if it is no list of tensors. */
export function checkBatch(batch: unknown, step: number): readonly AnyTensor[] {
  if (Array.isArray(batch) && batch.length > 0 && batch.every((part) => part instanceof Tensor)) return batch;
  throw new TrainlogError(
    "trainer/bad-batch",
    `step ${step}: a batch is a list of tensors, such as [x, y], got ${Array.isArray(batch) ? `a list of ${batch.length} with something else in it` : typeof batch}`,
  );
}
