/** @file ConfusionMatrix: counts of a classifier's hits and misses, its JSON form, and the statistics that are read off it. */
import { TrainlogError } from "../run/error.ts";
import { isPlainObject, type JsonValue } from "../run/json.ts";
import { badField, expectArray, expectNatural, expectNaturals } from "./field.ts";

/** Counts of a classifier. */
export interface ConfusionMatrix {
  /** Shape `[classes, classes]`: `counts[i][j]` examples of true class `i` were predicted as class `j`. */
  readonly counts: readonly (readonly number[])[];
}

/** Statistics of one class. A ratio whose denominator is 0 is 0, as upstream shows it. */
export interface ClassStatistics {
  /** Examples of this true class: the row's sum. */
  readonly support: number;
  /** Examples predicted as this class: the column's sum. */
  readonly predicted: number;
  /** Of those predicted as this class, the part that was right; 0 to 1. */
  readonly precision: number;
  /** Of those of this true class, the part that was found; 0 to 1. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 to 1. */
  readonly f1: number;
}

/** Statistics of a whole matrix. */
export interface ConfusionStatistics {
  /** Number of examples. */
  readonly total: number;
  /** Examples on the diagonal. */
  readonly correct: number;
  /** `correct / total`, 0 to 1; 0 when there is no example. */
  readonly accuracy: number;
  /** One entry per class. */
  readonly classes: readonly ClassStatistics[];
}

/**
 * Counts predictions against the truth.
 *
 * @param truth - True class of each example, shape `[n]`, whole numbers below `classCount`.
 * @param predicted - Predicted class of each example, shape `[n]`.
 * @throws TrainlogError `log/bad-row` when the lengths differ; `log/bad-field` for a class outside `0 … classCount−1`.
 *
 * @example
 * countConfusions([0, 0, 1], [0, 1, 1], 2).counts; // [[1, 1], [0, 1]]
 */
export function countConfusions(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number,
): ConfusionMatrix {
  const size = expectNatural(classCount, "classCount");
  if (truth.length !== predicted.length) {
    throw new TrainlogError(
      "log/bad-row",
      `expected one prediction per example, got ${truth.length} examples and ${predicted.length} predictions`,
    );
  }
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const row = counts[expectClass(truth[i], size, `truth[${i}]`)]!;
    row[expectClass(predicted[i], size, `predicted[${i}]`)]! += 1;
  }
  return { counts };
}

function expectClass(value: unknown, size: number, where: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < size) return value;
  throw badField(where, `a class from 0 to ${size - 1}`, value);
}

/** Encodes a matrix as JSON data: the bare array of rows. @throws TrainlogError `log/bad-field` when a count is not a natural number below 2^53. */
export function encodeConfusionMatrix(matrix: ConfusionMatrix): JsonValue {
  return expectArray(matrix.counts, "counts").map((row, i) => expectNaturals(row, `counts[${i}]`));
}

/**
 * Decodes a matrix from JSON data: the bare array of rows, or an object that holds it as `counts`. Rows may differ in length here; statistics ask for
 * a square.
 *
 * @throws TrainlogError `log/bad-field`, for example `counts[1][2]: expected a whole number of 0 or more, got -1`.
 */
export function decodeConfusionMatrix(json: unknown): ConfusionMatrix {
  const rows = expectArray(isPlainObject(json) ? json["counts"] : json, "counts");
  return { counts: rows.map((row, i) => expectNaturals(row, `counts[${i}]`)) };
}

/**
 * Accuracy, and support, precision, recall and F1 of every class.
 *
 * @throws TrainlogError `log/not-square` when a row has not one count per class.
 */
export function confusionStatistics(matrix: ConfusionMatrix): ConfusionStatistics {
  const { counts } = matrix;
  checkSquare(counts);
  const support = counts.map(sum);
  const predicted = counts.map((_, j) => sum(counts.map((row) => row[j]!)));
  const hits = counts.map((row, i) => row[i]!);
  const total = sum(support);
  const correct = sum(hits);
  return {
    total,
    correct,
    accuracy: ratio(correct, total),
    classes: hits.map((hit, i) => classStatistics(hit, support[i]!, predicted[i]!)),
  };
}

/** Part of all examples that was classified right, 0 to 1; 0 when there is no example. @throws TrainlogError `log/not-square`. */
export function accuracy(matrix: ConfusionMatrix): number {
  return confusionStatistics(matrix).accuracy;
}

function classStatistics(hits: number, support: number, predicted: number): ClassStatistics {
  return {
    support,
    predicted,
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    // 2·P·R / (P + R), written so that it is 0 and not 0/0 when there is no hit.
    f1: ratio(2 * hits, support + predicted),
  };
}

function checkSquare(counts: ConfusionMatrix["counts"]): void {
  const index = counts.findIndex((row) => row.length !== counts.length);
  if (index < 0) return;
  throw new TrainlogError(
    "log/not-square",
    `confusion matrix: expected ${counts.length} counts in every row (it has ${counts.length} rows), counts[${index}] has ${counts[index]!.length}`,
    { status: 400 },
  );
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
