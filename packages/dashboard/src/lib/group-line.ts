/**
 * @file The line of a group of runs: the mean of all of them at each place, and a band of how far they are apart.
 *
 * No run is sampled away: at a place, every run counts that has points on both sides of it (or one there), by linear interpolation of the means of its
 * buckets. So runs that log at other steps, or not as long, are averaged where they are and nowhere else.
 */
import type { GroupBand } from "./chart-view.ts";
import { emptyLine, type SeriesLine } from "./series-line.ts";

/** Places of a group's line, when its runs have more of them together. */
const MOST_PLACES = 600;

/**
 * Averages lines.
 *
 * @param band - `range`: least to greatest; `std`: the standard deviation (of a sample, n − 1) to both sides; `ci`: 95 % confidence interval of the mean by
 *   Student's t. A place with one run has no width.
 * @returns A line whose `count` is the number of runs at a place, `mean` their mean, `min` and `max` the band.
 */
export function groupLine(lines: readonly SeriesLine[], band: GroupBand): SeriesLine {
  const curves = lines.map(curveOf).filter((curve) => curve.x.length > 0);
  const group = emptyLine();
  for (const x of placesOf(curves)) {
    const values = curves.map((curve) => valueAt(curve, x)).filter((value) => !Number.isNaN(value));
    if (values.length === 0) continue;
    const { mean, low, high } = statistics(values, band);
    const point = {
      x,
      xEnd: x,
      count: values.length,
      nonFinite: 0,
      min: low,
      max: high,
      mean,
      first: mean,
      last: mean,
    };
    for (const column of COLUMNS) group[column].push(point[column]);
  }
  group.totalPoints = lines.reduce((sum, line) => sum + line.totalPoints, 0);
  return group;
}

const COLUMNS = ["x", "xEnd", "count", "nonFinite", "min", "max", "mean", "first", "last"] as const;

interface Curve {
  readonly x: readonly number[];
  readonly values: readonly number[];
  /** Where {@link valueAt} looked last: places come in order. */
  at: number;
}

function curveOf(line: SeriesLine): Curve {
  const x: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < line.x.length; i++) {
    if (Number.isNaN(line.mean[i]!)) continue;
    x.push(line.x[i]! + (line.xEnd[i]! - line.x[i]!) / 2);
    values.push(line.mean[i]!);
  }
  return { x, values, at: 0 };
}

/** Where the group's line has points: where its runs have them, or evenly between the ends when that is too often. */
function placesOf(curves: readonly Curve[]): number[] {
  const all = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  if (all.length <= MOST_PLACES) return all;
  const [from, to] = [all[0]!, all.at(-1)!];
  return Array.from({ length: MOST_PLACES }, (_, i) => from + ((to - from) * i) / (MOST_PLACES - 1));
}

/** The value at `x`, which is at least that of the call before; NaN before the first point and behind the last. */
function valueAt(curve: Curve, x: number): number {
  const { x: xs, values } = curve;
  if (x < xs[0]! || x > xs.at(-1)!) return Number.NaN;
  while (curve.at + 1 < xs.length && xs[curve.at + 1]! <= x) curve.at++;
  const i = curve.at;
  const [left, right] = [xs[i]!, xs[i + 1]];
  if (right === undefined || left === x) return values[i]!;
  return values[i]! + (values[i + 1]! - values[i]!) * ((x - left) / (right - left));
}

function statistics(values: readonly number[], band: GroupBand): { mean: number; low: number; high: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  if (band === "range") return { mean, low: Math.min(...values), high: Math.max(...values) };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = n < 2 ? 0 : Math.sqrt(squares / (n - 1));
  const half = band === "std" ? std : (studentT(n - 1) * std) / Math.sqrt(n);
  return { mean, low: mean - half, high: mean + half };
}

/** 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const STUDENT_T: readonly number[] = [
  ...[12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814],
  ...[2.20099, 2.17881, 2.16037, 2.14479, 2.13145, 2.11991, 2.10982, 2.10092, 2.09302, 2.08596],
];

/** The quantile of the normal distribution, and what t adds to it for `freedom` degrees of freedom (Cornish–Fisher; 4 digits above 20). */
function studentT(freedom: number): number {
  const z = 1.959964;
  const known = STUDENT_T[freedom - 1];
  return (
    known ??
    z + (z ** 3 + z) / (4 * Math.max(1, freedom)) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2 || 1)
  );
}
