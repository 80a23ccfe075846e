/** @file Random orders of any length, without a loop that looks at values: they compile. */

import {
  add,
  concat,
  equal,
  iota,
  less,
  mul,
  notEqual,
  randomBits,
  reshape,
  slice,
  take,
  where,
} from "../primitives/index.ts";
import { checkShape, type Shape } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { Key } from "./key.ts";

/**
 * The numbers 0 … `count − 1` in a random order.
 *
 * Sorts them by 32 random bits each (equal bits, rare below some ten thousands, stay in order).
 *
 * @returns int32, shape `[count]`.
 * @throws TrainlogError `shape/bad-size`.
 */
export function permutation<const Count extends number>(key: Key, count: Count): Tensor<[Count], "int32"> {
  checkShape([count]);
  const order = sortedBy(randomBits(key, [count]), count);
  return order as Tensor<[Count], "int32">;
}

/**
 * The rows of a tensor (its first axis) in a random order.
 *
 * @param x - Shape `[count, ...]`.
 * @returns The same shape.
 * @throws TrainlogError `shape/bad-axis` for a scalar.
 */
export function shuffle<S extends Shape, D extends DType>(key: Key, x: Tensor<S, D>): Tensor<S, D> {
  const rows = take(x, permutation(key, x.shape[0] ?? 1), 0);
  // One index per row: the same shape.
  return rows as Tensor<S, D>;
}

/** Values to sort by, and what belongs to each: shape `[size]`, a power of two. */
interface Pairs {
  readonly keys: AnyTensor;
  readonly items: AnyTensor;
}

/** The numbers 0 … `count − 1`, sorted by `keys`: Batcher's bitonic network (1968), log²(count)/2 rounds of one comparison per pair. */
function sortedBy(keys: AnyTensor, count: number): AnyTensor {
  const size = 2 ** Math.ceil(Math.log2(Math.max(count, 1)));
  const filler = fromNumbers([size - count], new Int32Array(size - count).fill(2 ** 31 - 1), "int32");
  // The numbers from `count` on belong to the filler: sorted behind everything, also behind equal keys, because they are greater.
  let pairs: Pairs = { keys: concat([keys, filler], 0), items: iota([size], 0, "int32") };
  for (let sorted = 2; sorted <= size; sorted *= 2) {
    for (let distance = sorted / 2; distance >= 1; distance /= 2) pairs = compareAt(pairs, distance, sorted);
  }
  return slice(pairs.items, [0], [count]);
}

/** One round: element i and element i + distance change places unless they are in order, which alternates between stretches of `sorted` elements. */
function compareAt({ keys, items }: Pairs, distance: number, sorted: number): Pairs {
  const blocks = (keys.shape[0] ?? 0) / (2 * distance);
  const falling = Int32Array.from({ length: blocks }, (_, block) => (((block * 2 * distance) & sorted) === 0 ? 0 : 1));
  const direction = fromNumbers([blocks, 1, 1], falling, "int32");
  const [lowKeys, highKeys] = halves(keys, blocks, distance);
  const [lowItems, highItems] = halves(items, blocks, distance);
  const tied = mul(equal(lowKeys, highKeys), less(highItems, lowItems));
  const swap = notEqual(add(less(highKeys, lowKeys), tied), direction);
  const exchange = (low: AnyTensor, high: AnyTensor): AnyTensor =>
    reshape(concat([where(swap, high, low), where(swap, low, high)], 1), keys.shape);
  return { keys: exchange(lowKeys, highKeys), items: exchange(lowItems, highItems) };
}

function halves(x: AnyTensor, blocks: number, distance: number): readonly [AnyTensor, AnyTensor] {
  const paired = reshape(x, [blocks, 2, distance]);
  return [slice(paired, [0, 0, 0], [blocks, 1, distance]), slice(paired, [0, 1, 0], [blocks, 2, distance])];
}
