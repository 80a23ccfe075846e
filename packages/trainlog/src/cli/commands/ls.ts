/** @file `trainlog ls`: the runs of a store as a table. */

import { parseFilter } from "../../query/index.ts";
import type { JsonValue } from "../../run/json.ts";
import type { RunPage, RunQuery, RunRow, RunSort } from "../../store/index.ts";
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import type { Output } from "../output.ts";
import { usageError } from "../parse.ts";
import type { RunReader } from "../place/run-place.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { paintState, stateText } from "../run-state.ts";
import { didYouMean } from "../suggest.ts";
import { formatAge, formatCount, formatDuration, formatNumber, formatPlural } from "../terminal/format.ts";
import { renderTable, type TableColumn } from "../terminal/table.ts";

/** What `--sort` may name, and the column of the store behind it. Times and sizes are most useful from the largest down. */
const SORT_COLUMNS = {
  created: { by: "createdMs", descending: true },
  active: { by: "lastMs", descending: true },
  duration: { by: "durationMs", descending: true },
  points: { by: "pointCount", descending: true },
  step: { by: "lastStep", descending: true },
  name: { by: "name", descending: false },
  project: { by: "project", descending: false },
  state: { by: "state", descending: false },
} as const satisfies Readonly<Record<string, RunSort>>;

/** Metrics shown when none is asked for: those that most of the listed runs have. */
const USUAL_METRIC_COUNT = 4;

/** Names that say how good a run is. */
const RESULT = /loss|acc|error|reward|return|score|f1|perplexity|ppl|auc|bleu/i;

/** `trainlog ls` */
export const lsCommand: Command = defineCommand({
  name: "ls",
  summary: "list runs",
  details: ["Shows the newest runs first, with their state and the last value of their metrics."],
  options: {
    ...PLACE_OPTIONS,
    project: { type: "text", value: "NAME", help: "runs of this project only" },
    state: {
      type: "text",
      value: "STATE",
      multiple: true,
      choices: ["running", "finished", "failed", "killed", "crashed"],
      help: "runs in this state only",
    },
    tag: { type: "text", value: "TAG", multiple: true, help: "runs that carry this tag" },
    text: { type: "text", value: "TEXT", help: "runs with this text in name, id, group, notes or a tag" },
    filter: { type: "text", value: "FILTER", help: "runs that match, such as 'metric.loss.min < 0.1 and tag = best'" },
    metric: { type: "text", value: "KEY", multiple: true, help: "show the last value of this metric" },
    sort: {
      type: "text",
      value: "BY",
      default: "created",
      help: `${Object.keys(SORT_COLUMNS).join(", ")}, or metric:KEY[:last|min|max|mean]`,
    },
    reverse: { type: "boolean", help: "the other way round" },
    archived: { type: "boolean", help: "archived runs too" },
    limit: { type: "integer", value: "N", default: 50, min: 1, max: 10_000, help: "most runs to show" },
  },
  examples: [
    ["trainlog ls --project mnist --sort metric:val/loss:min", "the best runs of a project first"],
    ["trainlog ls --state running --json", "what is running, for a program"],
  ],
  run: async ({ options, context }) => {
    const query: RunQuery = {
      ...(options.project === undefined ? {} : { project: options.project }),
      // The parser has checked the choices.
      ...(options.state.length === 0 ? {} : { states: options.state as NonNullable<RunQuery["states"]> }),
      ...(options.tag.length === 0 ? {} : { tags: options.tag }),
      ...(options.text === undefined ? {} : { text: options.text }),
      ...(options.filter === undefined ? {} : { filter: parseFilter(options.filter, "--filter") }),
      sort: [sortOf(options.sort, options.reverse)],
      ...(options.archived ? { archived: "include" as const } : {}),
      limit: options.limit,
    };
    await withPlace(options, context, async ({ runs: store }) => {
      const metrics = options.metric.length > 0 ? options.metric : await commonMetrics(store, query);
      const page = await store.listRuns({ ...query, metrics });
      context.out.data({ dir: store.dir, total: page.total, runs: page.runs });
      context.out.text(
        page.total === 0 ? emptyText(query, store.dir) : listText(page, metrics, context.out, context.nowMs()),
      );
    });
    return EXIT_OK;
  },
});

/** Reads `--sort`. A metric sorts upwards, because for most of them (losses) less is better. */
function sortOf(text: string, reverse: boolean): RunSort {
  const metric = /^metric:(?<key>.+?)(?::(?<statistic>last|min|max|mean))?$/.exec(text)?.groups;
  if (metric?.["key"] !== undefined) {
    const statistic = (metric["statistic"] ?? "last") as "last" | "min" | "max" | "mean";
    return { by: "metric", key: metric["key"], statistic, descending: reverse };
  }
  const column = Object.entries(SORT_COLUMNS).find(([name]) => name === text)?.[1];
  if (column !== undefined) return { by: column.by, descending: column.descending !== reverse };
  const names = Object.keys(SORT_COLUMNS);
  throw usageError(
    `--sort: expected ${names.join(", ")} or metric:KEY, got ${JSON.stringify(text)}${didYouMean(text, names)}`,
  );
}

/**
 * The metrics to show when none is asked for: those that tell how good a run is before others, then those that most of the newest runs have. The
 * machine's own (`system/…`) are left out.
 */
async function commonMetrics(store: RunReader, query: RunQuery): Promise<string[]> {
  const { runs } = await store.listRuns({ ...query, limit: 10 });
  const counts = new Map<string, number>();
  for (const run of runs) {
    for (const { key, kind } of await store.metrics(run.runId, { limit: 200 })) {
      if (kind === "number" && !key.startsWith("system/")) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([a, inA], [b, inB]) => Number(RESULT.test(b)) - Number(RESULT.test(a)) || inB - inA)
    .slice(0, USUAL_METRIC_COUNT)
    .map(([key]) => key);
}

function emptyText(query: RunQuery, dir: string): string {
  const filtered = query.project ?? query.states ?? query.tags ?? query.text ?? query.filter;
  if (filtered !== undefined) return `no run in ${dir} matches`;
  return [
    `no runs yet in ${dir}`,
    "see some: trainlog demo",
    'log your own: const run = await trainlog.init({ project: "my-project" }); run.log({ loss })',
  ].join("\n");
}

function listText(page: RunPage, metrics: readonly string[], out: Output, nowMs: number): string {
  const columns: TableColumn<RunRow>[] = [
    {
      title: "state",
      value: (run) => stateText(run.state),
      paint: (cell, run) => paintState(cell, run.state, out.style),
    },
    { title: "name", value: (run) => run.name, minWidth: 16 },
    { title: "project", value: (run) => run.project, minWidth: 7 },
    { title: "started", value: (run) => formatAge(run.createdMs, nowMs) },
    { title: "took", value: (run) => formatDuration(run.durationMs), align: "right" },
    { title: "step", value: (run) => (run.lastStep === undefined ? "–" : formatCount(run.lastStep)), align: "right" },
    ...metrics.map(
      (key): TableColumn<RunRow> => ({
        title: key,
        value: (run) => lastValue(run, key),
        align: "right",
        minWidth: 10,
        optional: true,
      }),
    ),
    { title: "id", value: (run) => run.runId, paint: out.style.dim, optional: true },
  ];
  const table = renderTable(columns, page.runs, { width: out.width, paintTitles: out.style.bold });
  const more = page.total - page.runs.length;
  return more > 0 ? `${table}\n… and ${formatPlural(more, "more run")} (--limit ${page.total} shows all)` : table;
}

function lastValue(run: RunRow, key: string): string {
  const value: JsonValue | undefined = run.metrics.find((metric) => metric.key === key)?.last;
  if (value === undefined) return "–";
  return typeof value === "number" ? formatNumber(value) : JSON.stringify(value);
}
