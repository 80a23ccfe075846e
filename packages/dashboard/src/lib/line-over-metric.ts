/**
 * @file A metric over another metric of the same run, for the x axis "any metric": both lines are held over steps, and joined there.
 *
 * A point (or bucket) of the one stands where the other was at its step, by linear interpolation between the steps at which that was logged. Points before
 * its first and behind its last have no place and are counted, not drawn.
 */
import { emptyLine, type SeriesLine } from "./series-line.ts";

const VALUES = ["count", "nonFinite", "min", "max", "mean", "first", "last"] as const;

/**
 * Places a line over another.
 *
 * @param line - What is drawn, over steps.
 * @param over - What stands along x, over the same steps.
 * @returns The line with the values of `over` as x, in ascending order.
 */
export function lineOverMetric(line: SeriesLine, over: SeriesLine): SeriesLine {
  const placed = line.x.flatMap((start, i) => {
    const x = valueAtStep(over, start + (line.xEnd[i]! - start) / 2);
    return Number.isFinite(x) ? [{ i, x }] : [];
  });
  placed.sort((a, b) => a.x - b.x || a.i - b.i);
  const joined = { ...emptyLine(), totalPoints: line.totalPoints, nextIndex: line.nextIndex };
  for (const { i, x } of placed) {
    joined.x.push(x);
    joined.xEnd.push(x);
    for (const column of VALUES) joined[column].push(line[column][i]!);
  }
  return joined;
}

/** The mean at a step, interpolated; NaN outside of all steps. */
function valueAtStep({ x, xEnd, mean }: SeriesLine, step: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xEnd[middle]! < step) low = middle + 1;
    else high = middle;
  }
  if (low === x.length) return Number.NaN;
  if (x[low]! <= step) return mean[low]!;
  if (low === 0) return Number.NaN;
  const share = (step - xEnd[low - 1]!) / (x[low]! - xEnd[low - 1]!);
  return mean[low - 1]! + (mean[low]! - mean[low - 1]!) * share;
}
