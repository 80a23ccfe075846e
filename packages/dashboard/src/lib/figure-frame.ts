/** @file Ranges and ticks of a figure. */
import type { FigureData } from "./figure-data.ts";

/** What a figure shows. */
export interface FigureFrame {
  readonly xDomain: readonly [low: number, high: number];
  readonly yDomain: readonly [low: number, high: number];
}

/** Ticks that an axis has about. */
const TICK_COUNT = 5;

/** The ranges that hold all points, with a little room; bars begin at 0. */
export function figureFrame({ traces, names }: FigureData): FigureFrame {
  const hasBars = traces.some(({ mark }) => mark === "bars");
  const x = extent(traces.flatMap(({ x: values }) => values));
  const y = extent([...traces.flatMap(({ y: values }) => values), ...(hasBars ? [0] : [])]);
  const [low, high] = withRoom(y, 0.05);
  return {
    xDomain: names === undefined ? withRoom(x, hasBars ? 0.05 : 0.02) : [-0.5, names.length - 0.5],
    yDomain: hasBars ? [y[0] === 0 ? 0 : low, y[1] === 0 ? 0 : high] : [low, high],
  };
}

/** Round numbers inside of a range: 1, 2 or 5 of a power of ten apart. */
export function niceTicks(low: number, high: number): number[] {
  const rough = (high - low) / TICK_COUNT;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.ceil(low / step);
  const count = Math.min(Math.floor(high / step) - first + 1, 8);
  if (!Number.isFinite(step) || !(count > 0)) return [];
  return Array.from({ length: count }, (_, i) => (first + i) * step).filter((tick) => tick >= low && tick <= high);
}

function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

function withRoom([low, high]: readonly [number, number], share: number): [number, number] {
  // Of one value there is no range; of values near the largest number none that can be widened.
  const room = (high - low) * share || Math.abs(high) * 0.1 || 1;
  const [wideLow, wideHigh] = [low - room, high + room];
  return Number.isFinite(wideHigh - wideLow) && wideLow < wideHigh ? [wideLow, wideHigh] : [0, 1];
}
