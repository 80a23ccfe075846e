/**
 * @file Smoothing of a line that is drawn over its faint raw self.
 *
 * Two kinds. `time` is the time-weighted EMA of Weights & Biases (also SwanLab's): the weight is raised to the distance between two points as a
 * share of the visible range, so a dense and a sparse curve of the same shape look equally smooth. `ema` is TensorBoard's plain EMA, where each
 * point counts the same; people compare screenshots with it. Both remove the bias towards zero of the first points.
 */

/** How lines are smoothed. Weight 0 draws them as they are. */
export interface Smoothing {
  readonly kind: "time" | "ema";
  /** From 0 (off) to {@link MAX_SMOOTHING_WEIGHT}. */
  readonly weight: number;
}

/** Largest weight of the slider; W&B and TensorBoard end here too, because 1 would never move. */
export const MAX_SMOOTHING_WEIGHT = 0.999;

/** Points that W&B assumes across a chart: a weight means the same look as there. */
const VIEWPORT_SCALE = 1000;

/**
 * Smooths values along x.
 *
 * NaN is a gap: it stays NaN and the average goes on behind it.
 *
 * @param x - Positions, ascending, shape `[n]`.
 * @param values - Shape `[n]`.
 * @param rangeX - Width of the visible x range, in units of x; used by `time`.
 * @returns Shape `[n]`; `values` itself when nothing is to do.
 */
export function smooth(
  x: ArrayLike<number>,
  values: ArrayLike<number>,
  smoothing: Smoothing,
  rangeX: number,
): ArrayLike<number> {
  if (smoothing.weight <= 0) return values;
  if (smoothing.kind === "ema") return decayedMean(values, () => Math.min(smoothing.weight, MAX_SMOOTHING_WEIGHT));
  const weight = Math.min(Math.sqrt(smoothing.weight), MAX_SMOOTHING_WEIGHT);
  const perUnit = rangeX > 0 ? VIEWPORT_SCALE / rangeX : 0;
  return decayedMean(values, (i, previous) => weight ** (Math.max(0, x[i]! - x[previous]!) * perUnit));
}

/** Mean of all values so far, each older one multiplied by the decays since. */
function decayedMean(values: ArrayLike<number>, decayAt: (i: number, previous: number) => number): Float64Array {
  const smoothed = new Float64Array(values.length);
  let sum = 0;
  let weightSum = 0;
  let previous = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      smoothed[i] = Number.NaN;
      continue;
    }
    const decay = previous < 0 ? 0 : decayAt(i, previous);
    sum = sum * decay + value;
    weightSum = weightSum * decay + 1;
    smoothed[i] = sum / weightSum;
    previous = i;
  }
  return smoothed;
}
