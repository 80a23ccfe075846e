/** @file Golden files of the interop tests, made by `golden/interop.py` with real PyTorch. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../golden/interop");

/** The bytes of a golden file. */
export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, name)));
}

/** The text of a golden file. */
export function goldenText(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

/** Nested arrays of numbers, as JSON has them. */
export type Numbers = number | readonly Numbers[];

/** What a PyTorch model answers to a batch. */
export interface Answer {
  readonly input: Numbers;
  readonly output: Numbers;
}

/** The answers of `models.json` or `torchlean.json`, by model. */
export function goldenAnswers(name: string): Readonly<Record<string, Answer>> {
  return JSON.parse(goldenText(name));
}

/** All numbers of nested arrays in a row. */
export function flat(numbers: Numbers): number[] {
  return typeof numbers === "number" ? [numbers] : numbers.flatMap(flat);
}

/** Lengths of nested arrays, outermost first. */
export function shapeOf(numbers: Numbers): number[] {
  return typeof numbers === "number" ? [] : [numbers.length, ...shapeOf(numbers[0] ?? 0)];
}

/** The largest difference of two rows of numbers; infinite when their lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))),
    0,
  );
}
