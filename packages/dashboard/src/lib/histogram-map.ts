/** @file Histograms of many steps as one picture: steps along x, values along y, and how many values lie there as shade. */
import type { HistogramData } from "./media-data.ts";

/** One column of the picture. */
export interface HistogramColumn {
  readonly step: number;
  /** Share of the step's values in each row, 0 to 1, shape `[rows]`, lowest values first. */
  readonly shares: readonly number[];
}

/** The picture. */
export interface HistogramMap {
  readonly low: number;
  readonly high: number;
  readonly columns: readonly HistogramColumn[];
  /** Largest share of all. */
  readonly top: number;
}

/** Rows of the picture. */
const ROWS = 48;

/** Columns of the picture; of more steps, evenly chosen ones are shown, the first and the last always. */
const MAX_COLUMNS = 240;

/**
 * Lays histograms over the same rows. The count of a bucket is spread evenly over the rows that it covers, which loses and invents nothing.
 *
 * @param histograms - In order of step.
 */
export function histogramMap(
  histograms: readonly { readonly step: number; readonly data: HistogramData }[],
): HistogramMap | undefined {
  const chosen = evenly(histograms, MAX_COLUMNS);
  const edges = chosen.flatMap(({ data }) => [data.edges[0], data.edges.at(-1)]).filter((edge) => edge !== undefined);
  let [low, high] = [Math.min(...edges), Math.max(...edges)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const columns = chosen.map(({ step, data }) => ({ step, shares: sharesOf(data, low, high) }));
  return { low, high, columns, top: Math.max(...columns.flatMap(({ shares }) => shares)) };
}

function sharesOf({ edges, counts }: HistogramData, low: number, high: number): number[] {
  const shares = new Array<number>(ROWS).fill(0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rowOf = (value: number): number => ((value - low) / (high - low)) * ROWS;
  for (const [i, count] of counts.entries()) {
    if (!(count > 0)) continue;
    const [from, to] = [rowOf(edges[i] ?? low), rowOf(edges[i + 1] ?? high)];
    const first = Math.min(Math.max(Math.floor(from), 0), ROWS - 1);
    const last = Math.min(Math.max(Math.ceil(to) - 1, first), ROWS - 1);
    for (let row = first; row <= last; row++) {
      const covered = to > from ? (Math.min(to, row + 1) - Math.max(from, row)) / (to - from) : 1;
      shares[row] = (shares[row] ?? 0) + (covered * count) / total;
    }
  }
  return shares;
}

function evenly<T>(entries: readonly T[], most: number): T[] {
  if (entries.length <= most) return [...entries];
  return Array.from({ length: most }, (_, i) => entries[Math.round((i * (entries.length - 1)) / (most - 1))]).filter(
    (entry) => entry !== undefined,
  );
}
