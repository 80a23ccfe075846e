/**
 * @file A generator of random numbers on the host: for shuffling, augmentation and the first values of parameters.
 *
 * xoshiro128** (Blackman and Vigna, 2018): 16 bytes of state, a nanosecond or two a number. Inside of models and compiled functions use keys instead
 * (`./key.ts`), which need no state. The same seed gives the same numbers on every machine and in every browser: nothing here calls a function of
 * `Math` whose last bit the language leaves open.
 */
import { describeValue, TrainlogError } from "../error.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** Where a generator stands: plain data for a checkpoint. Four 32-bit words. */
export type GeneratorState = readonly [number, number, number, number];

/** A stream of random numbers. Each call takes the next ones of the stream; only {@link Generator.fork} leaves it where it is. */
export interface Generator {
  /** A whole number from 0 to 2^32 − 1, all equally likely. */
  uint32(): number;
  /** A number in [0, 1): a multiple of 2^-53. */
  uniform(): number;
  /** A number of the standard normal distribution. */
  normal(): number;
  /**
   * A whole number from 0 to `count − 1`, all exactly equally likely.
   *
   * @throws TrainlogError `random/bad-range` unless `count` is a whole number from 1 to 2^32.
   */
  integer(count: number): number;
  /** Puts the elements into a random order, in place. */
  shuffle<T extends { length: number; [index: number]: unknown }>(elements: T): T;
  /** The numbers 0 … `count − 1` in a random order. */
  permutation(count: number): Int32Array<ArrayBuffer>;
  /** A generator of its own for one purpose, determined by where this one stands and by the label. This one does not move. */
  fork(label: string | number): Generator;
  /** Where the stream stands; {@link restoreGenerator} goes on from there. */
  state(): GeneratorState;
}

/**
 * A generator that starts from a seed.
 *
 * @param seed - A whole number from 0 to 2^53 − 1.
 * @throws TrainlogError `random/bad-seed` for anything else.
 *
 * @example
 * const order = random.generator(0).permutation(60_000);
 */
export function generator(seed: number): Generator {
  checkSeed(seed);
  return generatorAt(mixWords([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]));
}

/**
 * The generator whose {@link Generator.state} was taken.
 *
 * @throws TrainlogError `random/bad-state` unless it is four 32-bit words, not all zero.
 */
export function restoreGenerator(state: GeneratorState): Generator {
  const isWord = (word: unknown): boolean => typeof word === "number" && word >>> 0 === word;
  if (!Array.isArray(state) || state.length !== 4 || !state.every(isWord) || state.every((word) => word === 0)) {
    throw new TrainlogError(
      "random/bad-state",
      `a generator's state is four whole numbers below 2^32, not all 0; got ${Array.isArray(state) ? `[${state.join(", ")}]` : describeValue(state)}`,
    );
  }
  return generatorAt(state);
}

/** @internal Refuses what is not a seed. */
export function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new TrainlogError(
    "random/bad-seed",
    `a seed is a whole number from 0 to 2^53 - 1; got ${describeValue(seed)}. Pass one that you choose, for example { seed: 0 }`,
  );
}

function generatorAt(start: GeneratorState): Generator {
  let [a, b, c, d] = start.map((word) => word | 0) as [number, number, number, number];

  const uint32 = (): number => {
    const scaled = Math.imul(b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = (): number => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) * 2 ** -53;
  const integer = (count: number): number => {
    if (!Number.isInteger(count) || count < 1 || count > 2 ** 32) throw badCount(count);
    // Numbers from the last, incomplete stretch of `count` would come a little more often: draw again.
    const limit = 2 ** 32 - (2 ** 32 % count);
    let drawn = uint32();
    while (drawn >= limit) drawn = uint32();
    return drawn % count;
  };
  const shuffle = <T extends { length: number; [index: number]: unknown }>(elements: T): T => {
    for (let last = elements.length - 1; last > 0; last -= 1) {
      const at = integer(last + 1);
      const swapped = elements[last];
      elements[last] = elements[at];
      elements[at] = swapped;
    }
    return elements;
  };

  return {
    uint32,
    uniform,
    // The middle of the interval that `uniform` rounds down: never 0 or 1, where the quantile is infinite.
    normal: () => normalQuantile(uniform() + 2 ** -54),
    integer,
    shuffle,
    permutation: (count) => shuffle(Int32Array.from({ length: count }, (_, index) => index)),
    fork: (label) => generatorAt(mixWords([a, b, c, d, ...wordsOf(label)])),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

function badCount(count: number): TrainlogError {
  return new TrainlogError(
    "random/bad-range",
    `integer(count) draws from 0 to count - 1, so count is a whole number from 1 to 2^32; got ${describeValue(count)}`,
  );
}

/** A label as words: UTF-16 units of a string behind a 1, a number's halves behind a 2, so that "1" and 1 differ. */
function wordsOf(label: string | number): number[] {
  if (typeof label === "string") return [1, ...Array.from(label, (_, at) => label.charCodeAt(at))];
  checkSeed(label);
  return [2, label >>> 0, Math.floor(label / 2 ** 32) >>> 0];
}

/** Any words to a state, by four MurmurHash3 (Appleby) lanes with different beginnings: equal words, equal state; else unrelated ones. */
function mixWords(words: readonly number[]): GeneratorState {
  const lane = (start: number): number => {
    let hash = start;
    for (const word of words) {
      let block = Math.imul(word, 0xcc9e2d51);
      block = Math.imul((block << 15) | (block >>> 17), 0x1b873593);
      hash ^= block;
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    hash ^= words.length * 4;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
  // Beginnings: the golden ratio's bits and multiples, as hash functions use them; one lane is set to 1 if all came out 0.
  const state: GeneratorState = [lane(0x9e3779b9), lane(0x3c6ef372), lane(0xdaa66d2b), lane(0x78dde6e4)];
  return state.every((word) => word === 0) ? [1, 0, 0, 0] : state;
}
