/** @file All examples of a data set at once. */
import { sizeOf } from "../shape/shape.ts";
import { newArray } from "../tensor/from-data.ts";
import type { BatchArray, Dataset } from "./dataset.ts";

/** A data set's examples, in order. */
export interface AllExamples {
  readonly inputs: BatchArray;
  readonly targets: BatchArray;
}

/** Reads every example. */
export async function readAll(dataset: Dataset, epoch?: number): Promise<AllExamples> {
  const inputs = newArray(dataset.inputDType, dataset.length * sizeOf(dataset.inputShape));
  const targets = newArray(dataset.targetDType, dataset.length * sizeOf(dataset.targetShape));
  await dataset.readInto(
    Array.from({ length: dataset.length }, (_, index) => index),
    inputs,
    targets,
    epoch,
  );
  return { inputs, targets };
}
