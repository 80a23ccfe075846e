/**
 * @file What one chart draws, decided without a canvas: domains of the axes, smoothed lines over faint raw ones, bands from least to greatest, how many of
 * how many points are seen, and which point is under the cursor.
 */
import { isExact, type SeriesLine } from "./series-line.ts";
import { type Smoothing, smooth } from "./smoothing.ts";
import type { Zoom } from "./view-state.ts";

/** Both ends of an axis. */
export type Domain = readonly [number, number];

/** One run's line as given to a chart. */
export interface PlotSource {
  readonly runId: string;
  readonly line: SeriesLine;
}

/** How a chart is drawn. */
export interface PlotOptions {
  readonly zoom?: Zoom | undefined;
  readonly smoothing: Smoothing;
  readonly logY: boolean;
}

/** One run's line ready to paint. All arrays have shape `[n]`; NaN is a gap. */
export interface PlotLine {
  readonly runId: string;
  /** Middle of each bucket. */
  readonly x: ArrayLike<number>;
  /** Mean of each bucket. */
  readonly raw: ArrayLike<number>;
  /** What the strong line follows: `raw`, or `raw` smoothed. */
  readonly shown: ArrayLike<number>;
  readonly min: ArrayLike<number>;
  readonly max: ArrayLike<number>;
  /** Whether some bucket holds several values, so that there is a band to paint. */
  readonly banded: boolean;
}

/** A chart ready to paint. */
export interface PlotModel {
  readonly x: Domain;
  readonly y: Domain;
  readonly lines: readonly PlotLine[];
  /** Whether the strong lines are smoothed, so that the raw ones are painted faintly below. */
  readonly smoothed: boolean;
  /** Buckets in view. */
  readonly shownPoints: number;
  /** Points in view. */
  readonly totalPoints: number;
  /** NaN and ±Infinity in view; charts cannot place them, so they are said. */
  readonly nonFinitePoints: number;
}

/** Decides what a chart draws. Lines whose runs are hidden are not given to it. */
export function plotModel(sources: readonly PlotSource[], options: PlotOptions): PlotModel {
  const x = options.zoom === undefined ? xDomain(sources) : ([options.zoom.from, options.zoom.to] as const);
  const lines = sources.map((source) => plotLine(source, options.smoothing, x[1] - x[0]));
  return {
    x,
    y: yDomain(lines, x, options.logY),
    lines,
    smoothed: options.smoothing.weight > 0,
    ...countPoints(sources, x),
  };
}

/**
 * Index of the point nearest to `at` among ascending positions; −1 when there is none.
 *
 * @param x - Ascending, shape `[n]`.
 */
export function nearestIndex(x: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < at) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return x.length === 0 ? -1 : 0;
  if (low === x.length) return low - 1;
  return at - x[low - 1]! <= x[low]! - at ? low - 1 : low;
}

/** Last value of a line and where it stands; undefined for a line without points. A line that ends in NaN says so. */
export function lastPoint(line: SeriesLine): { readonly x: number; readonly value: number } | undefined {
  const at = line.x.length - 1;
  if (at < 0) return undefined;
  return { x: line.xEnd[at]!, value: line.last[at]! };
}

/** Least and greatest finite value of a line; undefined when it has none. */
export function extremes(line: SeriesLine): Domain | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < line.x.length; i++) {
    if (line.min[i]! < min) min = line.min[i]!;
    if (line.max[i]! > max) max = line.max[i]!;
  }
  return min <= max ? [min, max] : undefined;
}

function plotLine({ runId, line }: PlotSource, smoothing: Smoothing, rangeX: number): PlotLine {
  const x = line.x.map((start, i) => start + (line.xEnd[i]! - start) / 2);
  const shown = smooth(x, line.mean, smoothing, rangeX);
  return { runId, x, raw: line.mean, shown, min: line.min, max: line.max, banded: !isExact(line) };
}

function xDomain(sources: readonly PlotSource[]): Domain {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { line } of sources) {
    if (line.x.length === 0) continue;
    from = Math.min(from, line.x[0]!);
    to = Math.max(to, line.xEnd.at(-1)!);
  }
  if (from > to) return [0, 1];
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}

/** Range of all values in view, with a little air. On a log axis only positive values count. */
function yDomain(lines: readonly PlotLine[], [from, to]: Domain, logY: boolean): Domain {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const see = (value: number): void => {
    if (logY && value <= 0) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const line of lines) {
    for (let i = 0; i < line.x.length; i++) {
      if (line.x[i]! < from || line.x[i]! > to) continue;
      see(line.min[i]!);
      see(line.max[i]!);
      see(line.shown[i]!);
    }
  }
  if (low > high) return logY ? [0.1, 10] : [0, 1];
  return logY ? logAir(low, high) : linearAir(low, high);
}

function linearAir(low: number, high: number): Domain {
  if (low === high) {
    // Of the least numbers that there are, a tenth is 0.
    const air = Math.abs(low) * 0.1 || 1;
    return [low - air, high + air];
  }
  const air = (high - low) * 0.06;
  // Huge extremes would overflow; then there is no air.
  if (!Number.isFinite(air)) return [low, high];
  // A curve that never goes below zero does not need an axis that does.
  return [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
}

function logAir(low: number, high: number): Domain {
  const ratio = low === high ? 2 : (high / low) ** 0.06;
  return [low / ratio, high * ratio];
}

function countPoints(
  sources: readonly PlotSource[],
  [from, to]: Domain,
): Pick<PlotModel, "shownPoints" | "totalPoints" | "nonFinitePoints"> {
  let shownPoints = 0;
  let totalPoints = 0;
  let nonFinitePoints = 0;
  for (const { line } of sources) {
    for (let i = 0; i < line.x.length; i++) {
      if (line.xEnd[i]! < from || line.x[i]! > to) continue;
      shownPoints++;
      totalPoints += line.count[i]! + line.nonFinite[i]!;
      nonFinitePoints += line.nonFinite[i]!;
    }
  }
  return { shownPoints, totalPoints, nonFinitePoints };
}
