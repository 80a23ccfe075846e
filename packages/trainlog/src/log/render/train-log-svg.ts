/** @file A training log as an SVG picture. */
import type { TrainLog } from "../train-log.ts";
import { type ChartLayout, type ChartOptions, type ChartSeries, layOutChart } from "./chart-layout.ts";
import { hoverColumns } from "./hover-columns.ts";
import { EDGE_PX, LABEL_PX, type LegendEntry, ROW_PX, TITLE_PX } from "./legend.ts";
import { clip, escapeMarkup, px, textWidthPx } from "./markup.ts";
import { svgDocument, text, warningBadges } from "./svg.ts";
import { paint, type Theme } from "./theme.ts";

/** How a line chart is drawn. */
export interface ChartSvgOptions extends ChartOptions {
  /** `"auto"` when absent. */
  readonly theme?: Theme;
  /** Show the values of a step while the pointer is over it, by CSS alone. False when absent. */
  readonly hover?: boolean;
  /** Carry the style sheet of an `auto` picture inside; true when absent. */
  readonly embedStyles?: boolean;
}

/** Draws a log as an SVG document: axes, curves, legend, warnings. A log without series says so. */
export function trainLogSvg(log: TrainLog, options: ChartSvgOptions = {}): string {
  return chartSvg(layOutChart(log, options), options);
}

/** Draws a laid-out chart. */
export function chartSvg(layout: ChartLayout, options: Omit<ChartSvgOptions, keyof ChartOptions> = {}): string {
  const { theme = "auto", hover = false, embedStyles = true } = options;
  const body = [
    layout.plotOnly ? "" : header(layout, theme),
    grid(layout, theme),
    ...layout.series.map((series) => curve(layout, series)),
    layout.hasPoints ? "" : emptyMessage(layout, theme),
    hover ? hoverColumns(layout, theme) : "",
  ];
  return svgDocument(
    { width: layout.width, height: layout.height, theme, label: describe(layout), embedStyles },
    body.join(""),
  );
}

/** The picture in one sentence, for readers who cannot see it. */
function describe({ title, rows, series }: ChartLayout): string {
  const names = series
    .slice(0, 10)
    .map(({ name }) => clip(name, 40))
    .join(", ");
  return `${clip(title, 120)}: line chart of ${series.length === 0 ? "no series" : `${names} over ${rows.xs.length} ${rows.hasSteps ? "steps" : "rows"}`}`;
}

function header(layout: ChartLayout, theme: Theme): string {
  const maxLength = Math.floor((layout.width - 2 * EDGE_PX) / textWidthPx("m", 15));
  const title = text(clip(layout.title, maxLength), { x: EDGE_PX, y: 21, sizePx: 15, weight: 600, theme });
  return (
    title +
    warningBadges(layout.warnings, { x: EDGE_PX, y: TITLE_PX, theme }) +
    layout.legend.map((entry) => legendEntry(entry, layout.series, theme)).join("")
  );
}

function legendEntry({ index, label, x, y }: LegendEntry, all: readonly ChartSeries[], theme: Theme): string {
  const baseLine = y + ROW_PX / 2 + 4;
  const series = index === undefined ? undefined : all[index];
  if (series === undefined) return text(label, { x, y: baseLine, sizePx: LABEL_PX, theme, role: "muted" });
  const middle = px(y + ROW_PX / 2);
  const swatch = `<line x1="${px(x)}" x2="${px(x + 18)}" y1="${middle}" y2="${middle}" ${strokeOf(series)}/>`;
  return `<g class="tl-s${series.index}">${swatch}${text(label, { x: x + 24, y: baseLine, sizePx: LABEL_PX, theme, full: series.name })}</g>`;
}

function strokeOf({ color, dash }: { readonly color: string; readonly dash: string }): string {
  return `fill="none" stroke="${escapeMarkup(color)}" stroke-width="1.8"${dash === "" ? "" : ` stroke-dasharray="${dash}"`}`;
}

function grid({ plot, xScale, yScale, rows }: ChartLayout, theme: Theme): string {
  const line = paint(theme, { stroke: "grid" });
  const bottom = plot.top + plot.height;
  const label = { sizePx: LABEL_PX, theme, role: "muted" } as const;
  const horizontal = yScale.ticks.map((tick) => {
    const y = bottom - yScale.position(tick.value) * plot.height;
    const rule = `<line x1="${px(plot.left)}" x2="${px(plot.left + plot.width)}" y1="${px(y)}" y2="${px(y)}" ${line}/>`;
    return rule + text(tick.label, { x: plot.left - 6, y: y + 4, anchor: "end", ...label });
  });
  const vertical = xScale.ticks.map((tick) => {
    const x = plot.left + xScale.position(tick.value) * plot.width;
    const mark = `<line x1="${px(x)}" x2="${px(x)}" y1="${px(bottom)}" y2="${px(bottom + 4)}" ${line}/>`;
    return mark + text(tick.label, { x, y: bottom + 17, anchor: "middle", ...label });
  });
  const axis = `<line x1="${px(plot.left)}" x2="${px(plot.left + plot.width)}" y1="${px(bottom)}" y2="${px(bottom)}" ${paint(theme, { stroke: "muted" })}/>`;
  const name = text(rows.hasSteps ? "step" : "row", {
    x: plot.left + plot.width,
    y: bottom + 31,
    anchor: "end",
    ...label,
  });
  return horizontal.join("") + vertical.join("") + axis + name;
}

function curve({ plot }: ChartLayout, series: ChartSeries): string {
  if (series.isHidden) return "";
  const { segments, upMarks, downMarks } = series.line;
  const color = escapeMarkup(series.color);
  const lines = segments.filter((points) => points.length > 1);
  const path = lines.map((points) => `M${points.map(({ x, y }) => `${px(x)} ${px(y)}`).join("L")}`).join("");
  // A stretch of one point between two gaps has no line: a dot shows it.
  const dots = segments
    .filter((points) => points.length === 1)
    .map(([point]) => `<circle cx="${px(point!.x)}" cy="${px(point!.y)}" r="2.5" fill="${color}"/>`);
  const marks = [
    ...upMarks.map((x) => infinityMark(x, plot.top, 1, color, "∞")),
    ...downMarks.map((x) => infinityMark(x, plot.top + plot.height, -1, color, "−∞")),
  ];
  const stroke = path === "" ? "" : `<path d="${path}" ${strokeOf(series)} stroke-linejoin="round"/>`;
  return `<g class="tl-s${series.index}">${stroke}${dots.join("")}${marks.join("")}</g>`;
}

/** A triangle at the edge that the value lies beyond. */
function infinityMark(x: number, y: number, direction: 1 | -1, color: string, label: string): string {
  return `<path d="M${px(x - 4)} ${px(y + 7 * direction)}h8l-4 ${-7 * direction}z" fill="${color}"><title>${label}</title></path>`;
}

function emptyMessage({ plot, series }: ChartLayout, theme: Theme): string {
  const why =
    series.length === 0
      ? "The log has no series."
      : series.every(({ isHidden }) => isHidden)
        ? "All series are hidden."
        : "No value to draw.";
  return text(why, {
    x: plot.left + plot.width / 2,
    y: plot.top + plot.height / 2,
    anchor: "middle",
    sizePx: 13,
    theme,
    role: "muted",
  });
}
