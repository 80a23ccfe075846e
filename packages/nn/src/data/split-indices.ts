/** @file Dividing examples into training and test, by seed. */
import { generator } from "../random/generator.ts";
import { checkRange } from "./options.ts";

/** Numbers of the examples of each part, ascending. */
export interface SplitIndices {
  readonly train: Int32Array<ArrayBuffer>;
  readonly test: Int32Array<ArrayBuffer>;
}

/**
 * Divides `count` examples at random: `round(count · testFraction)` of them are for testing.
 *
 * @throws TrainlogError `data/bad-option` unless the fraction is in [0, 1].
 */
export function splitIndices(count: number, testFraction: number, seed: number): SplitIndices {
  checkRange("testFraction", testFraction, 0, 1);
  return cut(generator(seed).permutation(count), Math.round(count * testFraction));
}

/**
 * Divides examples at random so that each class has (to within one example) the same share of both parts.
 *
 * The test part has `round(count · testFraction)` examples in all: classes get the whole part of their share, and the largest remainders one more.
 *
 * @param labels - One class per example.
 */
export function stratifiedSplitIndices(labels: ArrayLike<number>, testFraction: number, seed: number): SplitIndices {
  checkRange("testFraction", testFraction, 0, 1);
  const random = generator(seed);
  const classes = membersByClass(labels).map((members) => random.shuffle(members));
  const sizes = apportion(
    classes.map((members) => members.length),
    testFraction,
  );
  const parts = classes.map((members, i) => cut(Int32Array.from(members), sizes[i] ?? 0));
  const join = (part: "train" | "test"): Int32Array<ArrayBuffer> =>
    Int32Array.from(parts.flatMap((each) => [...each[part]])).sort();
  return { train: join("train"), test: join("test") };
}

/** The first `testCount` are for testing. */
function cut(order: Int32Array<ArrayBuffer>, testCount: number): SplitIndices {
  return { train: order.slice(testCount).sort(), test: order.slice(0, testCount).sort() };
}

function membersByClass(labels: ArrayLike<number>): number[][] {
  const members = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] ?? 0;
    const known = members.get(label);
    if (known === undefined) members.set(label, [i]);
    else known.push(i);
  }
  return [...members.entries()].sort(([a], [b]) => a - b).map(([, indices]) => indices);
}

/** Whole numbers near `count · fraction` with the right sum (largest remainders, Hamilton's method). */
function apportion(counts: readonly number[], fraction: number): number[] {
  const total = Math.round(counts.reduce((sum, count) => sum + count, 0) * fraction);
  const sizes = counts.map((count) => Math.floor(count * fraction));
  const byRemainder = counts
    .map((count, i) => ({ i, remainder: count * fraction - (sizes[i] ?? 0) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  const left = total - sizes.reduce((sum, size) => sum + size, 0);
  for (const { i } of byRemainder.slice(0, left)) sizes[i] = (sizes[i] ?? 0) + 1;
  return sizes;
}
