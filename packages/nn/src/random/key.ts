/**
 * @file Keys: randomness as a value. A key is used once, and gives new keys by `split` and `foldIn` (Threefry-2x32, as in JAX).
 *
 * Everything here is a pure function of tensors: it compiles, and the same key gives the same numbers eagerly and compiled.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { foldIn as foldInTensor, reshape, scalar, slice, splitKey } from "../primitives/index.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { checkSeed } from "./generator.ts";

/** A source of randomness for one use: int32, shape `[2]`. */
export type Key = Tensor<[2], "int32">;

/**
 * The key of a seed, as `jax.random.key_data(jax.random.key(seed))`: the seed's upper and lower 32 bits.
 *
 * @param seed - A whole number from 0 to 2^53 − 1.
 * @throws TrainlogError `random/bad-seed`.
 *
 * @example
 * const [forDropout, forNoise] = random.split(random.key(0));
 */
export function key(seed: number): Key {
  checkSeed(seed);
  return asKey(fromNumbers([2], [Math.floor(seed / 2 ** 32) | 0, seed | 0], "int32"));
}

/** As many keys as are asked for, as a tuple when their number is a literal. */
export type Keys<Count extends number> = Count extends 2 ? [Key, Key] : Count extends 3 ? [Key, Key, Key] : Key[];

/**
 * New keys from one, which is not to be used any more.
 *
 * @param count - How many. Default 2.
 * @throws TrainlogError `shape/bad-size`, and as the primitive for what is not a key.
 */
export function split<const Count extends number = 2>(from: Key, count?: Count): Keys<Count> {
  const all = splitKey(from, count ?? 2);
  const keys = Array.from({ length: count ?? 2 }, (_, at) => asKey(reshape(slice(all, [at, 0], [at + 1, 2]), [2])));
  // `Count` of them.
  return keys as Keys<Count>;
}

/**
 * A new key from a key and a number: one for each step, layer or worker.
 *
 * @param number - A whole number from −2^31 to 2^32 − 1, or an int32 scalar (a step counter inside of a compiled function).
 * @throws TrainlogError `random/bad-range` for another number.
 */
export function foldIn(from: Key, number: number | Tensor<readonly [], "int32">): Key {
  if (typeof number !== "number") return asKey(foldInTensor(from, number));
  if (!Number.isInteger(number) || number < -(2 ** 31) || number >= 2 ** 32) {
    throw new TrainlogError(
      "random/bad-range",
      `foldIn takes a whole number from -2^31 to 2^32 - 1; got ${describeValue(number)}`,
    );
  }
  return asKey(foldInTensor(from, scalar(number | 0, "int32")));
}

/** The primitives give keys of shape `[2]` for a key. */
function asKey(tensor: AnyTensor): Key {
  return tensor as Key;
}
