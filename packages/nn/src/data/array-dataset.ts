/** @file A data set that lies in two arrays: what most readers end in. */
import { TrainlogError } from "../error.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { BatchArray, Dataset } from "./dataset.ts";

/** Arrays of examples. Bytes stay bytes until they are read, so images take a quarter of the memory. */
export type StoredArray = BatchArray | Uint8Array;

/** Two arrays and what they mean. */
export interface ExampleArrays<In extends Shape, Out extends Shape> {
  /** Row-major, shape `[n, ...inputShape]`. */
  readonly inputs: StoredArray;
  readonly inputShape: In;
  readonly inputDType: DType;
  /** Row-major, shape `[n, ...targetShape]`. */
  readonly targets: StoredArray;
  readonly targetShape: Out;
  readonly targetDType: DType;
  readonly classNames?: readonly string[];
}

/** From this size on `set` with a view is faster than a loop over the row. */
const LONG_ROW = 64;

/**
 * A data set over arrays, which are not copied: whoever calls keeps them unchanged.
 *
 * @param what - Names the data in errors.
 * @throws TrainlogError `data/length-mismatch` when the arrays hold different numbers of examples.
 */
export function arrayDataset<In extends Shape, Out extends Shape>(
  { inputs, inputShape, inputDType, targets, targetShape, targetDType, classNames }: ExampleArrays<In, Out>,
  what: string,
): Dataset<In, Out> {
  const inputSize = sizeOf(inputShape);
  const targetSize = sizeOf(targetShape);
  const length = countOf(inputs, inputSize, inputShape, what);
  const targetCount = countOf(targets, targetSize, targetShape, what);
  if (length !== targetCount) {
    throw new TrainlogError("data/length-mismatch", `${what}: there are ${length} inputs but ${targetCount} targets`);
  }
  return {
    length,
    inputShape,
    targetShape,
    inputDType,
    targetDType,
    ...(classNames === undefined ? {} : { classNames }),
    readInto(indices, inputRows, targetRows) {
      copyRows(inputs, inputSize, indices, inputRows);
      copyRows(targets, targetSize, indices, targetRows);
    },
  };
}

/** Copies the rows with these numbers, one after the other. */
export function copyRows(source: StoredArray, rowSize: number, indices: ArrayLike<number>, target: BatchArray): void {
  for (let i = 0; i < indices.length; i += 1) {
    const from = (indices[i] ?? 0) * rowSize;
    if (rowSize >= LONG_ROW) target.set(source.subarray(from, from + rowSize), i * rowSize);
    else for (let at = 0; at < rowSize; at += 1) target[i * rowSize + at] = source[from + at] ?? 0;
  }
}

function countOf(array: StoredArray, rowSize: number, shape: Shape, what: string): number {
  const count = rowSize === 0 ? 0 : array.length / rowSize;
  if (Number.isInteger(count)) return count;
  throw new TrainlogError(
    "data/length-mismatch",
    `${what}: ${array.length} numbers are no whole number of examples of shape ${showShape(shape)} (${rowSize} numbers each)`,
  );
}
