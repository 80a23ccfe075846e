/** @file `trainlog plot`: curves of one or several runs in the terminal, live with -f. */
import type { RunInfo, SeriesAnswer } from "../../store/index.ts";
import { chosenKeys, numberMetrics } from "../chosen-metrics.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import type { RunPlace, RunReader } from "../place/run-place.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { findRuns } from "../store-access.ts";
import { brailleChart, chartLegend, smoothed } from "../terminal/braille-chart.ts";
import { formatAge, formatCount, formatDuration, formatNumber } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** Charts when no metric is asked for. */
const USUAL_CHARTS = 4;

/** A live chart is drawn again at most this often. */
const REDRAW_MS = 500;

/** Width in a pipe, which has none. */
const PIPE_WIDTH = 80;

/** What is plotted. */
interface PlotTask {
  readonly runs: readonly RunInfo[];
  readonly metrics: readonly string[];
  readonly x: "step" | "wall" | "relative";
  readonly smooth: number;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly height: number;
  readonly width: number;
}

/** Curves of one metric. */
interface PlotChart {
  readonly key: string;
  readonly curves: readonly { readonly run: RunInfo; readonly series: SeriesAnswer; readonly y: readonly number[] }[];
}

/** `trainlog plot` */
export const plotCommand: Command = defineCommand({
  name: "plot",
  summary: "draw curves of runs in the terminal",
  details: [
    "One chart per metric, with all runs in it; curves end in a letter that the legend explains. Long curves are averaged to the width.",
    "With -f the charts are drawn again as points come, until all runs have ended.",
  ],
  arguments: [{ name: "RUN", help: "ids, beginnings of ids, names", required: true, many: true }],
  options: {
    ...PLACE_OPTIONS,
    metric: {
      type: "text",
      short: "m",
      value: "KEY",
      multiple: true,
      help: "draw this metric; val/* takes all that begin so",
      defaultText: `the first ${USUAL_CHARTS}`,
    },
    x: {
      type: "text",
      value: "AXIS",
      choices: ["step", "wall", "relative"],
      default: "step",
      help: "step, wall (time of day) or relative (time since the start)",
    },
    smooth: {
      type: "text",
      value: "WEIGHT",
      default: "0",
      help: "weight of the past in an exponential moving average, from 0 to below 1",
    },
    "log-x": { type: "boolean", help: "logarithmic x axis" },
    "log-y": { type: "boolean", help: "logarithmic y axis" },
    height: { type: "integer", value: "LINES", default: 12, min: 3, max: 200, help: "lines of each chart" },
    width: {
      type: "integer",
      value: "CELLS",
      min: 40,
      max: 1000,
      help: "width of the charts",
      defaultText: "that of the terminal",
    },
    follow: { type: "boolean", short: "f", help: "draw again as points come" },
  },
  examples: [
    ["trainlog plot baseline", "its first metrics"],
    ["trainlog plot baseline wide -m loss --log-y --smooth 0.9", "two runs in one chart"],
    ["trainlog plot baseline -m 'val/*' -f", "live"],
  ],
  exitCodes: { 1: "a run or a metric is not there" },
  run: ({ options, args, context }) =>
    withPlace(options, context, async (place) => {
      const { out } = context;
      const task: PlotTask = {
        runs: await findRuns(place.runs, args),
        metrics: options.metric,
        // The parser has checked the choices.
        x: options.x as PlotTask["x"],
        smooth: weightOf(options.smooth),
        logX: options["log-x"],
        logY: options["log-y"],
        height: options.height,
        width: options.width ?? (Number.isFinite(out.width) ? out.width : PIPE_WIDTH),
      };
      if (options.follow) return follow(place, task, context);
      const charts = await readCharts(place.runs, task);
      out.data(documentOf(task, charts));
      out.text(draw(charts, task, context));
      return EXIT_OK;
    }),
});

function weightOf(text: string): number {
  const weight = text.trim() === "" ? Number.NaN : Number(text);
  if (weight >= 0 && weight < 1) return weight;
  throw usageError(`--smooth: expected a number from 0 to below 1, got ${JSON.stringify(text)}`);
}

async function readCharts(reader: RunReader, task: PlotTask): Promise<PlotChart[]> {
  const { runs, metrics, x, width, smooth } = task;
  const keys = chosenKeys(await numberMetrics(reader, runs), metrics);
  const shown = metrics.length > 0 ? keys : keys.slice(0, USUAL_CHARTS);
  const targets = shown.flatMap((key) => runs.map(({ runId }) => ({ runId, key })));
  // Two dots per cell.
  const answers = await reader.series(targets, { x, buckets: 2 * width });
  return shown.map((key, k) => ({
    key,
    curves: runs.flatMap((run, r) => {
      const series = answers[k * runs.length + r];
      if (series === undefined) return [];
      const raw = series.exact ? series.values : series.mean;
      return [{ run, series, y: smooth > 0 ? smoothed(raw, smooth) : Array.from(raw) }];
    }),
  }));
}

function documentOf({ x, smooth }: PlotTask, charts: readonly PlotChart[]): object {
  return {
    x,
    smooth,
    series: charts.flatMap(({ key, curves }) =>
      curves.map(({ run: { runId, name }, series, y }) => ({
        ...{ runId, name, key, exact: series.exact, totalPoints: series.totalPoints },
        x: series.x,
        values: y,
      })),
    ),
  };
}

function draw(charts: readonly PlotChart[], task: PlotTask, { out, nowMs }: CommandContext): string {
  const { width, height, logX, logY, x, smooth } = task;
  if (charts.length === 0) return "no metric with numbers yet";
  const coloured = out.coloured;
  const xText = {
    step: (value: number) => `step ${formatCount(value)}`,
    wall: (value: number) => formatAge(value, nowMs()),
    relative: (value: number) => formatDuration(value * 1000),
  }[x];
  return charts
    .map(({ key, curves }) => {
      const title = `${out.style.bold(visibleText(key))}${smooth > 0 ? out.style.dim(`  smoothed by ${smooth}`) : ""}`;
      const lines = curves.map(({ run, series, y }) => ({ label: run.name, x: series.x, y }));
      const legend = curves.map(({ run, series, y }) => ({ label: run.name, facts: factsOf(series, y) }));
      return [
        title,
        brailleChart(lines, { width, height, coloured, logX, logY, xText }),
        chartLegend(legend, { width, coloured }),
      ].join("\n");
    })
    .join("\n\n");
}

function factsOf({ min, max, totalPoints }: SeriesAnswer, y: readonly number[]): string {
  const low = min.reduce((a, b) => (b < a ? b : a), Infinity);
  const high = max.reduce((a, b) => (b > a ? b : a), -Infinity);
  const last = y.findLast(Number.isFinite);
  const text = (value: number | undefined): string =>
    value === undefined || !Number.isFinite(value) ? "–" : formatNumber(value);
  return `last ${text(last)}  min ${text(low)}  max ${text(high)}  n ${formatCount(totalPoints)}`;
}

async function follow(place: RunPlace, task: PlotTask, context: CommandContext): Promise<number> {
  const { out, signal } = context;
  if (out.json || !Number.isFinite(out.width))
    throw usageError("-f draws over what it drew, which needs a terminal; for a program: trainlog tail -f --json");
  const states = new Map(task.runs.map(({ runId, state }) => [runId, state]));
  let drawnLines = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  const redraw = async (): Promise<void> => {
    const text = draw(await readCharts(place.runs, task), task, context);
    // Up to the first line of the last drawing, and everything below it away.
    out.bytes(`${drawnLines === 0 ? "" : `\u001b[${drawnLines}A\u001b[J`}${text}\n`);
    drawnLines = text.split("\n").length;
    drawnMs = performance.now();
  };
  const done = new AbortController();
  const both = AbortSignal.any([signal, done.signal]);
  let timer: NodeJS.Timeout | undefined;
  const onLost = (message: string): void => out.note(visibleText(message.split("\n")[0] ?? ""));
  let failure: unknown;
  const drawSoon = (): void => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        redraw().then(
          () => {
            if ([...states.values()].every((state) => state !== "running")) done.abort();
          },
          (error: unknown) => {
            failure = error;
            done.abort();
          },
        );
      },
      Math.max(0, drawnMs + REDRAW_MS - performance.now()),
    );
  };
  try {
    for await (const change of place.follow([...states.keys()], { signal: both, onLost })) {
      if (change.type === "run") states.set(change.run.runId, change.run.state);
      if (change.type === "removed") states.set(change.runId, "killed");
      if (change.type !== "console" && change.type !== "alert") drawSoon();
    }
  } finally {
    clearTimeout(timer);
  }
  if (failure !== undefined) throw failure;
  signal.throwIfAborted();
  return EXIT_OK;
}
