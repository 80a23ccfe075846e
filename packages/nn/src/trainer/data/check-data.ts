/** @file Checks of a data set against model and task, before anything is allocated for training. */
import type { BatchArray, Dataset } from "../../data/dataset.ts";
import { describeValue, TrainlogError } from "../../error.ts";
import type { Model } from "../../nn/model.ts";
import { type Shape, showShape, sizeOf } from "../../shape/shape.ts";
import type { Task } from "../task/task.ts";

/** Elements of inputs that are read once more to check labels before training; above it labels are checked batch by batch only. */
const MAX_CHECKED_ELEMENTS = 16_000_000;

/**
 * Checks length, shapes and element types.
 *
 * @param what - Names the data in the error: `"train"`, `"train: evalData"`.
 * @throws TrainlogError `data/empty`, `trainer/bad-option` for what is no data set, `shape/mismatch` or `dtype/mismatch` when model or task want another.
 */
export function checkData(what: string, dataset: Dataset, model: Model<Shape, Shape>, task: Task): void {
  if (typeof dataset !== "object" || dataset === null || typeof dataset.readInto !== "function") {
    throw new TrainlogError(
      "trainer/bad-option",
      `${what}: expected a data set such as Data.tensorDataset(xs, ys), got ${describeGiven(dataset)}`,
    );
  }
  if (dataset.length === 0) throw new TrainlogError("data/empty", `${what}: the data set has no examples`);
  checkFits(`${what}: the model takes examples`, model.inputShape, `the data set's inputs`, dataset.inputShape);
  const target = task.targetShape(model.outputShape);
  if (target !== undefined) {
    const words = task.isClassification
      ? "classification takes class numbers as targets"
      : `${task.name} takes targets`;
    checkFits(`${what}: ${words}`, target, "the data set's targets", dataset.targetShape);
  }
  checkDTypes(what, dataset, model, task);
}

/** Sizes that only the data knows are −1 in a model's shape. */
function checkFits(subject: string, expected: Shape, of: string, got: Shape): void {
  const fits = expected.length === got.length && expected.every((size, axis) => size === -1 || size === got[axis]);
  if (fits) return;
  const words = `[${expected.map((size) => (size === -1 ? "?" : size)).join(", ")}]`;
  throw new TrainlogError("shape/mismatch", `${subject} of shape ${words}, but ${of} have shape ${showShape(got)}`);
}

function checkDTypes(what: string, { inputDType, targetDType }: Dataset, model: Model<Shape, Shape>, task: Task): void {
  if ((model.inputDType === "int32") !== (inputDType === "int32")) {
    throw new TrainlogError(
      "dtype/mismatch",
      `${what}: the model takes ${model.inputDType === "int32" ? "int32 tokens" : "floats"}, but the data set's inputs are ${inputDType}`,
    );
  }
  if (task.isClassification && targetDType !== "int32") {
    throw new TrainlogError(
      "dtype/mismatch",
      `${what}: classification takes int32 class numbers as targets, but the data set's are ${targetDType}; give { targetDType: "int32" }, or a custom loss`,
    );
  }
}

/**
 * Checks class numbers.
 *
 * @param rows - Number of the example of each label, for the message; several labels may belong to one example.
 * @throws TrainlogError `trainer/bad-label` naming the row, the label and the classes.
 */
export function checkLabels(labels: BatchArray, rows: ArrayLike<number>, classes: number): void {
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at] ?? -1;
    if (label >= 0 && label < classes) continue;
    const perRow = Math.max(1, labels.length / rows.length);
    throw new TrainlogError(
      "trainer/bad-label",
      `example ${rows[Math.floor(at / perRow)]} has the label ${label}, but the model has ${classes} classes: labels go from 0 to ${classes - 1}`,
    );
  }
}

/**
 * Reads all labels of a data set that lies in memory and checks them.
 *
 * @throws TrainlogError `trainer/bad-label`.
 */
export async function checkAllLabels(dataset: Dataset, classes: number): Promise<void> {
  const [inputSize, targetSize] = [sizeOf(dataset.inputShape), sizeOf(dataset.targetShape)];
  if (dataset.length * inputSize > MAX_CHECKED_ELEMENTS) return;
  const rows = Math.min(dataset.length, Math.max(1, Math.floor(65_536 / Math.max(1, inputSize))));
  const inputs = dataset.inputDType === "int32" ? new Int32Array(rows * inputSize) : new Float32Array(rows * inputSize);
  const labels = new Int32Array(rows * targetSize);
  for (let start = 0; start < dataset.length; start += rows) {
    const indices = Int32Array.from({ length: Math.min(rows, dataset.length - start) }, (_, i) => start + i);
    const reading = dataset.readInto(indices, inputs, labels);
    // One that reads files would be read twice: its labels are checked batch by batch.
    if (reading instanceof Promise) return await reading;
    checkLabels(labels.subarray(0, indices.length * targetSize), indices, classes);
  }
}

/** What was given instead of a data set, and what was likely meant. */
function describeGiven(given: unknown): string {
  if (given instanceof Promise) return "a promise: await it";
  const isSplit = typeof given === "object" && given !== null && "train" in given && "test" in given;
  return isSplit ? "a split of one: pass its train (and its test as evalData)" : describeValue(given);
}
