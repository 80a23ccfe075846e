/** @file Threefry-2x32-20: element i is the scramble of the counter (0, i) under the key. As `src/primitives/threefry.ts`, four counters at a time. */
import { storeUpTo4 } from "./lanes";
import { JOB_RANDOM } from "./job-numbers";
import { argument, isBig, partStart, pointer, run, runAlone, setArgument } from "./threads";

const PARITY: i32 = 0x1bd11bda;

/** What is made of the 64 bits: their exclusive or as int32, a float from [0, 1), or both words. */
const UNIFORM: i32 = 1;
const PAIRS: i32 = 2;

/**
 * `count` results under the key at `key` (two int32).
 *
 * @param kind - 0: 32 bits each; 1: a float from [0, 1) each, a multiple of 2^-23; 2: two words each.
 */
export function random(kind: i32, out: usize, key: usize, count: i32): void {
  setArgument(0, kind); setArgument(1, out); setArgument(2, key); setArgument(3, count);
  if (isBig(30.0 * count)) run(JOB_RANDOM);
  else runAlone(JOB_RANDOM);
}

export function randomJob(part: i32, parts: i32): void {
  const count = argument(3), vectors = (count + 3) >> 2;
  const first = partStart(vectors, part, parts), last = partStart(vectors, part + 1, parts);
  const key0 = load<i32>(pointer(2)), key1 = load<i32>(pointer(2), 4);
  for (let i = first; i < last; i++) {
    const counters = i32x4.add(i32x4.splat(4 * i), i32x4(0, 1, 2, 3));
    scramble(argument(0), pointer(1), 4 * i, count - 4 * i, i32x4.splat(0), counters, key0, key1);
  }
}

/** out (two int32) = scramble of the counter (0, number) under the key. */
export function fold_in(out: usize, key: usize, number: usize): void {
  scramble(PAIRS, out, 0, 1, i32x4.splat(0), v128.load32_splat(number), load<i32>(key), load<i32>(key, 4));
}

function rotate(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/** Scrambles four counters and stores what `kind` makes of them as elements `at` and following; `left` of them exist. */
function scramble(kind: i32, out: usize, at: i32, left: i32, counter0: v128, counter1: v128, key0: i32, key1: i32): void {
  const key2 = key0 ^ key1 ^ PARITY;
  let x0 = i32x4.add(counter0, i32x4.splat(key0)), x1 = i32x4.add(counter1, i32x4.splat(key1));
  // The keys of the five groups of four rounds, in turn.
  let k0 = key1, k1 = key2, k2 = key0;
  for (let group = 0; group < 5; group++) {
    const odd = group & 1;
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, odd ? 17 : 13), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, odd ? 29 : 15), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, odd ? 16 : 26), x0);
    x0 = i32x4.add(x0, x1);
    x1 = v128.xor(rotate(x1, odd ? 24 : 6), x0);
    x0 = i32x4.add(x0, i32x4.splat(k0));
    x1 = i32x4.add(x1, i32x4.splat(k1 + group + 1));
    const next = k0;
    k0 = k1;
    k1 = k2;
    k2 = next;
  }
  if (kind == PAIRS) storePairs(out + (<usize>at << 3), x0, x1, left);
  else {
    const bits = v128.xor(x0, x1);
    const fraction = f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(bits, 9)), f32x4.splat(1.1920928955078125e-7));
    storeUpTo4(out + (<usize>at << 2), kind == UNIFORM ? fraction : bits, left);
  }
}

function storePairs(to: usize, x0: v128, x1: v128, left: i32): void {
  const low = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), high = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  storeUpTo4(to, low, 2 * left);
  if (left > 2) storeUpTo4(to + 16, high, 2 * left - 4);
}
