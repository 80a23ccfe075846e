/** @file Histograms of weights, gradients and the like. */
import { describeValue, TrainlogError } from "./error.ts";
import { type Media, media } from "./media-value.ts";

/** Values to be counted, or counts made elsewhere (`edges` has one more entry than `counts` and ascends). */
export type HistogramInput =
  | ArrayLike<number>
  | Iterable<number>
  | { readonly edges: ArrayLike<number>; readonly counts: ArrayLike<number> };

/**
 * A histogram.
 *
 * NaN and ±Infinity have no place on the axis; they are counted in `nonFinite`.
 *
 * @param input - Values (at most a few million: they are counted here and now), or `{ edges, counts }`.
 * @param options.bins - Number of equal bins for values, 1 to 4096; 64 when absent.
 * @throws TrainlogError `media/bad-histogram`.
 *
 * @example
 * run.log({ "weights/layer1": histogram(weights) });
 */
export function histogram(input: HistogramInput, options: { readonly bins?: number } = {}): Media {
  if (Object(input) !== input) throw bad(`expected numbers or { edges, counts }, got ${describeValue(input)}`);
  if ("edges" in input) return fromCounts(input);
  const bins = options.bins ?? 64;
  if (!Number.isInteger(bins) || bins < 1 || bins > 4096)
    throw bad(`bins: expected 1 to 4096, got ${describeValue(bins)}`);
  return countValues("length" in input ? input : Array.from(input), bins);
}

function fromCounts(input: { readonly edges: ArrayLike<number>; readonly counts: ArrayLike<number> }): Media {
  const edges = Array.from(input.edges);
  const counts = Array.from(input.counts);
  if (edges.length !== counts.length + 1) {
    throw bad(`expected one edge more than counts, got ${edges.length} edges and ${counts.length} counts`);
  }
  const badEdge = edges.findIndex((edge, i) => !Number.isFinite(edge) || (i > 0 && edge < (edges[i - 1] ?? edge)));
  if (badEdge >= 0)
    throw bad(`edges[${badEdge}]: expected finite ascending numbers, got ${describeValue(edges[badEdge])}`);
  const badCount = counts.findIndex((count) => !(count >= 0));
  if (badCount >= 0) throw bad(`counts[${badCount}]: expected 0 or more, got ${describeValue(counts[badCount])}`);
  return media("histogram", { edges, counts, count: counts.reduce((sum, count) => sum + count, 0), nonFinite: 0 });
}

function countValues(values: ArrayLike<number>, bins: number): Media {
  const { min, max, finite } = rangeOf(values);
  const edges = edgesOf(min, max, finite === 0 ? 0 : bins);
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === undefined || !Number.isFinite(value)) continue;
    const bin = binOf(edges, value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return media("histogram", { edges, counts, count: finite, nonFinite: values.length - finite });
}

function rangeOf(values: ArrayLike<number>): { min: number; max: number; finite: number } {
  let [min, max, finite] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number") throw bad(`[${i}]: expected a number, got ${describeValue(value)}`);
    if (!Number.isFinite(value)) continue;
    finite += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, finite };
}

/** The last bin that begins at or below `value`. By search, because arithmetic on a range that is huge or tiny overflows or loses the value. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** `bins + 1` equal edges. Equal values get a bin of width 1 (or of their own precision) around them. */
function edgesOf(min: number, max: number, bins: number): number[] {
  if (bins === 0) return [0];
  const half = min === max ? Math.max(0.5, Math.abs(min) * 2 ** -40) : 0;
  const low = Math.max(min - half, -Number.MAX_VALUE);
  const high = Math.min(max + half, Number.MAX_VALUE);
  // Divided before subtracting, so that a range wider than the largest float64 does not overflow.
  const width = high / bins - low / bins;
  const inner = Array.from({ length: bins - 1 }, (_, i) => Math.min(low + width * (i + 1), high));
  return [low, ...inner, high];
}

function bad(detail: string): TrainlogError {
  return new TrainlogError("media/bad-histogram", `histogram: ${detail}`, { status: 400 });
}
