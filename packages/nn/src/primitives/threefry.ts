/** @file Threefry-2x32-20 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a keyed scramble of 64 bits. */
/** "Skein" parity constant of the 32-bit key schedule. */
export const PARITY = 0x1bd11bda;
/** Rotations of the rounds, in bits; each row of four is used in turn. */
export const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
/** Groups of four rounds: 20 in all, with a margin over the 13 that pass all statistical tests. */
export const GROUPS = 5;

/** A pair of 32-bit words; as numbers they may be signed or unsigned. */
export type Words = readonly [number, number];

/**
 * 64 scrambled bits.
 *
 * @param key - Which scramble.
 * @param counter - Which of its values: different counters give different results, and all of them are equally likely.
 * @returns Two signed 32-bit words.
 */
export function threefry2x32([key0, key1]: Words, [counter0, counter1]: Words): Words {
  const schedule = [key0 | 0, key1 | 0, key0 ^ key1 ^ PARITY] as const;
  let x0 = (counter0 + schedule[0]) | 0;
  let x1 = (counter1 + schedule[1]) | 0;
  for (let group = 0; group < GROUPS; group += 1) {
    for (const bits of ROTATIONS[group % 2]!) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << bits) | (x1 >>> (32 - bits))) ^ x0;
    }
    x0 = (x0 + schedule[(group + 1) % 3]!) | 0;
    x1 = (x1 + schedule[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x0, x1];
}
