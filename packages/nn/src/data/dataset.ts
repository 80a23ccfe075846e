/**
 * @file The contract between data and whoever trains on it: examples by number, written into arrays that the caller keeps.
 *
 * A data set says what its examples look like and copies the asked ones, in the asked order, into row-major arrays. Nothing is allocated per batch, and
 * one that lies in memory answers at once; one that reads files answers with a promise.
 */
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";

/** Row-major elements of a batch. */
export type BatchArray = Float32Array | Float64Array | Int32Array;

/** Examples with inputs of shape `In` and targets of shape `Out` (both without the batch axis). */
export interface Dataset<In extends Shape = Shape, Out extends Shape = Shape> {
  /** Number of examples. */
  readonly length: number;
  readonly inputShape: In;
  readonly targetShape: Out;
  /** Element type of the inputs as they are stored. Arrays for `"float"` inputs may be Float32Array or Float64Array. */
  readonly inputDType: DType;
  /** `"int32"` for class numbers and tokens. */
  readonly targetDType: DType;
  /** Names of the classes, when targets are class numbers and the data set knows them. */
  readonly classNames?: readonly string[];
  /**
   * Copies examples into arrays: the i-th asked one becomes the i-th row.
   *
   * @param indices - Numbers of examples, each from 0 to `length − 1`.
   * @param inputs - At least `indices.length` rows of the input's size; whatever lies behind them stays.
   * @param targets - The same for targets.
   * @param epoch - How often the data was gone through before; default 0. Data sets with random augmentation give other variants in each epoch, and
   *   the same ones for the same epoch.
   * @returns Nothing when the rows are there already, else a promise of it.
   */
  readInto(indices: ArrayLike<number>, inputs: BatchArray, targets: BatchArray, epoch?: number): void | Promise<void>;
}

/** Where a loader stands: plain data for a checkpoint. */
export interface LoaderPosition {
  /** Epochs that are complete. */
  readonly epoch: number;
  /** Batches of the current epoch that were taken. */
  readonly batch: number;
}

/** One batch. It and its arrays belong to the loader and hold until the next batch is asked for. */
export interface Batch<In extends Shape = Shape, Out extends Shape = Shape> {
  /** Number of examples. */
  readonly size: number;
  /** Row-major, shape `[size, ...In]`. */
  readonly inputs: BatchArray;
  readonly inputShape: readonly [number, ...In];
  readonly inputDType: DType;
  /** Row-major, shape `[size, ...Out]`. */
  readonly targets: BatchArray;
  readonly targetShape: readonly [number, ...Out];
  readonly targetDType: DType;
  /** Numbers of the examples. */
  readonly indices: Int32Array;
  /** Epoch that the batch belongs to, counting from 0. */
  readonly epoch: number;
}

/** Batches of a data set, epoch after epoch. Iterating over it gives the rest of the current epoch. */
export interface BatchLoader<In extends Shape = Shape, Out extends Shape = Shape>
  extends AsyncIterable<Batch<In, Out>> {
  readonly dataset: Dataset<In, Out>;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  /** The next batch; starts the next epoch by itself. Undefined after the last epoch. Not to be called again before the answer is there. */
  next(): Batch<In, Out> | undefined | Promise<Batch<In, Out> | undefined>;
  /** Where the next batch will come from. */
  position(): LoaderPosition;
  /** Goes to a position: the batches that follow are those that followed it before. */
  seek(position: LoaderPosition): void;
}
