/** @file A series as one line of block characters. */

const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * Draws values as blocks of eight heights, lowest to highest of the finite values.
 *
 * @param values - One per cell, in order. NaN leaves a gap; +∞ is drawn as the highest block and −∞ as the lowest, without stretching the scale.
 */
export function sparkline(values: Iterable<number>): string {
  const list = [...values];
  const finite = list.filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  return list.map((value) => (Number.isNaN(value) ? " " : BLOCKS[level(value, low, high)])).join("");
}

function level(value: number, low: number, high: number): number {
  if (value >= high && high > low) return BLOCKS.length - 1;
  if (!Number.isFinite(value)) return value > 0 ? BLOCKS.length - 1 : 0;
  if (!(high > low)) return 3;
  return Math.max(0, Math.min(BLOCKS.length - 1, Math.floor(((value - low) / (high - low)) * BLOCKS.length)));
}

/** Averages `values` down to at most `cells` values of equal spans, so that a long series fits a line. NaN is left out of the means. */
export function fitToCells(values: ArrayLike<number>, cells: number): number[] {
  if (values.length <= cells) return Array.from(values);
  return Array.from({ length: cells }, (_, cell) => {
    const start = Math.floor((cell * values.length) / cells);
    const end = Math.floor(((cell + 1) * values.length) / cells);
    return meanOf(values, start, end);
  });
}

function meanOf(values: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  let count = 0;
  for (let i = start; i < end; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}
