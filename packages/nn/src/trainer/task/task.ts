/**
 * @file What a model is trained for: a loss, and what else is worth knowing of a batch.
 *
 * A task is pure and has no numbers of its own. `"regression"` and `"classification"` are written in the same terms as a task of your own.
 */
import { describeValue, TrainlogError } from "../../error.ts";
import type { Key, Params } from "../../nn/model.ts";
import { callback, checkOptions, must, text } from "../../options/check-options.ts";
import type { Shape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { checkMetrics } from "../step/check-metrics.ts";
import { classification } from "./classification.ts";
import { regression } from "./regression.ts";

/** What a loss can reach beside outputs and targets. */
export interface LossContext {
  /** The batch that the outputs were computed from, shape `[batch, ...In]`. */
  readonly inputs: AnyTensor;
  readonly params: Params;
  /** Whether the model is being trained. */
  readonly train: boolean;
  /** Randomness for one use, different at each step; undefined in evaluation. */
  readonly key: Key | undefined;
  /** Applies the model to other inputs, shape `[n, ...In]`, with the same parameters. */
  readonly apply: (x: AnyTensor) => AnyTensor;
}

/** Scalars by name. */
export type Metrics = Readonly<Record<string, AnyTensor>>;

/** A loss of your own, with its metrics. `Out` and `Target` are shapes of one example. */
export interface CustomTask<Out extends Shape = Shape, Target extends Shape = Shape> {
  /** What it is called in logs and summaries. Default `"custom"`. */
  readonly name?: string;
  /**
   * The mean loss of a batch: a scalar.
   *
   * @param outputs - Shape `[batch, ...Out]`.
   * @param targets - Shape `[batch, ...Target]`.
   */
  loss(
    outputs: Tensor<readonly [number, ...Out], "float">,
    targets: Tensor<readonly [number, ...Target], "float">,
    context: LossContext,
  ): AnyTensor;
  /** Further numbers of a batch: scalars, means over its examples. */
  metrics?(
    outputs: Tensor<readonly [number, ...Out], "float">,
    targets: Tensor<readonly [number, ...Target], "float">,
    context: LossContext,
  ): Metrics;
}

/** How a trainer is told its task. */
export type TaskOption<Out extends Shape = Shape, Target extends Shape = Shape> =
  | "regression"
  | "classification"
  | CustomTask<Out, Target>
  | CustomTask<Out, Target>["loss"];

/** A task as the trainer uses it. */
export interface Task {
  readonly name: string;
  loss(outputs: AnyTensor, targets: AnyTensor, context: LossContext): AnyTensor;
  metrics(outputs: AnyTensor, targets: AnyTensor, context: LossContext): Metrics;
  /** Shape of one example's target for a model's result; undefined: whatever the loss takes. */
  targetShape(output: Shape): Shape | undefined;
  /** Whether targets are class numbers, so that they are checked and counted in a confusion matrix. */
  readonly isClassification: boolean;
}

/** Shape of one example's target, by task and the shape of the model's result. */
export type TargetShape<T, Out extends Shape> = T extends "regression"
  ? Out
  : T extends "classification"
    ? Out extends readonly [...infer Lead extends Shape, number]
      ? Lead
      : Shape
    : T extends CustomTask<Out, infer Target>
      ? Target
      : Shape;

const TASKS: Readonly<Record<string, Task>> = { regression, classification };

/**
 * The task that an option means.
 *
 * @throws TrainlogError `trainer/bad-option`, `trainer/unknown-option`.
 */
export function taskOf(option: unknown): Task {
  const known = typeof option === "string" && Object.hasOwn(TASKS, option) ? TASKS[option] : undefined;
  if (known !== undefined) return known;
  if (typeof option === "function") return customTask({ loss: option as CustomTask["loss"] });
  if (typeof option !== "object" || option === null) {
    throw new TrainlogError(
      "trainer/bad-option",
      `Trainer.new: task must be "regression", "classification", a loss function or { loss, metrics }, got ${describeValue(option)}`,
    );
  }
  checkOptions(
    "Trainer.new: task",
    option,
    { name: text, loss: callback, metrics: callback },
    { area: "trainer", required: ["loss"] },
  );
  return customTask(option as CustomTask);
}

function customTask(task: CustomTask): Task {
  return {
    name: task.name ?? "custom",
    isClassification: false,
    targetShape: () => undefined,
    // Shapes and element types of a task are those of its trainer's model and data, which are checked.
    loss: (outputs, targets, context) => task.loss(outputs as Tensor<never>, targets as Tensor<never>, context),
    metrics: (outputs, targets, context) =>
      checkMetrics(task.metrics?.(outputs as Tensor<never>, targets as Tensor<never>, context) ?? {}),
  };
}

/** @internal For options that are a float dtype. */
export const checkFloatDType: ReturnType<typeof must> = must(
  '"float" or "f64"',
  (value) => value === ("float" satisfies FloatDType) || value === ("f64" satisfies FloatDType),
);
