/** @file A seeded source of random numbers, so that a demo run can be repeated exactly. */

/** Draws numbers; equal seeds give equal sequences. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal (mean 0, variance 1). */
  normal(): number;
  /** Whole number in [0, `end`). */
  integer(end: number): number;
}

/** Makes a source from a seed: mulberry32 (T. Ettinger, public domain; period 2^32), normals by Box and Muller (1958). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (end) => Math.floor(uniform() * end),
  };
}
