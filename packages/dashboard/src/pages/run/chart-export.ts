/** @file A chart as a file: the picture as SVG or PNG, the numbers as CSV. */
import type { PointsAnswer } from "trainlog/api";
import { shortDuration } from "../../chart/axes.ts";
import { AXIS_COLOURS, lineLooks } from "../../chart/chart-theme.ts";
import type { ApiClient } from "../../client/http.ts";
import { saveFile } from "../../client/save-file.ts";
import { RAW_HEAD, rawRows, shownCsv } from "../../lib/chart-csv.ts";
import { chartSvg, type Picture, type PictureLine } from "../../lib/chart-svg.ts";
import { formatMetricTicks } from "../../lib/metric-unit.ts";
import { formatTicks } from "../../lib/number-format.ts";
import { axisTitle, metricOfAxis, type PlotAxis } from "../../lib/plot-axis.ts";
import type { PlotModel } from "../../lib/plot-model.ts";
import { CHART_BACKGROUND, type RunStyle, type Theme } from "../../lib/run-colour.ts";
import { linearTicks, logTicks, timeTicks } from "../../lib/ticks.ts";
import { formatClock } from "../../lib/time-format.ts";

/** Canvas pixels per pixel of the picture: sharp on every screen and on paper. */
const PNG_SCALE = 2;

/** Points per request of raw points. */
const POINTS_PER_PAGE = 50_000;

/** A chart to export. */
export interface ExportedChart {
  readonly metric: string;
  readonly model: PlotModel;
  readonly axis: PlotAxis;
  readonly styles: ReadonlyMap<string, RunStyle>;
  /** Names of lines by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly theme: Theme;
}

/** Saves the picture as SVG. */
export function saveSvg(chart: ExportedChart): void {
  saveFile(new Blob([chartSvg(pictureOf(chart))], { type: "image/svg+xml" }), fileName(chart, "svg"));
}

/** Saves the picture as PNG. */
export async function savePng(chart: ExportedChart): Promise<void> {
  const image = await loadImage(new Blob([chartSvg(pictureOf(chart))], { type: "image/svg+xml" }));
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * PNG_SCALE;
  canvas.height = image.naturalHeight * PNG_SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const png = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (png === null) throw new Error("This browser made no PNG of the chart. Save it as SVG instead.");
  saveFile(png, fileName(chart, "png"));
}

/** Saves what is drawn as CSV. */
export function saveShownCsv(chart: ExportedChart): void {
  const units = { step: "step", wall: "wall_ms", relative: "relative_ms" } as const;
  const { axis } = chart;
  const xName = metricOfAxis(axis) ?? (axis === "wall" || axis === "relative" ? units[axis] : units.step);
  saveFile(new Blob([shownCsv(chart.model, chart.names, xName)], { type: "text/csv" }), fileName(chart, "shown.csv"));
}

/** Saves every point that was logged as CSV. */
export async function saveRawCsv(
  client: ApiClient,
  metric: string,
  runs: readonly { readonly runId: string; readonly name: string }[],
): Promise<void> {
  const parts: string[] = [RAW_HEAD];
  for (const run of runs) for await (const page of rawPages(client, run.runId, metric)) parts.push(rawRows(run, page));
  saveFile(new Blob(parts, { type: "text/csv" }), fileName({ metric }, "raw.csv"));
}

async function* rawPages(client: ApiClient, runId: string, metric: string): AsyncGenerator<PointsAnswer> {
  let after: number | undefined;
  do {
    const query = { key: metric, limit: POINTS_PER_PAGE, after };
    const page = await client.get<PointsAnswer>(`/runs/${encodeURIComponent(runId)}/points`, query);
    yield page;
    after = page.nextAfter;
  } while (after !== undefined);
}

function pictureOf({ metric, model, axis, styles, names, theme }: ExportedChart): Picture {
  const looks = lineLooks(styles, theme);
  const lines = model.lines.map(({ id }): [string, PictureLine] => {
    const { colour, dash } = looks.get(id) ?? { colour: "currentColor", dash: [] };
    return [id, { name: names.get(id) ?? id, colour, dash }];
  });
  const [only] = lines;
  const title = lines.length === 1 && only !== undefined ? `${metric} · ${only[1].name}` : metric;
  const yTicks = model.logY ? logTicks(model.y) : linearTicks(model.y, 6);
  return {
    ...{ model, title, xTitle: axisTitle(axis), lines: new Map(lines) },
    colours: { background: CHART_BACKGROUND[theme], ...AXIS_COLOURS[theme] },
    xTicks: xTicks(model, axis),
    yTicks: withTexts(yTicks, model.logY ? each(yTicks, metric) : formatMetricTicks(metric, yTicks)),
  };
}

/** Ticks of a log axis are far apart: each is written by itself. */
function each(ticks: readonly number[], metric: string): string[] {
  return ticks.map((tick) => formatMetricTicks(metric, [tick])[0] ?? "");
}

function xTicks(model: PlotModel, axis: PlotAxis): Picture["xTicks"] {
  if (model.logX) {
    const ticks = logTicks(model.x);
    return withTexts(
      ticks,
      axis === "relative" ? ticks.map(shortDuration) : ticks.map((tick) => formatTicks([tick])[0] ?? ""),
    );
  }
  if (axis === "relative") {
    const ticks = timeTicks(model.x, 8);
    return withTexts(ticks, ticks.map(shortDuration));
  }
  if (axis === "wall") {
    const ticks = timeTicks(model.x, 6);
    return withTexts(ticks, formatClock(ticks, (ticks[1] ?? 0) - (ticks[0] ?? 0)));
  }
  const ticks = linearTicks(model.x, 8);
  return withTexts(ticks, formatTicks(ticks));
}

function withTexts(ticks: readonly number[], texts: readonly string[]): Picture["xTicks"] {
  return ticks.map((at, i) => ({ at, text: texts[i] ?? "" }));
}

async function loadImage(blob: Blob): Promise<HTMLImageElement> {
  const address = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** `train/loss` → `train-loss.png`: what no file system refuses. */
function fileName({ metric }: Pick<ExportedChart, "metric">, ending: string): string {
  const safe = metric.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+|-+$/g, "");
  return `${safe.slice(0, 100) || "chart"}.${ending}`;
}
