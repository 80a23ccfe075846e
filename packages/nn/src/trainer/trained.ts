/** @file What `trainer.train` gives: the trained model, to be asked, evaluated and saved. */
import type { Dataset } from "../data/dataset.ts";
import { TrainlogError } from "../error.ts";
import { parameterCount } from "../nn/index.ts";
import type { Model, Params, State } from "../nn/model.ts";
import { type Checks, checkOptions, oneOf, wholeNumber } from "../options/check-options.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { writeModelFile } from "./checkpoint/checkpoint-files.ts";
import { encodeFile } from "./checkpoint/container.ts";
import { checkData } from "./data/check-data.ts";
import type { FittingData } from "./data/fitting-data.ts";
import { type Evaluation, evaluator } from "./evaluate/evaluate.ts";
import { predict } from "./predict.ts";
import { summaryText, type TrainingSummary } from "./report/summary.ts";
import type { Backend } from "./step/runner.ts";
import type { Task } from "./task/task.ts";

/** Options of {@link Trained.evaluate}. */
export interface EvaluateOptions {
  /** Examples per batch. Default 256. */
  readonly batchSize?: number;
  /** Default: as it was trained. */
  readonly backend?: Backend;
}

/** A trained model. `In`, `Out` and `Target` are shapes of one example. */
export interface Trained<In extends Shape = Shape, Out extends Shape = Shape, Target extends Shape = Shape> {
  readonly model: Model<In, Out>;
  readonly params: Params;
  /** The model's state, such as running statistics. */
  readonly state: State;
  /** What came out of training; undefined for a model that was loaded. */
  readonly summary: TrainingSummary | undefined;
  /**
   * Prints loss before and after, parameters, time, backend and probes.
   *
   * @param print - Gets the lines as one text. Default: the standard output (`console.log`).
   */
  printSummary(print?: (text: string) => void): void;
  /**
   * The model's result in evaluation mode (no dropout, running statistics).
   *
   * @param x - One example, shape `[...In]`, or a batch, shape `[n, ...In]`.
   * @returns Shape `[...Out]` or `[n, ...Out]`.
   * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
   *
   * @example
   * const yhat = await trained.eval(tensor([0.25, -0.75]));   // Tensor<[1]>
   */
  eval(x: Tensor<In, DType>): Promise<Tensor<Out, FloatDType>>;
  eval(x: Tensor<readonly [number, ...In], DType>): Promise<Tensor<readonly [number, ...Out], FloatDType>>;
  /**
   * Mean loss and metrics on a data set; for classification accuracy and the confusion matrix.
   *
   * @throws TrainlogError `data/empty`, `shape/mismatch`, `trainer/bad-label`, `trainer/bad-option`, `trainer/unknown-option`.
   */
  evaluate<DIn extends Shape, DTarget extends Shape>(
    data: Dataset<DIn, DTarget> & FittingData<In, Target, DIn, DTarget>,
    options?: EvaluateOptions,
  ): Promise<Evaluation>;
  /** The model with the averaged weights; undefined unless the optimiser keeps an average (`optim.ema`). */
  averaged(): Trained<In, Out, Target> | undefined;
  /** The model's file as bytes: safetensors with PyTorch's names, readable by `Trainer.load` and by any tool for safetensors. */
  toBytes(): Uint8Array;
  /**
   * Writes the model to a file, whole or not at all.
   *
   * @throws TrainlogError `checkpoint/write-failed`.
   */
  save(path: string): Promise<void>;
}

/** What a trained handle is made of. */
export interface TrainedParts {
  readonly model: Model<Shape, Shape>;
  readonly task: Task;
  readonly params: Params;
  readonly state: State;
  readonly dtype: FloatDType;
  readonly backend: Backend;
  readonly summary: TrainingSummary | undefined;
  readonly averaged: Params | undefined;
}

/** Examples per batch of an evaluation: enough for the kernels, little enough for the memory. */
export const EVALUATION_BATCH = 256;

const EVALUATE_CHECKS: Checks = { batchSize: wholeNumber(1), backend: oneOf("compiled", "eager", "onnx", "webgpu") };

/** The handle of a trained model. */
export function trainedHandle(parts: TrainedParts): Trained {
  const { model, task, params, state, dtype, summary, averaged } = parts;
  return {
    model,
    params,
    state,
    summary,
    // biome-ignore lint/suspicious/noConsole: printing is what was asked for
    printSummary: (print = (text) => console.log(text)) => print(summaryText(checkSummary(summary))),
    eval: async (x: Tensor<Shape, DType>) => {
      const y = predict(parts, x);
      // A model's result has a float dtype.
      return y as Tensor<Shape, FloatDType> as Tensor<readonly [number, ...Shape], FloatDType>;
    },
    async evaluate(data: Dataset, options: EvaluateOptions = {}) {
      checkOptions("evaluate", options, EVALUATE_CHECKS, { area: "trainer" });
      const { batchSize = EVALUATION_BATCH, backend = parts.backend } = options;
      checkData("evaluate", data, model, task);
      using evaluations = evaluator({ model, task, dtype, backend, batchSize });
      return await evaluations.evaluate(params, state, data);
    },
    averaged: () =>
      averaged === undefined ? undefined : trainedHandle({ ...parts, params: averaged, averaged: undefined }),
    toBytes: () => encodeModel(parts),
    save: (path) => writeModelFile(path, encodeModel(parts)),
  };
}

/** The bytes of a model's file. */
export function encodeModel({ params, state, model, task, dtype }: TrainedParts): Uint8Array {
  const facts = {
    task: task.name,
    dtype,
    inputShape: model.inputShape,
    outputShape: model.outputShape,
    parameters: parameterCount(params),
    /** Names that are state; all others are parameters. */
    state: Object.keys(state),
  };
  return encodeFile("model", { tensors: { ...params, ...state }, facts });
}

function checkSummary(summary: TrainingSummary | undefined): TrainingSummary {
  if (summary !== undefined) return summary;
  throw new TrainlogError(
    "trainer/no-summary",
    "printSummary shows a training run, and this model was loaded from a file; nn.summary(mkModel) shows the model",
  );
}
