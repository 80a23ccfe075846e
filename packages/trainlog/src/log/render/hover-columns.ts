/**
 * @file Values on hover without a script: each stretch of the plot is an invisible rectangle with a hidden label that CSS shows under the pointer.
 */
import type { ChartLayout } from "./chart-layout.ts";
import { clip, escapeMarkup, px, textWidthPx } from "./markup.ts";
import { formatNumber } from "./scale.ts";
import { text } from "./svg.ts";
import { paint, type Theme } from "./theme.ts";

/** Most places that answer to the pointer: each costs some hundred bytes per series. */
const MAX_COLUMNS = 200;
/** Least width of such a place, pixels: narrower ones cannot be aimed at. */
const MIN_COLUMN_PX = 4;
/** Most series named in one label. */
const MAX_LINES = 12;

/** What is shown under the pointer: the rows at even distances, all of them when there are few. */
export function hoverColumns(layout: ChartLayout, theme: Theme): string {
  const columns = columnsOfRows(layout);
  const styles =
    "<style>.tl-tip{visibility:hidden;pointer-events:none}.tl-hit:hover .tl-tip{visibility:visible}</style>";
  const groups = columns.map(({ row, x }, i) => {
    const left = i === 0 ? layout.plot.left : (columns[i - 1]!.x + x) / 2;
    const right = i === columns.length - 1 ? layout.plot.left + layout.plot.width : (x + columns[i + 1]!.x) / 2;
    const area = `<rect x="${px(left)}" y="${px(layout.plot.top)}" width="${px(right - left)}" height="${px(layout.plot.height)}" fill="transparent"/>`;
    return `<g class="tl-hit">${area}<g class="tl-tip">${valueLabel(layout, row, x, theme)}</g></g>`;
  });
  return columns.length === 0 ? "" : styles + groups.join("");
}

/** Rows in order of x, one per stretch of the plot. */
function columnsOfRows({ rows, plot, xScale, hasPoints }: ChartLayout): { row: number; x: number }[] {
  if (!hasPoints) return [];
  const minimumGap = Math.max(plot.width / MAX_COLUMNS, MIN_COLUMN_PX);
  const placed = rows.xs.map((x, row) => ({ row, x: plot.left + xScale.position(x) * plot.width }));
  placed.sort((a, b) => a.x - b.x);
  let lastX = Number.NEGATIVE_INFINITY;
  return placed.filter(({ x }) => {
    if (x - lastX < minimumGap) return false;
    lastX = x;
    return true;
  });
}

/** The cross hair at a row with the values of all visible series beside it. */
export function valueLabel(layout: ChartLayout, row: number, x: number, theme: Theme): string {
  const { plot, rows } = layout;
  const visible = layout.series.filter(({ isHidden }) => !isHidden);
  const lines = visible.slice(0, MAX_LINES).map(({ name, values, color }) => ({
    color,
    label: `${clip(name, 24)}  ${row < values.length ? formatNumber(values[row]!) : "–"}`,
  }));
  if (visible.length > MAX_LINES) lines.push({ color: "none", label: `and ${visible.length - MAX_LINES} more` });
  const heading = `${rows.hasSteps ? "step" : "row"} ${rows.xs[row]}`;
  const width =
    Math.max(...[heading, ...lines.map(({ label }) => `   ${label}`)].map((line) => textWidthPx(line, 11))) + 16;
  const left = x + 10 + width > plot.left + plot.width ? Math.max(0, x - 10 - width) : x + 10;
  const top = plot.top + 6;
  const crossHair = `<line x1="${px(x)}" x2="${px(x)}" y1="${px(plot.top)}" y2="${px(plot.top + plot.height)}" ${paint(theme, { stroke: "muted" })}/>`;
  const box = `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${22 + 15 * lines.length}" rx="4" ${paint(theme, { fill: "background", stroke: "muted" })}/>`;
  const body = lines.map(({ color, label }, i) => {
    const y = top + 31 + 15 * i;
    const swatch = `<rect x="${px(left + 8)}" y="${px(y - 8)}" width="8" height="8" fill="${escapeMarkup(color)}"/>`;
    return swatch + text(label, { x: left + 21, y, sizePx: 11, theme });
  });
  return crossHair + box + text(heading, { x: left + 8, y: top + 15, sizePx: 11, weight: 600, theme }) + body.join("");
}
