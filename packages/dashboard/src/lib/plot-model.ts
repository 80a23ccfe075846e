/**
 * @file What one chart draws, decided without a canvas: domains of the axes, smoothed lines over faint raw ones, bands from least to greatest, how many of
 * how many points are seen, and which point is under the cursor.
 */

import type { Zoom } from "./chart-view.ts";
import { isExact, type SeriesLine } from "./series-line.ts";
import { type Smoothing, smooth } from "./smoothing.ts";

/** Both ends of an axis. */
export type Domain = readonly [number, number];

/** One line as given to a chart. */
export interface PlotSource {
  /** The run, or the name of a group of runs. */
  readonly id: string;
  /** What is drawn; of a group, its mean with its band as least and greatest. */
  readonly line: SeriesLine;
  /** Lines of the members of a group, whose points are counted instead of those of `line`. */
  readonly members?: readonly SeriesLine[];
}

/** How a chart is drawn. */
export interface PlotOptions {
  readonly zoom?: Zoom | undefined;
  readonly smoothing: Smoothing;
  readonly logX?: boolean;
  readonly logY: boolean;
  /** Leaves the tails of the values out of the y axis. */
  readonly ignoreOutliers?: boolean;
  /** What is better, when the script said so: then the best point of each line is marked. */
  readonly goal?: "min" | "max" | undefined;
}

/** A place on a line. */
export interface PlotPoint {
  readonly x: number;
  readonly value: number;
}

/** One line ready to paint. All arrays have shape `[n]`; NaN is a gap. */
export interface PlotLine {
  readonly id: string;
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
  /** Whether it stands for several runs. */
  readonly isGroup: boolean;
  /** The best value, by the goal of the metric. */
  readonly best?: PlotPoint;
  /** Where values were NaN or ±Infinity. */
  readonly nonFiniteX: readonly number[];
}

/** A chart ready to paint. */
export interface PlotModel {
  readonly x: Domain;
  readonly y: Domain;
  readonly logX: boolean;
  readonly logY: boolean;
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
  const logX = options.logX === true;
  const x = visibleX(sources, options.zoom, logX);
  const lines = sources.map((source) => plotLine(source, options, x[1] - x[0]));
  const values = valueRange(lines, x, options);
  return {
    x,
    y: options.logY ? logDomain(values) : linearDomain(values),
    logX,
    logY: options.logY,
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

function plotLine({ id, line, members }: PlotSource, options: PlotOptions, rangeX: number): PlotLine {
  const x = line.x.map((start, i) => start + (line.xEnd[i]! - start) / 2);
  const shown = smooth(x, line.mean, options.smoothing, rangeX);
  const best = options.goal === undefined ? undefined : bestPoint(line, x, options.goal);
  return {
    id,
    ...{ x, raw: line.mean, shown, min: line.min, max: line.max },
    banded: members !== undefined || !isExact(line),
    isGroup: members !== undefined,
    nonFiniteX: x.filter((_, i) => line.nonFinite[i]! > 0),
    ...(best !== undefined && { best }),
  };
}

/** The best value and the middle of the bucket that holds it. The first of equals. */
function bestPoint(line: SeriesLine, x: readonly number[], goal: "min" | "max"): PlotPoint | undefined {
  const values = line[goal];
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (best < 0 || (goal === "min" ? value < values[best]! : value > values[best]!)) best = i;
  }
  return best < 0 ? undefined : { x: x[best]!, value: values[best]! };
}

/** What is in view along x. On a log axis only what is above zero. */
function visibleX(sources: readonly PlotSource[], zoom: Zoom | undefined, logX: boolean): Domain {
  const [from, to] = zoom === undefined ? xDomain(sources) : ([zoom.from, zoom.to] as const);
  if (!logX || from > 0) return [from, to];
  const least = leastPositiveX(sources);
  return to > least ? [least, to] : [least, least * 10];
}

function leastPositiveX(sources: readonly PlotSource[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { line } of sources) {
    const found = line.x.find((x) => x > 0) ?? Number.POSITIVE_INFINITY;
    least = Math.min(least, found);
  }
  return Number.isFinite(least) ? least : 1;
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

/** Share of the values that counts as outliers, at each end (W&B's "ignore outliers" leaves out as many). */
const TAIL = 0.05;

/** Least and greatest value in view; of a log axis, of those above zero. `low > high` when there is none. */
function valueRange(lines: readonly PlotLine[], [from, to]: Domain, options: PlotOptions): Domain {
  const seen: number[] = [];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const see = (value: number): void => {
    if (Number.isNaN(value) || (options.logY && value <= 0)) return;
    if (options.ignoreOutliers === true) seen.push(value);
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
  return seen.length === 0 ? [low, high] : withoutTails(seen);
}

function withoutTails(values: readonly number[]): Domain {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length * TAIL);
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
}

function linearDomain([low, high]: Domain): Domain {
  return low > high ? [0, 1] : linearAir(low, high);
}

function logDomain([low, high]: Domain): Domain {
  return low > high ? [0.1, 10] : logAir(low, high);
}

function linearAir(low: number, high: number): Domain {
  if (low === high) {
    // Of the least numbers that there are, a tenth is 0.
    const air = Math.abs(low) * 0.1 || 1;
    return [Math.max(-Number.MAX_VALUE, low - air), Math.min(Number.MAX_VALUE, high + air)];
  }
  const air = (high - low) * 0.06;
  // Huge extremes would overflow; then there is no air.
  if (!Number.isFinite(air)) return [low, high];
  // A curve that never goes below zero does not need an axis that does.
  return [
    low >= 0 && low - air < 0 ? 0 : Math.max(-Number.MAX_VALUE, low - air),
    Math.min(Number.MAX_VALUE, high + air),
  ];
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
  for (const line of sources.flatMap(({ line: own, members }) => members ?? [own])) {
    for (let i = 0; i < line.x.length; i++) {
      if (line.xEnd[i]! < from || line.x[i]! > to) continue;
      shownPoints++;
      totalPoints += line.count[i]! + line.nonFinite[i]!;
      nonFinitePoints += line.nonFinite[i]!;
    }
  }
  return { shownPoints, totalPoints, nonFinitePoints };
}
