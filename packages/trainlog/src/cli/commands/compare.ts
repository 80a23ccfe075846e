/** @file `trainlog compare`: runs side by side: what differs in their configuration, and how their metrics came out. */
import type { MetricSummary, RunDetail, SeriesAnswer } from "../../store/index.ts";
import { chosenKeys, numberMetrics } from "../chosen-metrics.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { stateText } from "../run-state.ts";
import { flattenConfig } from "../run-train-log.ts";
import { findRuns } from "../store-access.ts";
import { formatCount, formatDuration, formatNumber, formatPlural } from "../terminal/format.ts";
import { fitToCells, sparkline } from "../terminal/sparkline.ts";
import { renderTable, type TableColumn } from "../terminal/table.ts";

/** Cells of a sparkline. */
const TREND_CELLS = 10;

/** Most runs side by side. */
const MAX_RUNS = 50;

/** One line of the comparison: a text per run. */
interface Line {
  readonly title: string;
  readonly cells: readonly string[];
  /** Run with the best value. */
  readonly best?: number;
}

/** `trainlog compare` */
export const compareCommand: Command = defineCommand({
  name: "compare",
  summary: "put runs side by side: what differs, and how they came out",
  details: [
    "Of the configuration only what differs is shown (--all shows all of it). Of each metric: the last value, or the best where the run said what is better (marked *), and its course.",
  ],
  arguments: [{ name: "RUN", help: "two runs or more: ids, beginnings of ids, names", required: true, many: true }],
  options: {
    ...PLACE_OPTIONS,
    metric: {
      type: "text",
      short: "m",
      value: "KEY",
      multiple: true,
      help: "only this metric; val/* takes all that begin so",
      defaultText: "all but the machine's own",
    },
    all: { type: "boolean", help: "also what is equal in the configuration" },
    limit: { type: "integer", value: "N", default: 30, min: 1, max: 1000, help: "most metrics to show" },
  },
  examples: [
    ["trainlog compare baseline wide", "two runs"],
    ["trainlog compare $(trainlog query 'tag = paper' -f ids) -m 'val/*'", "all runs of a tag"],
  ],
  exitCodes: { 1: "a run or a metric is not there" },
  run: ({ options, args, context }) =>
    withPlace(options, context, async ({ runs: reader }) => {
      const infos = await findRuns(reader, args);
      if (infos.length < 2) throw usageError("compare needs two different runs or more");
      if (infos.length > MAX_RUNS)
        throw usageError(
          `compare shows at most ${MAX_RUNS} runs, these are ${infos.length}; trainlog query shows more`,
        );
      const runs: RunDetail[] = [];
      for (const { runId } of infos) runs.push(await reader.getRun(runId));
      const perRun = await numberMetrics(reader, runs);
      const keys = chosenKeys(perRun, options.metric);
      const shown = keys.slice(0, options.limit);
      const targets = shown.flatMap((key) => runs.map(({ runId }) => ({ runId, key })));
      const series = await reader.series(targets, { x: "step", buckets: TREND_CELLS });
      const config = configDiff(runs);
      context.out.data(documentOf(runs, perRun, shown, config, options.all));
      const lines = {
        facts: factLines(runs),
        config: configLines(config, options.all),
        metrics: metricLines(perRun, shown, series, runs.length),
      };
      context.out.text(
        tableText(runs, lines, { config, hidden: keys.length - shown.length, all: options.all }, context),
      );
      return EXIT_OK;
    }),
});

/** Every path of the configurations, with its text in each run. */
interface ConfigDiff {
  readonly key: string;
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

function configDiff(runs: readonly RunDetail[]): ConfigDiff[] {
  const maps = runs.map(({ config }) => new Map(flattenConfig(config).filter(([key]) => key !== "")));
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort((a, b) => (a < b ? -1 : 1));
  return keys.map((key) => {
    const values = maps.map((map) => map.get(key));
    return { key, values, differs: new Set(values).size > 1 };
  });
}

function factLines(runs: readonly RunDetail[]): Line[] {
  const line = (title: string, text: (run: RunDetail) => string): Line => ({ title, cells: runs.map(text) });
  return [
    line("state", (run) => stateText(run.state)),
    line("took", (run) => formatDuration(run.durationMs)),
    line("step", (run) => (run.lastStep === undefined ? "–" : formatCount(run.lastStep))),
    line("tags", (run) => run.tags.join(", ") || "–"),
    line("id", (run) => run.runId),
  ];
}

function configLines(config: readonly ConfigDiff[], all: boolean): Line[] {
  return config
    .filter(({ differs }) => differs || all)
    .map(({ key, values }) => ({ title: key, cells: values.map((value) => value ?? "–") }));
}

function metricLines(
  perRun: readonly (readonly MetricSummary[])[],
  keys: readonly string[],
  series: readonly (SeriesAnswer | undefined)[],
  runCount: number,
): Line[] {
  return keys.map((key, k) => {
    const found = perRun.map((metrics) => metrics.find((metric) => metric.key === key));
    const values = found.map(resultOf);
    const goal = found.find((metric) => metric?.goal !== undefined)?.goal;
    const trends = Array.from({ length: runCount }, (_, r) =>
      sparkline(fitToCells(series[k * runCount + r]?.mean ?? [], TREND_CELLS)),
    );
    const best = goal === undefined ? {} : bestOf(values, goal);
    const cells = values.map((value, r) =>
      `${value === undefined ? "–" : formatNumber(value)}${best.best === r ? "*" : ""} ${trends[r] ?? ""}`.trimEnd(),
    );
    return { title: key, cells, ...best };
  });
}

/** The best value where it is known what is better, else the last one. */
function resultOf(metric: MetricSummary | undefined): number | undefined {
  const value = metric?.best ?? metric?.last;
  return typeof value === "number" ? value : undefined;
}

function bestOf(values: readonly (number | undefined)[], goal: "min" | "max"): { readonly best?: number } {
  let best: number | undefined;
  values.forEach((value, i) => {
    if (value === undefined || !Number.isFinite(value)) return;
    const champion = best === undefined ? undefined : values[best];
    if (champion === undefined || (goal === "min" ? value < champion : value > champion)) best = i;
  });
  return best === undefined ? {} : { best };
}

function tableText(
  runs: readonly RunDetail[],
  { facts, config, metrics }: { readonly facts: Line[]; readonly config: Line[]; readonly metrics: Line[] },
  {
    config: all,
    hidden,
    all: isAll,
  }: { readonly config: readonly ConfigDiff[]; readonly hidden: number; readonly all: boolean },
  { out }: CommandContext,
): string {
  const head = (title: string): Line => ({ title, cells: runs.map(() => "") });
  const lines = [
    ...facts,
    ...(config.length === 0 ? [] : [head("— config —"), ...config]),
    ...(metrics.length === 0 ? [] : [head("— metrics —"), ...metrics]),
  ];
  const columns: TableColumn<Line>[] = [
    { title: "", value: ({ title }) => title, minWidth: 12, paint: (cell) => out.style.dim(cell) },
    ...runs.map(
      (run, r): TableColumn<Line> => ({
        title: run.name,
        value: ({ cells }) => cells[r] ?? "",
        minWidth: 14,
        optional: r > 0,
        paint: (cell, { best }) => (best === r ? out.style.green(cell) : cell),
      }),
    ),
  ];
  const same = all.filter(({ differs }) => !differs).length;
  return [
    renderTable(columns, lines, { width: out.width, paintTitles: out.style.bold }),
    ...(same === 0 || isAll ? [] : [`${formatPlural(same, "setting")} equal in all of them (--all shows them)`]),
    ...(hidden === 0 ? [] : [`… and ${formatPlural(hidden, "more metric")} (--limit shows more)`]),
  ].join("\n");
}

function documentOf(
  runs: readonly RunDetail[],
  perRun: readonly (readonly MetricSummary[])[],
  keys: readonly string[],
  config: readonly ConfigDiff[],
  all: boolean,
): object {
  return {
    runs: runs.map(({ runId, name, project, state, durationMs, lastStep, tags }) => ({
      runId,
      name,
      project,
      state,
      durationMs,
      lastStep,
      tags,
    })),
    config: Object.fromEntries(
      config
        .filter(({ differs }) => differs || all)
        .map(({ key, values }) => [key, values.map((value) => value ?? null)]),
    ),
    metrics: Object.fromEntries(
      keys.map((key) => [key, perRun.map((metrics) => metrics.find((metric) => metric.key === key) ?? null)]),
    ),
  };
}
