/**
 * @file A series as the page holds it: buckets in order of x, to which live points are added without asking the server again.
 *
 * A single point is a bucket of one. When a line holds more buckets than a chart can show, neighbours are merged; merging keeps counts, extremes,
 * first and last exact and the mean exact up to rounding, so that a line that grew live and the same line fetched again say the same.
 */
import type { Series } from "trainlog/api";

/** Buckets column by column, each of shape `[n]`, ordered by x. Statistics are over finite values and NaN where a bucket has none. */
export interface LineColumns {
  /** x of the bucket's first point. */
  readonly x: number[];
  /** x of the bucket's last point. */
  readonly xEnd: number[];
  /** Finite values. */
  readonly count: number[];
  /** NaN and ±Infinity. */
  readonly nonFinite: number[];
  readonly min: number[];
  readonly max: number[];
  readonly mean: number[];
  readonly first: number[];
  readonly last: number[];
}

/** A line that can grow. */
export interface SeriesLine extends LineColumns {
  /** Points in the line's range, merged or not. */
  totalPoints: number;
  /** Arrival index of the next point that this line has not seen. */
  nextIndex: number;
}

/** New points of one metric, in arrival order. */
export interface NewPoints {
  /** Arrival index of the first one. */
  readonly firstIndex: number;
  /** Shape `[m]`. */
  readonly x: readonly number[];
  /** Shape `[m]`. */
  readonly values: readonly number[];
}

/**
 * What became of new points: `appended`; `seen` when the line had them all already; `refetch` when the line cannot take them (points before them are
 * missing, or their x goes back behind a merged bucket).
 */
export type AppendResult = "appended" | "seen" | "refetch";

const COLUMNS = ["x", "xEnd", "count", "nonFinite", "min", "max", "mean", "first", "last"] as const;

/** A line without points. */
export function emptyLine(): SeriesLine {
  return {
    x: [],
    xEnd: [],
    count: [],
    nonFinite: [],
    min: [],
    max: [],
    mean: [],
    first: [],
    last: [],
    totalPoints: 0,
    nextIndex: 0,
  };
}

/** Makes a line from a series of an API answer. A failed series has no line: ask for `form` first. */
export function lineFromSeries(series: Exclude<Series, { form: "failed" }>): SeriesLine {
  const line = emptyLine();
  if (series.form === "exact") {
    for (let i = 0; i < series.x.length; i++) insertPoint(line, i, series.x[i]!, series.values[i]!);
  } else {
    for (const column of ["x", "xEnd", "count", "nonFinite"] as const) pushAll(line[column], series[column]);
    for (const column of ["min", "max", "mean", "first", "last"] as const) {
      pushAll(
        line[column],
        series[column].map((value) => value ?? Number.NaN),
      );
    }
  }
  line.totalPoints = series.totalPoints;
  line.nextIndex = series.nextIndex;
  return line;
}

/**
 * Adds live points to a line in place. Points that it has already (by arrival index) are skipped, so delivering twice changes nothing.
 *
 * @param range - Only points with x in `[from, to]` are kept, for a line that was fetched for a zoomed range.
 */
export function appendPoints(
  line: SeriesLine,
  points: NewPoints,
  range?: { readonly from: number; readonly to: number },
): AppendResult {
  const skip = line.nextIndex - points.firstIndex;
  if (skip < 0) return "refetch";
  if (skip >= points.x.length) return "seen";
  for (let i = skip; i < points.x.length; i++) {
    const x = points.x[i]!;
    if (range !== undefined && (x < range.from || x > range.to)) continue;
    const position = positionOf(line, x);
    if (position < 0) return "refetch";
    insertPoint(line, position, x, points.values[i]!);
    line.totalPoints++;
  }
  line.nextIndex = points.firstIndex + points.x.length;
  return "appended";
}

/**
 * Merges neighbouring buckets of a line until it has at most about `budget`: none wider than `1 / budget` of the range, and two neighbours together
 * always wider. So at most `2 × budget + 1` are left.
 *
 * @returns A new line; `line` itself when it is short enough.
 */
export function compactLine(line: SeriesLine, budget: number): SeriesLine {
  if (line.x.length <= 2 * budget) return line;
  const width = (line.xEnd.at(-1)! - line.x[0]!) / budget;
  const compact: SeriesLine = { ...emptyLine(), totalPoints: line.totalPoints, nextIndex: line.nextIndex };
  for (let i = 0; i < line.x.length; i++) {
    const at = compact.x.length - 1;
    if (at >= 0 && line.xEnd[i]! - compact.x[at]! <= width) mergeInto(compact, at, line, i);
    else for (const column of COLUMNS) compact[column].push(line[column][i]!);
  }
  return compact;
}

/**
 * Puts a line that was fetched for a zoomed range between the ends of the coarse line of the whole range, so that curves reach the edges of the chart
 * and smoothing has a past.
 */
export function spliceDetail(
  overview: SeriesLine,
  detail: SeriesLine,
  range: { readonly from: number; readonly to: number },
): SeriesLine {
  const before = overview.xEnd.findLastIndex((xEnd) => xEnd < range.from) + 1;
  const found = overview.x.findIndex((x) => x > range.to);
  const after = found < 0 ? overview.x.length : found;
  const spliced = { ...emptyLine(), totalPoints: detail.totalPoints, nextIndex: overview.nextIndex };
  for (const column of COLUMNS) {
    pushAll(spliced[column], overview[column].slice(0, before));
    pushAll(spliced[column], detail[column]);
    pushAll(spliced[column], overview[column].slice(after));
  }
  return spliced;
}

/** Whether every bucket is a single point, so that the line shows what was logged and nothing less. */
export function isExact(line: LineColumns): boolean {
  return line.count.every((count, i) => count + line.nonFinite[i]! <= 1);
}

/** Where a point at `x` goes: behind all buckets that start at or before it; −1 when that place is inside a merged bucket. */
function positionOf(line: LineColumns, x: number): number {
  let position = line.x.length;
  while (position > 0 && line.x[position - 1]! > x) position--;
  return position > 0 && line.xEnd[position - 1]! > x ? -1 : position;
}

function insertPoint(line: LineColumns, position: number, x: number, value: number): void {
  const finite = Number.isFinite(value);
  const shown = finite ? value : Number.NaN;
  const point = { x, xEnd: x, count: finite ? 1 : 0, nonFinite: finite ? 0 : 1 };
  const statistics = { min: shown, max: shown, mean: shown, first: shown, last: shown };
  const bucket = { ...point, ...statistics };
  for (const column of COLUMNS) {
    if (position === line[column].length) line[column].push(bucket[column]);
    else line[column].splice(position, 0, bucket[column]);
  }
}

/** Merges bucket `i` of `from` into bucket `at` of `line`, which comes before it. */
function mergeInto(line: LineColumns, at: number, from: LineColumns, i: number): void {
  const before = line.count[at]!;
  const added = from.count[i]!;
  line.xEnd[at] = from.xEnd[i]!;
  line.nonFinite[at] = line.nonFinite[at]! + from.nonFinite[i]!;
  if (added === 0) return;
  line.count[at] = before + added;
  line.last[at] = from.last[i]!;
  if (before === 0) {
    for (const column of ["min", "max", "mean", "first"] as const) line[column][at] = from[column][i]!;
    return;
  }
  line.min[at] = Math.min(line.min[at]!, from.min[i]!);
  line.max[at] = Math.max(line.max[at]!, from.max[i]!);
  line.mean[at] = line.mean[at]! + (from.mean[i]! - line.mean[at]!) * (added / (before + added));
}

/** `target.push(...source)` without its limit on arguments. */
function pushAll(target: number[], source: readonly number[]): void {
  for (const value of source) target.push(value);
}
