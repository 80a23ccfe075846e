/** @file What is shown of a confusion matrix, decided once for pictures, pages and text. */
import { type ConfusionMatrix, type ConfusionStatistics, confusionStatistics } from "../confusion-matrix.ts";

/** Most classes that are shown, as upstream: more cannot be read. Statistics are over all of them. */
export const MAX_CLASSES = 40;

/** What a matrix and its classes are called. */
export interface ConfusionNames {
  /** Names of the classes; a class without one shows its index. */
  readonly labels?: readonly string[];
  /** `"Confusion matrix"` when absent. */
  readonly title?: string;
}

/** What is shown of a matrix, decided once for all renderers. */
export interface ConfusionView {
  readonly title: string;
  /** Of the classes that are shown. */
  readonly labels: readonly string[];
  /** Number of columns that are shown. */
  readonly columnCount: number;
  readonly classCount: number;
  /** Shape `[rows shown, ≤ columns shown]`. */
  readonly counts: readonly (readonly number[])[];
  /** Of each shown row, the sum over all columns. */
  readonly rowTotals: readonly number[];
  /** Absent when the matrix is not square. */
  readonly statistics: ConfusionStatistics | undefined;
  /** Accuracy and totals in words. */
  readonly summary: string;
  readonly warnings: readonly string[];
}

/** Decides what is shown of a matrix: at most {@link MAX_CLASSES} classes, and no statistics when it is not square. */
export function confusionView(
  matrix: ConfusionMatrix,
  { labels = [], title = "Confusion matrix" }: ConfusionNames = {},
): ConfusionView {
  const classCount = matrix.counts.length;
  const columnCount = matrix.counts.reduce((most, row) => Math.max(most, row.length), 0);
  const isSquare = matrix.counts.every((row) => row.length === classCount);
  const statistics = isSquare ? confusionStatistics(matrix) : undefined;
  const counts = matrix.counts.slice(0, MAX_CLASSES).map((row) => row.slice(0, MAX_CLASSES));
  const size = Math.min(Math.max(classCount, columnCount), MAX_CLASSES);
  const warnings: string[] = [];
  if (Math.max(classCount, columnCount) > MAX_CLASSES) warnings.push(`clipped to ${MAX_CLASSES}`);
  if (!isSquare) warnings.push("not square: no statistics");
  return {
    title,
    labels: Array.from({ length: size }, (_, i) => labels[i] ?? String(i)),
    columnCount: Math.min(columnCount, MAX_CLASSES),
    classCount,
    counts,
    rowTotals: matrix.counts.slice(0, MAX_CLASSES).map((row) => row.reduce((total, count) => total + count, 0)),
    statistics,
    summary: statistics === undefined ? `${classCount} rows` : summarize(statistics),
    warnings,
  };
}

function summarize({ accuracy, correct, total, classes }: ConfusionStatistics): string {
  return `accuracy ${formatPercent(accuracy)} · ${correct} of ${total} correct · ${classes.length} classes`;
}

/** A ratio as a percentage with one digit after the point. */
export function formatPercent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)}%`;
}

/** A count in at most five characters: `1234`, `12k`, `3.4M`. */
export function formatCount(count: number): string {
  if (count < 10_000) return String(count);
  const power = Math.min(Math.floor(Math.log10(count) / 3), 5);
  return `${Number((count / 1000 ** power).toPrecision(2))}${["", "k", "M", "G", "T", "P"][power]}`;
}
