/** @file Histograms of all steps as one picture. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { HistogramMap } from "../lib/histogram-map.ts";
import { formatCount, formatNumber } from "../lib/number-format.ts";
import { useApp } from "../state/app.ts";

/** Size of one cell in the pixels of the canvas, which is scaled to the card. */
const CELL = 4;

/** The picture; its words say what a screen reader needs. */
export function HistogramMapView({ map, label }: { readonly map: HistogramMap; readonly label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useApp().preferences.theme.value;
  const { columns, low, high } = map;
  const rowCount = columns[0]?.shares.length ?? 0;
  const [first, last] = [columns[0]?.step ?? 0, columns.at(-1)?.step ?? 0];
  useLayoutEffect(() => {
    const paint = canvas.current?.getContext("2d");
    if (paint === null || paint === undefined || canvas.current === null) return;
    paint.clearRect(0, 0, canvas.current.width, canvas.current.height);
    paint.fillStyle = getComputedStyle(canvas.current).color;
    for (const [i, { shares }] of columns.entries()) {
      for (const [row, share] of shares.entries()) {
        // The root shows rare values, too, which a straight scale would hide beside a peak.
        paint.globalAlpha = Math.sqrt(share / (map.top || 1));
        if (share > 0) paint.fillRect(i * CELL, (rowCount - 1 - row) * CELL, CELL, CELL);
      }
    }
  }, [map, theme]);
  const words = `${label} over ${formatCount(columns.length)} steps, ${formatCount(first)} to ${formatCount(last)}: values between ${formatNumber(low)} and ${formatNumber(high)}`;
  return (
    <div class="histogram-map">
      <div class="histogram-map-values" aria-hidden="true">
        <span>{formatNumber(high)}</span>
        <span>{formatNumber(low)}</span>
      </div>
      <canvas ref={canvas} width={columns.length * CELL} height={rowCount * CELL} role="img" aria-label={words} />
      <div class="histogram-axis" aria-hidden="true">
        <span>step {formatCount(first)}</span>
        <span>{formatCount(last)}</span>
      </div>
    </div>
  );
}
