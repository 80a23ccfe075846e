/** @file The charts of a report: one per metric, with the curves of all runs that have it. */
import type { Series, TrainLog } from "../../log/index.browser.ts";
import { escapeMarkup } from "../../log/render/markup.ts";
import { trainLogSvg } from "../../log/render/train-log-svg.ts";
import type { ReportCurve, ReportRun } from "./report-data.ts";

/** Size of a chart before the page fits it: small enough that its text stays readable on a telephone. */
const CHART_PX = { widthPx: 440, heightPx: 230 } as const;
/** Charts up to which values show under the pointer: the markup for it is many times that of the curves. */
const MAX_HOVER_CHARTS = 12;

/** Metrics of one chart. */
interface Chart {
  readonly key: string;
  readonly curves: readonly { readonly run: ReportRun; readonly curve: ReportCurve }[];
}

/** The charts of all metrics, those of the machine (`system/…`) folded away. */
export function reportCharts(runs: readonly ReportRun[], colors: ReadonlyMap<string, string>): string {
  const charts = chartsOf(runs);
  const own = charts.filter(({ key }) => !key.startsWith("system/"));
  const system = charts.filter(({ key }) => key.startsWith("system/"));
  const draw = (some: readonly Chart[]): string =>
    `<div class="charts">${some.map((chart) => figure(chart, runs, colors, charts.length <= MAX_HOVER_CHARTS)).join("")}</div>`;
  const legend = runs.length > 1 ? runLegend(runs, colors) : "";
  const folded =
    system.length === 0
      ? ""
      : `<details><summary>Metrics of the machine (${system.length})</summary>${draw(system)}</details>`;
  return own.length + system.length === 0 ? "" : legend + (own.length === 0 ? "" : draw(own)) + folded;
}

/** Which colour is which run. */
function runLegend(runs: readonly ReportRun[], colors: ReadonlyMap<string, string>): string {
  const items = runs.map(({ facts }) => {
    const swatch = `<span class="swatch" style="background:${escapeMarkup(colors.get(facts.runId) ?? "")}"></span>`;
    return `<li>${swatch}${escapeMarkup(facts.name)} <span class="muted">${escapeMarkup(facts.runId)}</span></li>`;
  });
  return `<ul class="legend">${items.join("")}</ul>`;
}

function chartsOf(runs: readonly ReportRun[]): Chart[] {
  const all = runs.flatMap((run) => run.curves.map((curve) => ({ run, curve })));
  return Array.from(
    Map.groupBy(all, ({ curve }) => curve.key),
    ([key, curves]) => ({ key, curves }),
  );
}

function figure(
  { key, curves }: Chart,
  runs: readonly ReportRun[],
  colors: ReadonlyMap<string, string>,
  hover: boolean,
): string {
  const log = alignCurves(key, curves, colors);
  const svg = trainLogSvg(log, { ...CHART_PX, plotOnly: true, hover, embedStyles: false });
  const averaged = curves.filter(({ curve }) => curve.totalPoints > curve.steps.length);
  const points = averaged.map(({ run, curve }) => {
    const name = runs.length > 1 ? `${run.facts.name}: ` : "";
    return `${name}${curve.steps.length} means of ${curve.totalPoints} points`;
  });
  const caption = points.length === 0 ? "" : `<figcaption>${escapeMarkup(points.join("; "))}</figcaption>`;
  return `<figure><h3>${escapeMarkup(key)}</h3>${svg}${caption}</figure>`;
}

/** Curves with different steps on one axis; NaN stands where a run has no point. */
function alignCurves(key: string, curves: Chart["curves"], colors: ReadonlyMap<string, string>): TrainLog {
  const steps = [...new Set(curves.flatMap(({ curve }) => Array.from(curve.steps)))].sort((a, b) => a - b);
  const series = curves.map(({ run, curve }): Series => {
    const values = new Map(Array.from(curve.steps, (step, i) => [step, curve.values[i] ?? Number.NaN]));
    return {
      name: curves.length > 1 ? run.facts.name : key,
      values: steps.map((step) => values.get(step) ?? Number.NaN),
      color: colors.get(run.facts.runId) ?? "",
    };
  });
  return { title: key, steps, series, notes: [] };
}
