/** @file Where a training loop gets its batches: from a data set by a loader, or from a function of the step. */
import type { Batch, BatchLoader, LoaderPosition } from "../../data/dataset.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { batchTensors } from "./batch-tensors.ts";
import { checkLabels } from "./check-data.ts";

/** Gives batches, one per step. */
export interface BatchSource {
  /** The tensors of a step's batch; they hold until the next call. Undefined when there are no more. */
  next(step: number): readonly AnyTensor[] | undefined | Promise<readonly AnyTensor[] | undefined>;
  /** Examples of the batch that was given last. */
  batchSize(): number;
  /** Numbers of that batch's examples in the data set; undefined when there is none. */
  examples?(): ArrayLike<number> | undefined;
  /** Complete epochs; undefined when there are no epochs. */
  epoch(): number | undefined;
  /** Where the next batch comes from, for a checkpoint; undefined when the step says it all. */
  position(): LoaderPosition | undefined;
  seek(position: LoaderPosition): void;
  dispose(): void;
}

/** What a loader's batches become. */
export interface LoaderSourceOptions {
  readonly dtype: FloatDType;
  /** Number of classes that labels are checked against; undefined: targets are no labels. */
  readonly classes: number | undefined;
}

/** Batches of a loader. */
export function loaderSource(loader: BatchLoader, { dtype, classes }: LoaderSourceOptions): BatchSource {
  const tensors = batchTensors(dtype);
  let size = 0;
  let examples: Int32Array | undefined;
  const give = (batch: Batch | undefined): readonly AnyTensor[] | undefined => {
    if (batch === undefined) return undefined;
    if (classes !== undefined) checkLabels(batch.targets, batch.indices, classes);
    size = batch.size;
    examples = batch.indices;
    return tensors.fill(batch);
  };
  return {
    next() {
      const batch = loader.next();
      return batch instanceof Promise ? batch.then(give) : give(batch);
    },
    batchSize: () => size,
    examples: () => examples,
    epoch: () => loader.position().epoch,
    position: () => loader.position(),
    seek: (position) => loader.seek(position),
    dispose: () => tensors.dispose(),
  };
}
