/**
 * @file Batches of a data set, epoch after epoch.
 *
 * The order of an epoch is a function of seed and epoch, so a position is two numbers, and going on from one needs no replay. Arrays are made once and
 * filled again and again; with `prefetch` the next ones fill while the caller works on the last.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { generator } from "../random/generator.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import type { Batch, BatchArray, BatchLoader, Dataset, LoaderPosition } from "./dataset.ts";
import { newArray } from "./new-array.ts";
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
  /** Batches that are read ahead, for data sets that answer with promises. Default 1. */
  readonly prefetch?: number;
}

/** Arrays of one batch. */
interface Slot {
  readonly inputs: BatchArray;
  readonly targets: BatchArray;
  readonly indices: Int32Array;
}

/** A batch that was begun. */
interface Begun<In extends Shape, Out extends Shape> {
  readonly batch: Batch<In, Out>;
  readonly slot: Slot;
  readonly reading: Promise<void> | undefined;
}

/**
 * Batches of a data set.
 *
 * @returns A loader. Its `next` answers at once when the data lies in memory. A batch's arrays hold until the next batch is asked for.
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
  const { batchSize, shuffle = true, seed = 0, dropLast = false, epochs = Infinity, prefetch = 1 } = options;
  checkOptions(dataset, options);
  const batchesPerEpoch = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
  const orderOf = epochOrders(dataset.length, shuffle ? seed : undefined);
  let free: Slot[] = [];
  let begun: Begun<In, Out>[] = [];
  let lent: Slot | undefined;
  /** The next batch to begin. */
  let ahead: LoaderPosition = { epoch: 0, batch: 0 };
  /** The next batch to give. */
  let place = ahead;

  const begin = (): Begun<In, Out> => {
    const slot = free.pop() ?? newSlot(dataset, batchSize);
    const start = ahead.batch * batchSize;
    const size = Math.min(batchSize, dataset.length - start);
    slot.indices.set(orderOf(ahead.epoch).subarray(start, start + size));
    const batch = batchIn(slot, size, dataset, ahead.epoch);
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

/** The order of the examples in an epoch; the last one is kept. Without a seed always the stored order. */
function epochOrders(length: number, seed: number | undefined): (epoch: number) => Int32Array {
  let known = -1;
  let order = Int32Array.from({ length }, (_, index) => index);
  if (seed === undefined) return () => order;
  const base = generator(seed).fork("batches");
  return (epoch) => {
    if (epoch !== known) {
      order = base.fork(epoch).permutation(length);
      known = epoch;
    }
    return order;
  };
}

function newSlot(dataset: Dataset, batchSize: number): Slot {
  return {
    inputs: newArray(dataset.inputDType, batchSize * sizeOf(dataset.inputShape)),
    targets: newArray(dataset.targetDType, batchSize * sizeOf(dataset.targetShape)),
    indices: new Int32Array(batchSize),
  };
}

function batchIn<In extends Shape, Out extends Shape>(
  { inputs, targets, indices }: Slot,
  size: number,
  { inputShape, targetShape, inputDType, targetDType }: Dataset<In, Out>,
  epoch: number,
): Batch<In, Out> {
  const isFull = size === indices.length;
  return {
    size,
    inputs: isFull ? inputs : inputs.subarray(0, size * sizeOf(inputShape)),
    inputShape: [size, ...inputShape],
    inputDType,
    targets: isFull ? targets : targets.subarray(0, size * sizeOf(targetShape)),
    targetShape: [size, ...targetShape],
    targetDType,
    indices: isFull ? indices : indices.subarray(0, size),
    epoch,
  };
}

function checkOptions(dataset: Dataset, options: BatchLoaderOptions): void {
  checkOptionNames("batchLoader", options, ["batchSize", "shuffle", "seed", "dropLast", "epochs", "prefetch"]);
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
