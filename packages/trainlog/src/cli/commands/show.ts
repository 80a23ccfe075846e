/** @file `trainlog show`: one run, or one training log file, in the terminal. */
import { readLogFile } from "../../log/index.ts";
import { type Drawable, renderTerminal, type TerminalOptions } from "../../log/render/index.ts";
import type { MetricSummary, RunDetail } from "../../store/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { DRAW_OPTIONS } from "../option-types.ts";
import type { Output } from "../output.ts";
import type { RunReader } from "../place/run-place.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { paintState, stateText } from "../run-state.ts";
import { flattenConfig, trainLogOfRun } from "../run-train-log.ts";
import { findRun, logFileOf } from "../store-access.ts";
import { formatAge, formatCount, formatDuration, formatNumber, formatPlural } from "../terminal/format.ts";
import { fitToCells, sparkline } from "../terminal/sparkline.ts";
import { renderTable, type TableColumn } from "../terminal/table.ts";
import { padText, visibleText } from "../terminal/text-width.ts";

/** Cells of a metric's sparkline. */
const TREND_CELLS = 16;

/** Metrics whose trend is drawn; a run with thousands of them should still show at once. */
const MAX_TRENDS = 200;

/** `trainlog show` */
export const showCommand: Command = defineCommand({
  name: "show",
  summary: "show a run, or a training log file, in the terminal",
  details: [
    "A run is named by its id, the beginning of its id, or its name. A file is a TrainLog or a confusion matrix in JSON.",
  ],
  arguments: [{ name: "RUN|FILE", help: "what to show", required: true }],
  options: {
    ...PLACE_OPTIONS,
    ...DRAW_OPTIONS,
    metric: { type: "text", value: "KEY", multiple: true, help: "draw this metric of the run as a curve" },
    console: {
      type: "integer",
      value: "N",
      min: 1,
      max: 100_000,
      help: "also show the last N lines of console output",
    },
    limit: { type: "integer", value: "N", default: 100, min: 1, max: 10_000, help: "most metrics to list" },
    system: { type: "boolean", help: "also list the machine's metrics (system/…)" },
  },
  examples: [
    ["trainlog show baseline", "the run called baseline"],
    ["trainlog show baseline --metric train/loss", "a curve"],
    ["trainlog show train_log.json", "the curves of a file"],
  ],
  run: async ({ options, args, context }) => {
    const target = args[0] ?? "";
    const { labels } = options;
    const drawing: TerminalOptions = {
      logY: options["log-y"],
      ...(labels === undefined ? {} : { labels: labels.split(",") }),
    };
    const file = await logFileOf(target, context);
    if (file !== undefined) return showFile(file, drawing, context);
    return withPlace(options, context, async ({ runs: store }) => {
      const { runId } = await findRun(store, target);
      const run = await store.getRun(runId);
      if (options.metric.length > 0) return showCurves(store, run, options.metric, drawing, context.out);
      const metrics = await store.metrics(runId);
      const lines =
        options.console === undefined ? undefined : (await store.console(runId, { last: options.console })).lines;
      context.out.data({ run, metrics, ...(lines === undefined ? {} : { console: lines }) });
      const listed = options.system ? metrics : metrics.filter(({ key }) => !key.startsWith("system/"));
      const sections = [
        factsText(run, context),
        configText(run, context.out),
        await metricsText(store, run, listed.slice(0, options.limit), context.out),
        hiddenText(run.metricCount, listed.length, metrics.length, options.limit),
        ...(lines === undefined
          ? []
          : [[context.out.style.bold("Console"), ...lines.map(({ text }) => visibleText(text))].join("\n")]),
      ];
      context.out.text(sections.filter((section) => section !== "").join("\n\n"));
      return EXIT_OK;
    });
  },
});

async function showFile(path: string, drawing: TerminalOptions, { out }: CommandContext): Promise<number> {
  const document = await readLogFile(path, { onWarning: (message) => out.note(visibleText(message)) });
  out.data(document);
  out.text(draw(document.content, drawing, out));
  return EXIT_OK;
}

async function showCurves(
  store: RunReader,
  run: RunDetail,
  keys: readonly string[],
  drawing: TerminalOptions,
  out: Output,
): Promise<number> {
  const log = await trainLogOfRun(store, run, keys);
  out.data({ kind: "train-log", log });
  // The notes repeat the config, which `show` without --metric lists.
  out.text(draw({ ...log, notes: [] }, drawing, out));
  return EXIT_OK;
}

/** Width of a drawing in a pipe, which has none of its own. */
const PIPE_COLUMNS = 80;

function draw(content: Drawable, drawing: TerminalOptions, out: Output): string {
  const columns = Number.isFinite(out.width) ? out.width : PIPE_COLUMNS;
  return renderTerminal(content, { ...drawing, columns, color: out.coloured }).trimEnd();
}

function factsText(run: RunDetail, { out, nowMs }: CommandContext): string {
  const { style } = out;
  const facts: [string, string][] = [
    ["project", run.project],
    ["id", run.runId],
    [
      "started",
      `${formatAge(run.createdMs, nowMs())}, ${run.state === "running" ? "running for" : "took"} ${formatDuration(run.durationMs)}`,
    ],
    [
      "logged",
      `${formatPlural(run.rowCount, "row")}, ${formatPlural(run.pointCount, "point")} in ${formatPlural(run.metricCount, "metric")}${lastStepText(run)}`,
    ],
    ["group", run.group ?? ""],
    ["tags", run.tags.join(", ")],
    ["notes", run.notes ?? ""],
    [/^https?:/.test(run.dir) ? "page" : "folder", run.dir],
  ];
  const lines = facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${style.dim(padText(name, 8))} ${visibleText(value)}`);
  const title = `${paintState(stateText(run.state), run.state, style)}  ${style.bold(visibleText(run.name))}`;
  return [title, ...lines, ...troubleLines(run, out)].join("\n");
}

function lastStepText(run: RunDetail): string {
  return run.lastStep === undefined ? "" : `, up to step ${formatCount(run.lastStep)}`;
}

/** What went wrong: the error that ended the run, damage of its files, a crash. */
function troubleLines(run: RunDetail, { style }: Output): string[] {
  const lines = (run.error ?? "").split("\n").filter((line) => line !== "");
  const damage = run.damage.map(({ file, message }) => `damaged: ${file}: ${message}`);
  const crash =
    run.state === "crashed"
      ? ["its script ended without saying so (killed, or the machine went down); what it logged is here"]
      : [];
  return [...lines, ...damage, ...crash].map((line) => style.red(`! ${visibleText(line)}`));
}

function configText(run: RunDetail, out: Output): string {
  const entries = flattenConfig(run.config).filter(([key]) => key !== "");
  if (entries.length === 0) return "";
  const keyWidth = Math.min(32, Math.max(...entries.map(([key]) => key.length)));
  return [
    out.style.bold("Config"),
    ...entries.map(([key, value]) => `${padText(visibleText(key), keyWidth)}  ${visibleText(value)}`),
  ].join("\n");
}

async function metricsText(
  store: RunReader,
  run: RunDetail,
  metrics: readonly MetricSummary[],
  out: Output,
): Promise<string> {
  if (metrics.length === 0) return "no metrics logged yet";
  const trends = await trendsOf(store, run.runId, metrics);
  const columns: TableColumn<MetricSummary>[] = [
    { title: "metric", value: ({ key }) => key, minWidth: 24 },
    { title: "trend", value: ({ key }) => trends.get(key) ?? "", paint: out.style.cyan, optional: true },
    { title: "last", value: (metric) => lastText(metric), align: "right", minWidth: 8 },
    { title: "min", value: ({ min }) => numberText(min), align: "right" },
    { title: "max", value: ({ max }) => numberText(max), align: "right" },
    { title: "mean", value: ({ mean }) => numberText(mean), align: "right", optional: true },
    { title: "points", value: ({ count }) => formatCount(count), align: "right", optional: true },
  ];
  return renderTable(columns, metrics, { width: out.width, paintTitles: out.style.bold });
}

async function trendsOf(
  store: RunReader,
  runId: string,
  metrics: readonly MetricSummary[],
): Promise<Map<string, string>> {
  const keys = metrics.filter(({ kind }) => kind === "number").map(({ key }) => key);
  const targets = keys.slice(0, MAX_TRENDS).map((key) => ({ runId, key }));
  const series = await store.series(targets, { x: "step", buckets: TREND_CELLS });
  return new Map(series.map((buckets, i) => [keys[i] ?? "", sparkline(fitToCells(buckets?.mean ?? [], TREND_CELLS))]));
}

function lastText({ last }: MetricSummary): string {
  if (last === undefined) return "–";
  return typeof last === "number" ? formatNumber(last) : JSON.stringify(last);
}

function numberText(value: number | undefined): string {
  return value === undefined ? "–" : formatNumber(value);
}

/** What is not in the list, and how to see it. */
function hiddenText(metricCount: number, listable: number, known: number, limit: number): string {
  const cut = Math.max(0, listable - limit) + Math.max(0, metricCount - known);
  const system = known - listable;
  return [
    ...(cut === 0 ? [] : [`… and ${formatPlural(cut, "more metric")} (--limit lists more)`]),
    ...(system === 0 ? [] : [`${formatPlural(system, "metric")} of the machine not listed (--system lists them)`]),
  ].join("\n");
}
