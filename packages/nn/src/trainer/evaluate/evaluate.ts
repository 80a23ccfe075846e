/** @file A model on a data set: mean loss and metrics, and for classes the confusion matrix. */

import { scope } from "../../autograd/transforms.ts";
import { compile } from "../../compile/index.ts";
import { batchLoader } from "../../data/batch-loader.ts";
import type { Batch, BatchLoader, Dataset } from "../../data/dataset.ts";
import type { Model, Params, State } from "../../nn/model.ts";
import { fill } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { batchTensors } from "../data/batch-tensors.ts";
import { checkLabels } from "../data/check-data.ts";
import { BoundModel } from "../step/bound-model.ts";
import { readScalar, readScalars } from "../step/read-scalars.ts";
import type { Backend } from "../step/runner.ts";
import { predictedClasses } from "../task/classification.ts";
import type { Task } from "../task/task.ts";
import { TaskContext } from "../task/task-context.ts";

/** What an evaluation found. */
export interface Evaluation {
  /** Mean loss over the examples. */
  readonly loss: number;
  /** Means of the task's metrics over the examples: `mae`, `accuracy`, …. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Fraction of right classes; classification only. */
  readonly accuracy?: number;
  /** How many of true class `i` were predicted as `j`: `counts[i][j]`; classification into at most 1024 classes only. */
  readonly confusion?: { readonly counts: readonly (readonly number[])[]; readonly labels: readonly string[] };
  /** Number of examples. */
  readonly examples: number;
}

/** Evaluates parameters on data sets. */
export interface Evaluator extends Disposable {
  /**
   * @param limit - Looks at the first so many examples only.
   * @throws TrainlogError `trainer/bad-label`, and what the data set throws.
   */
  evaluate(params: Params, state: State, dataset: Dataset, limit?: number): Promise<Evaluation>;
}

/** What an evaluator needs. */
export interface EvaluatorSetup {
  readonly model: Model<Shape, Shape>;
  readonly task: Task;
  /** Evaluations of `"onnx"` run compiled: they are short, and the numbers are here. */
  readonly backend: Backend;
  readonly dtype: FloatDType;
  /** Examples per batch. */
  readonly batchSize: number;
}

type BatchResult = {
  readonly loss: AnyTensor;
  readonly metrics: Readonly<Record<string, AnyTensor>>;
  readonly classes: AnyTensor;
};

/** An evaluator of a model on a task. */
export function evaluator(setup: EvaluatorSetup): Evaluator {
  const forward = (args: Numbers): BatchResult => evaluateBatch(setup, args);
  const compiled = setup.backend === "eager" ? undefined : compile(forward);
  const run = compiled ?? forward;
  return {
    [Symbol.dispose]: () => compiled?.dispose(),
    async evaluate(params, state, dataset, limit = dataset.length) {
      const examples = Math.min(limit, dataset.length);
      const classes = setup.task.isClassification ? setup.model.outputShape.at(-1) : undefined;
      const totals = new Totals(classes);
      const loader = batchLoader(dataset, {
        batchSize: Math.min(setup.batchSize, examples),
        shuffle: false,
        epochs: 1,
        dtype: setup.dtype,
      });
      const tensors = batchTensors(setup.dtype);
      try {
        for await (const batch of firstOf(loader, examples)) {
          if (classes !== undefined) checkLabels(batch.targets, batch.indices, classes);
          const [x, y] = tensors.fill(batch);
          scope(() => totals.add(run({ params, state, x, y }), batch.targets, batch.size));
        }
      } finally {
        tensors.dispose();
      }
      return totals.evaluation(dataset.classNames);
    },
  };
}

/** Batches until so many examples were seen: to whole batches, so that there are only two sizes. */
async function* firstOf(loader: BatchLoader, examples: number): AsyncGenerator<Batch> {
  let seen = 0;
  for await (const batch of loader) {
    yield batch;
    seen += batch.size;
    if (seen >= examples) return;
  }
}

type Numbers = { readonly params: Params; readonly state: State; readonly x: AnyTensor; readonly y: AnyTensor };

function evaluateBatch({ model, task }: EvaluatorSetup, { params, state, x, y }: Numbers): BatchResult {
  const call = new BoundModel(model, params, state, { key: undefined, train: false });
  const outputs = call.apply(x);
  const context = new TaskContext(call, x);
  return {
    loss: task.loss(outputs, y, context),
    metrics: task.metrics(outputs, y, context),
    classes: task.isClassification ? predictedClasses(outputs) : fill([0], 0, "int32"),
  };
}

/** Most classes of a confusion matrix: the vocabulary of a language model would make one of gigabytes. */
const MAX_CONFUSION_CLASSES = 1024;

/** Sums over batches. */
class Totals {
  private examples = 0;
  private loss = 0;
  private right = 0;
  private labels = 0;
  private readonly metrics = new Map<string, number>();
  private readonly isClassification: boolean;
  private readonly counts: number[][] | undefined;

  constructor(classes: number | undefined) {
    this.isClassification = classes !== undefined;
    if (classes !== undefined && classes <= MAX_CONFUSION_CLASSES) {
      this.counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    }
  }

  add({ loss, metrics, classes }: BatchResult, targets: ArrayLike<number>, size: number): void {
    this.examples += size;
    this.loss += readScalar(loss) * size;
    for (const [name, value] of Object.entries(readScalars(metrics))) {
      this.metrics.set(name, (this.metrics.get(name) ?? 0) + value * size);
    }
    if (this.isClassification) this.count(classes.data(), targets);
  }

  private count(predicted: ArrayLike<number>, targets: ArrayLike<number>): void {
    for (let i = 0; i < targets.length; i += 1) {
      const [truth, guess] = [targets[i] ?? 0, predicted[i] ?? 0];
      const row = this.counts?.[truth];
      if (row !== undefined) row[guess] = (row[guess] ?? 0) + 1;
      this.labels += 1;
      this.right += Number(truth === guess);
    }
  }

  evaluation(classNames: readonly string[] | undefined): Evaluation {
    const mean = (sum: number): number => sum / this.examples;
    const metrics = Object.fromEntries([...this.metrics].map(([name, sum]) => [name, mean(sum)]));
    const base = { loss: mean(this.loss), metrics, examples: this.examples };
    if (!this.isClassification) return base;
    const accuracy = this.right / this.labels;
    if (this.counts === undefined) return { ...base, accuracy };
    const labels = this.counts.map((_, label) => classNames?.[label] ?? String(label));
    return { ...base, accuracy, confusion: { counts: this.counts, labels } };
  }
}
