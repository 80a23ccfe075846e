/**
 * @file A metric over another one: values of both that were logged in one row are a point.
 *
 * Rows are known by step and wall time. Metrics that were always logged together lie side by side and are zipped; else each value looks for that of its row,
 * in the order of arrival, so that rows of one step and time stay in pairs.
 */
import { BucketGrid, exactBuckets, type SeriesBuckets } from "./buckets.ts";
import { isAscending, type PointColumns } from "./point-columns.ts";

/** Columns of points; see `RawPoints`. */
type Points = Pick<PointColumns, "steps" | "wallMs" | "values">;

/** What is asked of a series over a metric. */
export interface MetricAxisQuery {
  /** Smallest x, included. */
  readonly from?: number;
  /** Largest x, included. */
  readonly to?: number;
  readonly buckets: number;
}

/**
 * Reduces the points of `y` over the values of `x`. Rows without a finite x are left out.
 *
 * @returns Every point when they are no more than the buckets.
 */
export function seriesOverMetric(x: Points, y: Points, query: MetricAxisQuery): SeriesBuckets {
  const joined = joinRows(x, y);
  const { xs, values } = inRange(joined, query.from ?? -Infinity, query.to ?? Infinity);
  if (xs.length <= query.buckets) return exactBuckets(xs, values);
  const [from, to] = extent(xs);
  const grid = new BucketGrid(from, to, query.buckets);
  grid.addPoints({ at: xs, values, origin: 0, divisor: 1, ascends: isAscending(xs) }, 0, xs.length);
  return grid.finish();
}

interface Joined {
  readonly xs: Float64Array;
  readonly values: Float64Array;
}

function joinRows(x: Points, y: Points): Joined {
  if (isSame(x.steps, y.steps) && isSame(x.wallMs, y.wallMs)) return { xs: x.values, values: y.values };
  const waiting = new Map<string, { readonly xs: number[]; next: number }>();
  for (let i = 0; i < x.values.length; i++) {
    const row = rowOf(x, i);
    const known = waiting.get(row);
    if (known === undefined) waiting.set(row, { xs: [x.values[i]!], next: 0 });
    else known.xs.push(x.values[i]!);
  }
  const xs: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < y.values.length; i++) {
    const found = waiting.get(rowOf(y, i));
    if (found === undefined || found.next === found.xs.length) continue;
    xs.push(found.xs[found.next++]!);
    values.push(y.values[i]!);
  }
  return { xs: Float64Array.from(xs), values: Float64Array.from(values) };
}

function rowOf({ steps, wallMs }: Points, i: number): string {
  return `${steps[i]} ${wallMs[i]}`;
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function inRange({ xs, values }: Joined, from: number, to: number): Joined {
  const isIn = (x: number): boolean => Number.isFinite(x) && x >= from && x <= to;
  if (xs.every(isIn)) return { xs, values };
  return { xs: xs.filter(isIn), values: values.filter((_, i) => isIn(xs[i]!)) };
}

function extent(xs: Float64Array): [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const x of xs) {
    if (x < from) from = x;
    if (x > to) to = x;
  }
  return [from, to];
}
