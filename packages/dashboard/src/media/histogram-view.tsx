/** @file A histogram as bars. */
import type { JSX } from "preact";
import type { HistogramData } from "../lib/media-data.ts";
import { formatCount, formatNumber } from "../lib/number-format.ts";

/** Size of the drawing in its own units; it is scaled to the card. */
const WIDTH = 320;
const HEIGHT = 120;

/** The bars; each says its range and count to a pointer, all of them in one sentence to a screen reader. */
export function HistogramView({ data }: { readonly data: HistogramData }): JSX.Element {
  const { edges, counts, nonFinite } = data;
  const low = edges[0] ?? 0;
  const high = edges.at(-1) ?? 1;
  const top = Math.max(...counts, 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const toX = (value: number): number => ((value - low) / (high - low || 1)) * WIDTH;
  const words = `${formatCount(total)} values between ${formatNumber(low)} and ${formatNumber(high)}`;
  return (
    <div class="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {counts.map((count, i) => {
          const [from, to] = [edges[i] ?? low, edges[i + 1] ?? high];
          const height = (count / top) * HEIGHT;
          return (
            <rect
              key={from}
              x={toX(from)}
              y={HEIGHT - height}
              width={Math.max(0.5, toX(to) - toX(from) - 0.6)}
              height={height}
            >
              <title>{`${formatNumber(from)} to ${formatNumber(to)}: ${formatCount(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <div class="histogram-axis" aria-hidden="true">
        <span>{formatNumber(low)}</span>
        <span>
          {formatCount(total)} values{nonFinite > 0 && `, ${formatCount(nonFinite)} NaN or ∞`}
        </span>
        <span>{formatNumber(high)}</span>
      </div>
    </div>
  );
}
