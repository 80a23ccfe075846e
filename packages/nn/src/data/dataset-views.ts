/** @file Data sets made of other data sets: parts and joins. Nothing is copied. */
import { describeValue, TrainlogError } from "../error.ts";
import { type Shape, sameShape, showShape, sizeOf } from "../shape/shape.ts";
import { newArray } from "../tensor/from-data.ts";
import type { BatchArray, Dataset } from "./dataset.ts";
import { checkOptionNames, checkWhole } from "./options.ts";
import { splitIndices, stratifiedSplitIndices } from "./split-indices.ts";

/**
 * Some examples of a data set, in the given order; an example may come more than once.
 *
 * @throws TrainlogError `data/bad-index` for a number that is no example's.
 */
export function subset<In extends Shape, Out extends Shape>(
  dataset: Dataset<In, Out>,
  indices: ArrayLike<number>,
): Dataset<In, Out> {
  const chosen = Int32Array.from(indices);
  for (let i = 0; i < chosen.length; i += 1) {
    const index = indices[i];
    if (Number.isInteger(index) && (index ?? -1) >= 0 && (index ?? 0) < dataset.length) continue;
    throw new TrainlogError(
      "data/bad-index",
      `subset: index ${i} is ${describeValue(index)}; examples are numbered from 0 to ${dataset.length - 1}`,
    );
  }
  return {
    ...described(dataset),
    length: chosen.length,
    readInto(asked, inputs, targets, epoch) {
      const places = new Int32Array(asked.length);
      for (let i = 0; i < places.length; i += 1) places[i] = chosen[asked[i] ?? 0] ?? 0;
      return dataset.readInto(places, inputs, targets, epoch);
    },
  };
}

/**
 * The first `count` examples (all of them when there are fewer).
 *
 * @throws TrainlogError `data/bad-option`.
 */
export function take<In extends Shape, Out extends Shape>(dataset: Dataset<In, Out>, count: number): Dataset<In, Out> {
  checkWhole("take: count", count, 0);
  return subset(
    dataset,
    Int32Array.from({ length: Math.min(count, dataset.length) }, (_, index) => index),
  );
}

/** How to divide a data set. */
export interface SplitOptions {
  /** Share of the examples that are for testing, from 0 to 1. Default 0.2. */
  readonly testFraction?: number;
  /** Which examples they are. Default 0. */
  readonly seed?: number;
  /** Both parts get the same share of each class; for targets of shape `[]`. Default false. */
  readonly stratify?: boolean;
}

/** A data set in two parts. */
export interface Split<In extends Shape, Out extends Shape> {
  readonly train: Dataset<In, Out>;
  readonly test: Dataset<In, Out>;
}

/**
 * Divides a data set at random into training and test: the same seed gives the same parts on every machine. Both keep the order of the examples.
 *
 * @throws TrainlogError `data/bad-option`, `data/unknown-option`.
 *
 * @example
 * const { train, test } = await Data.split(dataset, { testFraction: 0.25, seed: 1 });
 */
export async function split<In extends Shape, Out extends Shape>(
  dataset: Dataset<In, Out>,
  options: SplitOptions = {},
): Promise<Split<In, Out>> {
  checkOptionNames("split", options, ["testFraction", "seed", "stratify"]);
  const { testFraction = 0.2, seed = 0, stratify = false } = options;
  const parts = stratify
    ? stratifiedSplitIndices(await labelsOf(dataset), testFraction, seed)
    : splitIndices(dataset.length, testFraction, seed);
  return { train: subset(dataset, parts.train), test: subset(dataset, parts.test) };
}

/**
 * The targets of a data set of classes, one number per example.
 *
 * @throws TrainlogError `data/bad-target` unless targets have shape `[]`.
 */
export async function labelsOf(dataset: Dataset): Promise<Int32Array> {
  if (dataset.targetShape.length !== 0) {
    throw new TrainlogError(
      "data/bad-target",
      `classes are targets of shape [], these have shape ${showShape(dataset.targetShape)}`,
    );
  }
  // Inputs are read along and thrown away, so in pieces.
  const rows = 256;
  const inputs = newArray(dataset.inputDType, rows * sizeOf(dataset.inputShape));
  const targets = newArray(dataset.targetDType, rows);
  const labels = new Int32Array(dataset.length);
  for (let start = 0; start < dataset.length; start += rows) {
    const indices = Int32Array.from({ length: Math.min(rows, dataset.length - start) }, (_, i) => start + i);
    await dataset.readInto(indices, inputs, targets);
    labels.set(targets.subarray(0, indices.length), start);
  }
  return labels;
}

/**
 * The examples of several data sets, one after the other.
 *
 * @throws TrainlogError `data/empty` for no data set, `shape/mismatch` or `dtype/mismatch` when one is unlike the first.
 */
export function concat<In extends Shape, Out extends Shape>(datasets: readonly Dataset<In, Out>[]): Dataset<In, Out> {
  const [first] = datasets;
  if (first === undefined) throw new TrainlogError("data/empty", "concat joins at least one data set, got none");
  datasets.forEach((dataset, i) => {
    checkAlike(first, dataset, i);
  });
  const starts = [0];
  for (const { length } of datasets) starts.push((starts.at(-1) ?? 0) + length);
  return {
    ...described(first),
    length: starts.at(-1) ?? 0,
    readInto: (indices, inputs, targets, epoch) => readParts(datasets, starts, indices, inputs, targets, epoch),
  };
}

/** Reads each row from the data set that it belongs to; rows go through one-row views, so parts may be mixed in any order. */
function readParts(
  datasets: readonly Dataset[],
  starts: readonly number[],
  indices: ArrayLike<number>,
  inputs: BatchArray,
  targets: BatchArray,
  epoch: number | undefined,
): void | Promise<void> {
  const waiting: Promise<void>[] = [];
  for (let i = 0; i < indices.length; i += 1) {
    const index = indices[i] ?? 0;
    const part = starts.findLastIndex((start, at) => start <= index && at < datasets.length);
    const dataset = datasets[part];
    if (dataset === undefined) continue;
    const one = [index - (starts[part] ?? 0)];
    const read = dataset.readInto(one, row(inputs, i, dataset.inputShape), row(targets, i, dataset.targetShape), epoch);
    if (read !== undefined) waiting.push(read);
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
}

/** @internal A view of the i-th row. */
export function row(rows: BatchArray, i: number, shape: Shape): BatchArray {
  const size = sizeOf(shape);
  return rows.subarray(i * size, (i + 1) * size);
}

/** @internal Everything that a part of a data set has in common with it. */
export function described<In extends Shape, Out extends Shape>(
  dataset: Dataset<In, Out>,
): Omit<Dataset<In, Out>, "length" | "readInto"> {
  const { inputShape, targetShape, inputDType, targetDType, classNames } = dataset;
  return { inputShape, targetShape, inputDType, targetDType, ...(classNames === undefined ? {} : { classNames }) };
}

function checkAlike(first: Dataset, dataset: Dataset, i: number): void {
  const sides = [
    ["inputs", first.inputShape, dataset.inputShape, first.inputDType, dataset.inputDType],
    ["targets", first.targetShape, dataset.targetShape, first.targetDType, dataset.targetDType],
  ] as const;
  for (const [side, wantedShape, shape, wantedDType, dtype] of sides) {
    if (!sameShape(wantedShape, shape)) {
      throw new TrainlogError(
        "shape/mismatch",
        `concat: the ${side} of data set ${i} have shape ${showShape(shape)}, those of data set 0 ${showShape(wantedShape)}`,
      );
    }
    if (wantedDType !== dtype) {
      throw new TrainlogError(
        "dtype/mismatch",
        `concat: the ${side} of data set ${i} have dtype ${dtype}, those of data set 0 ${wantedDType}`,
      );
    }
  }
}
