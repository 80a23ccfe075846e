/**
 * @file Batches of a data set, epoch after epoch.
 *
 * The order of an epoch is a function of seed and epoch, so a position is two numbers, and going on from one needs no replay. Arrays are made once and
 * filled again and again; with `prefetch` the next ones fill while the caller works on the last.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { generator } from "../random/generator.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import { newArray } from "../tensor/from-data.ts";
import type { Batch, BatchArray, BatchLoader, Dataset, LoaderPosition } from "./dataset.ts";
import { checkOptionNames, checkWhole } from "./options.ts";

/** How to make batches. */
export interface BatchLoaderOptions {
  /** Examples per batch. */
  readonly batchSize: number;
  /** A new random order in each epoch. Default true. */
  readonly shuffle?: boolean;
  /** Determines the orders. Default 0. */
  readonly seed?: number;
  /** Leave out the last batch of an epoch when it is smaller than the others. Default false. */
  readonly dropLast?: boolean;
  /** How many epochs there are. Default: no end. */
  readonly epochs?: number;
  /** Element type of inputs and targets that are floats. Default `"float"`. */
  readonly dtype?: FloatDType;
  /** Batches that are read ahead, for data sets that answer with promises. Default 1. */
  readonly prefetch?: number;
}

/** Arrays of one batch, and the batches that are given with them: one per size, so that a step makes no objects. */
interface Slot<In extends Shape, Out extends Shape> {
  readonly inputs: BatchArray;
  readonly targets: BatchArray;
  readonly indices: Int32Array;
  readonly bySize: Map<number, ReusedBatch<In, Out>>;
}

/** A batch whose epoch is set when it is filled. */
type ReusedBatch<In extends Shape, Out extends Shape> = {
  -readonly [Key in keyof Batch<In, Out>]: Batch<In, Out>[Key];
};

/** A batch that was begun. */
interface Begun<In extends Shape, Out extends Shape> {
  readonly batch: Batch<In, Out>;
  readonly slot: Slot<In, Out>;
  readonly reading: Promise<void> | undefined;
}

/**
 * Batches of a data set.
 *
 * @returns A loader. Its `next` answers at once when the data lies in memory. A batch and its arrays hold until the next batch is asked for.
 * @throws TrainlogError `data/empty` for a data set without examples, `data/batch-too-large` when a batch needs more examples than there are,
 *   `data/bad-option`, `data/unknown-option`.
 *
 * @example
 * const loader = Data.batchLoader(dataset, { batchSize: 32, seed: 0 });
 * for await (const { inputs, targets } of loader) …                // one epoch
 */
export function batchLoader<In extends Shape, Out extends Shape>(
  dataset: Dataset<In, Out>,
  options: BatchLoaderOptions,
): BatchLoader<In, Out> {
  const {
    batchSize,
    shuffle = true,
    seed = 0,
    dropLast = false,
    epochs = Infinity,
    dtype = "float",
    prefetch = 1,
  } = options;
  checkOptions(dataset, options);
  const batchesPerEpoch = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
  const orderOf = epochOrders(dataset.length, shuffle ? seed : undefined);
  let free: Slot<In, Out>[] = [];
  let begun: Begun<In, Out>[] = [];
  let lent: Slot<In, Out> | undefined;
  /** The next batch to begin. */
  let ahead: LoaderPosition = { epoch: 0, batch: 0 };
  /** The next batch to give. */
  let place = ahead;

  const begin = (): Begun<In, Out> => {
    const slot = free.pop() ?? newSlot(dataset, batchSize, dtype);
    const start = ahead.batch * batchSize;
    const size = Math.min(batchSize, dataset.length - start);
    const order = orderOf(ahead.epoch);
    for (let i = 0; i < size; i += 1) slot.indices[i] = order[start + i] ?? 0;
    const batch = batchIn(slot, size, dataset, dtype);
    batch.epoch = ahead.epoch;
    const read = dataset.readInto(batch.indices, slot.inputs, slot.targets, ahead.epoch);
    const reading = read instanceof Promise ? read : undefined;
    // Whoever takes the batch sees the failure; until then nobody does.
    reading?.catch(() => {});
    ahead = after(ahead, batchesPerEpoch);
    return { batch, slot, reading };
  };

  const next = (): Batch<In, Out> | undefined | Promise<Batch<In, Out> | undefined> => {
    if (lent !== undefined) free.push(lent);
    lent = undefined;
    if (place.epoch >= epochs) return undefined;
    const { batch, slot, reading } = begun.shift() ?? begin();
    lent = slot;
    place = after(place, batchesPerEpoch);
    if (reading === undefined) return batch;
    while (begun.length < prefetch && ahead.epoch < epochs) begun.push(begin());
    return reading.then(() => batch);
  };

  return {
    dataset,
    batchSize,
    batchesPerEpoch,
    next,
    position: () => place,
    seek(position) {
      checkPosition(position, batchesPerEpoch);
      // Arrays of batches that were begun may still be written to.
      free = [];
      begun = [];
      lent = undefined;
      place = { epoch: position.epoch, batch: position.batch };
      ahead = place;
    },
    async *[Symbol.asyncIterator]() {
      const { epoch } = place;
      while (place.epoch === epoch) {
        const batch = await next();
        if (batch === undefined) return;
        yield batch;
      }
    },
  };
}

function after({ epoch, batch }: LoaderPosition, batchesPerEpoch: number): LoaderPosition {
  return batch + 1 < batchesPerEpoch ? { epoch, batch: batch + 1 } : { epoch: epoch + 1, batch: 0 };
}

/** The order of the examples in an epoch, valid until another epoch is asked for. Without a seed always the stored order. */
function epochOrders(length: number, seed: number | undefined): (epoch: number) => Int32Array {
  const order = Int32Array.from({ length }, (_, index) => index);
  if (seed === undefined) return () => order;
  const base = generator(seed).fork("batches");
  let known = -1;
  return (epoch) => {
    if (epoch !== known) {
      for (let i = 0; i < length; i += 1) order[i] = i;
      base.fork(epoch).shuffle(order);
      known = epoch;
    }
    return order;
  };
}

function newSlot<In extends Shape, Out extends Shape>(
  { inputShape, targetShape, inputDType, targetDType }: Dataset<In, Out>,
  batchSize: number,
  dtype: FloatDType,
): Slot<In, Out> {
  return {
    inputs: newArray(widened(inputDType, dtype), batchSize * sizeOf(inputShape)),
    targets: newArray(widened(targetDType, dtype), batchSize * sizeOf(targetShape)),
    indices: new Int32Array(batchSize),
    bySize: new Map(),
  };
}

/** The element type of a batch: whole numbers as they are, floats as asked. */
function widened(stored: DType, dtype: FloatDType): DType {
  return stored === "int32" ? "int32" : dtype;
}

function batchIn<In extends Shape, Out extends Shape>(
  { inputs, targets, indices, bySize }: Slot<In, Out>,
  size: number,
  { inputShape, targetShape, inputDType, targetDType }: Dataset<In, Out>,
  dtype: FloatDType,
): ReusedBatch<In, Out> {
  const known = bySize.get(size);
  if (known !== undefined) return known;
  const batch: ReusedBatch<In, Out> = {
    size,
    inputs: inputs.subarray(0, size * sizeOf(inputShape)),
    inputShape: [size, ...inputShape],
    inputDType: widened(inputDType, dtype),
    targets: targets.subarray(0, size * sizeOf(targetShape)),
    targetShape: [size, ...targetShape],
    targetDType: widened(targetDType, dtype),
    indices: indices.subarray(0, size),
    epoch: 0,
  };
  bySize.set(size, batch);
  return batch;
}

function checkOptions(dataset: Dataset, options: BatchLoaderOptions): void {
  checkOptionNames("batchLoader", options, ["batchSize", "shuffle", "seed", "dropLast", "epochs", "dtype", "prefetch"]);
  const { batchSize, epochs = Infinity, prefetch = 1 } = options;
  checkWhole("batchLoader: batchSize", batchSize, 1);
  checkWhole("batchLoader: prefetch", prefetch, 0);
  if (epochs !== Infinity) checkWhole("batchLoader: epochs", epochs, 1);
  if (dataset.length === 0) throw new TrainlogError("data/empty", "batchLoader: the data set has no examples");
  if (batchSize > dataset.length) {
    throw new TrainlogError(
      "data/batch-too-large",
      `batchLoader: batchSize is ${batchSize}, but the data set has ${dataset.length} examples; use at most that many`,
    );
  }
}

function checkPosition(position: LoaderPosition, batchesPerEpoch: number): void {
  const { epoch, batch } = position;
  const isPlace = Number.isSafeInteger(epoch) && epoch >= 0 && Number.isSafeInteger(batch) && batch >= 0;
  if (isPlace && batch < batchesPerEpoch) return;
  throw new TrainlogError(
    "data/bad-position",
    `a position is { epoch, batch } with batch below ${batchesPerEpoch}, got { epoch: ${describeValue(epoch)}, batch: ${describeValue(batch)} }; ` +
      "was it saved with another data set or batch size?",
  );
}
