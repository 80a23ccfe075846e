/**
 * @file `Trainer`: from a model, a task and data to a trained model.
 *
 * @example
 * const trainer = Trainer.new(mkModel, { task: "regression", optimizer: optim.adam({ lr: 0.03 }), seed: 0 });
 * const trained = await trainer.train(data, { steps: 200, batchSize: 16 });
 * trained.printSummary();
 */

export type { Dataset } from "../data/dataset.ts";
export * as Advanced from "./advanced/index.ts";
export type { Callbacks, EndEvent, EvaluationEvent, StepEvent, Stop, StoppedBy } from "./callbacks.ts";
export type { Evaluation } from "./evaluate/evaluate.ts";
export type { LogOption, NewRunOptions } from "./log/open-log.ts";
export type { RunLike } from "./log/run-sink.ts";
export { NonFiniteError, type NonFiniteFacts } from "./non-finite-error.ts";
export * as Probe from "./probe/index.ts";
export type { ProbeReport, TrainingSummary } from "./report/summary.ts";
export type { Terminal } from "./report/terminal.ts";
export type { Backend } from "./step/runner.ts";
export type { CustomTask, LossContext, Metrics, TargetShape, TaskOption } from "./task/task.ts";
export type { CheckpointOptions, EarlyStoppingOptions, TrainOptions } from "./train-options.ts";
export type { EvaluateOptions, Trained } from "./trained.ts";
export { load, newTrainer as new, type Trainer, type TrainerOptions } from "./trainer.ts";
