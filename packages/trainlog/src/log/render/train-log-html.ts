/** @file A training log as a self-contained HTML page: chart with switches, statistics, notes and the last rows. */
import type { TrainLog } from "../train-log.ts";
import { type ChartLayout, layOutChart } from "./chart-layout.ts";
import { htmlBadges, htmlPage, htmlTable } from "./html-page.ts";
import { escapeMarkup } from "./markup.ts";
import { formatNumber } from "./scale.ts";
import { summarizeSeries } from "./series-summary.ts";
import { chartSvg } from "./train-log-svg.ts";

/** Rows in the table of last rows, as upstream's viewer has. */
const LAST_ROWS = 20;
/** Pixels of the chart for narrow windows, telephones above all. */
const NARROW_PX = 360;
/** Most series with a switch of their own. */
const MAX_SWITCHES = 48;

/** Options of the page. */
export interface TrainLogHtmlOptions {
  /** Pixels of the chart before it is fitted to the window; 1000 when absent. */
  readonly widthPx?: number;
  readonly heightPx?: number;
  /** Start with a logarithmic y axis; false when absent. */
  readonly logY?: boolean;
}

/** Draws a log as an HTML page. */
export function trainLogHtml(
  log: TrainLog,
  { widthPx = 1000, heightPx = 420, logY = false }: TrainLogHtmlOptions = {},
): string {
  const linear = layOutChart(log, { widthPx, heightPx, plotOnly: true });
  const hasLogarithmic = layOutChart(log, { widthPx, heightPx, plotOnly: true, logY: true }).hasPoints;
  const body = [
    `<p class="facts">${linear.rows.rowCount} rows · ${log.series.length} series</p>`,
    htmlBadges(linear.warnings),
    `<fieldset class="switches" aria-label="Axis and series">${axisSwitch(hasLogarithmic, logY)}${seriesSwitches(linear)}</fieldset>`,
    ...(hasLogarithmic ? [false, true] : [false]).flatMap((isLogarithmic) => [
      picture(log, "wide", { widthPx, heightPx, logY: isLogarithmic }),
      picture(log, "narrow", { widthPx: NARROW_PX, heightPx: Math.min(heightPx, 300), logY: isLogarithmic }),
    ]),
    log.series.length === 0 ? "" : statistics(log),
    log.notes.length === 0 ? "" : notes(log),
    linear.rows.rowCount === 0 ? "" : lastRows(log, linear),
  ];
  return htmlPage({ title: log.title, body: body.join("\n"), styles: switchStyles(linear) });
}

/** One of the charts, of which the style sheet shows the one that fits the window and the axis switch. */
function picture(
  log: TrainLog,
  kind: "wide" | "narrow",
  size: { widthPx: number; heightPx: number; logY: boolean },
): string {
  const layout = layOutChart(log, { ...size, plotOnly: true });
  const warnings = size.logY ? htmlBadges(layout.warnings.slice(layout.rows.warnings.length)) : "";
  return `<div class="picture ${kind} ${size.logY ? "logarithmic" : "linear"}">${warnings}${chartSvg(layout, { hover: true })}</div>`;
}

function axisSwitch(hasLogarithmic: boolean, logY: boolean): string {
  return hasLogarithmic ? `<label><input type="checkbox" id="tl-log-y"${logY ? " checked" : ""}> log y</label>` : "";
}

function seriesSwitches({ series }: ChartLayout): string {
  return series
    .slice(0, MAX_SWITCHES)
    .map(({ index, name, color }) => {
      const swatch = `<span class="swatch" style="background:${escapeMarkup(color)}"></span>`;
      return `<label><input type="checkbox" id="tl-switch-${index}" checked>${swatch}${escapeMarkup(name)}</label>`;
    })
    .join("");
}

function switchStyles({ series }: ChartLayout): string {
  const axis = "body:has(#tl-log-y:checked) .linear,body:not(:has(#tl-log-y:checked)) .logarithmic{display:none}";
  const width = ".narrow{display:none}@media (max-width:600px){.wide{display:none}.narrow{display:block}}";
  const perSeries = series
    .slice(0, MAX_SWITCHES)
    .map(({ index }) => `body:has(#tl-switch-${index}:not(:checked)) .tl-s${index}{display:none}`);
  return width + axis + perSeries.join("");
}

function statistics(log: TrainLog): string {
  const show = (value: number | undefined): string => (value === undefined ? "–" : formatNumber(value));
  const rows = log.series.map((series) => {
    const { count, start, end, delta, min, max, nonFiniteCount } = summarizeSeries(series);
    return [
      series.name,
      String(count),
      show(start),
      show(end),
      show(delta),
      show(min),
      show(max),
      String(nonFiniteCount),
    ];
  });
  const head = ["series", "n", "start", "end", "Δ", "min", "max", "NaN or ∞"];
  return `<details open><summary>Statistics</summary>${htmlTable([head, ...rows])}</details>`;
}

function notes(log: TrainLog): string {
  return `<details><summary>Notes (${log.notes.length})</summary><ul>${log.notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join("")}</ul></details>`;
}

function lastRows(log: TrainLog, { rows }: ChartLayout): string {
  const first = Math.max(0, rows.rowCount - LAST_ROWS);
  const body = Array.from({ length: rows.rowCount - first }, (_, i) => [
    String(rows.xs[first + i]),
    ...log.series.map((series) => formatNumber(series.values[first + i]!)),
  ]);
  const head = [rows.hasSteps ? "step" : "row", ...log.series.map((series) => series.name)];
  return `<details><summary>Last ${body.length} rows</summary>${htmlTable([head, ...body])}</details>`;
}
