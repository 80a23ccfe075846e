/** @file How near numbers are to those that were expected, for tests. */
import { expect } from "vitest";

/** Numbers in a row, perhaps with a shape: a tensor, one of a golden file, an array. */
export type Numbers =
  | ArrayLike<number>
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> | (() => ArrayLike<number>) };

/** How near. */
export interface Closeness {
  /** The largest difference, relative where the expected number is above 1 and absolute below. */
  readonly within: number;
  /** What "relative" is of: each expected number (default), or the largest of them, for results of sums that cancel. */
  readonly of?: "each" | "largest";
  /** What is compared, for the message. */
  readonly what?: string;
}

/** Expects numbers to be near others, of the same shape; NaN and infinities must be the same. */
export function expectClose(got: Numbers | undefined, wanted: Numbers, { within, of = "each", what }: Closeness): void {
  if ("shape" in wanted)
    expect(got !== undefined && "shape" in got ? got.shape : undefined, what).toEqual(wanted.shape);
  const [a, b] = [numbersOf(got ?? []), numbersOf(wanted)];
  expect(a.length, what).toBe(b.length);
  const largest = b.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  b.forEach((expected, at) => {
    const actual = a[at] ?? Number.NaN;
    const scale = of === "largest" ? largest : Math.max(1, Math.abs(expected));
    if (Object.is(actual, expected) || Math.abs(actual - expected) <= within * scale) return;
    throw new Error(`${what ?? "numbers"}, element ${at}: got ${actual}, expected ${expected} (scale ${scale})`);
  });
}

function numbersOf(numbers: Numbers): number[] {
  if (!("shape" in numbers)) return Array.from(numbers);
  const { data } = numbers;
  return Array.from(typeof data === "function" ? data.call(numbers) : data);
}
