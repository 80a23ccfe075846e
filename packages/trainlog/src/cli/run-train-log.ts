/** @file A run of the store as a TrainLog, so that everything that shows a training log file shows a run as well. */
import { lowerRunMeta, type Series, type TrainLog } from "../log/index.ts";
import { TrainlogError } from "../run/error.ts";
import type { JsonValue } from "../run/json.ts";
import type { RunDetail, SeriesBuckets } from "../store/index.ts";
import type { RunReader } from "./place/run-place.ts";

/** Most points per metric: more than a picture has pixels across, few enough for a page that opens at once. */
const MAX_POINTS = 2_000;

/** Most metrics that are shown when none is asked for. */
const MAX_METRICS = 12;

/** Colours of the series, in turn: Tableau 10, which stays apart for most colour-blind readers. */
const COLORS = [
  "#4e79a7",
  "#f28e2b",
  "#59a14f",
  "#e15759",
  "#76b7b2",
  "#edc948",
  "#b07aa1",
  "#ff9da7",
  "#9c755f",
  "#bab0ac",
];

/** One metric's buckets. */
interface MetricCurve {
  readonly key: string;
  readonly buckets: SeriesBuckets;
}

/**
 * Reads metrics of a run as a TrainLog: its config and tags become notes, long metrics are averaged to at most 2,000 points.
 *
 * @param keys - Metrics to take; the first 12 that are numbers, without the machine's own (`system/…`), when empty.
 * @throws TrainlogError `run/no-metric` when a key is not a metric of the run, or nothing is there to show.
 */
export async function trainLogOfRun(store: RunReader, run: RunDetail, keys: readonly string[]): Promise<TrainLog> {
  const chosen = keys.length > 0 ? keys : await usualMetrics(store, run.runId);
  const targets = chosen.map((key) => ({ runId: run.runId, key }));
  const answers = await store.series(targets, { x: "step", from: 0, buckets: MAX_POINTS });
  const curves = chosen.map((key, i): MetricCurve => {
    const buckets = answers[i];
    if (buckets === undefined) throw noMetric(run, key);
    return { key, buckets };
  });
  if (curves.length === 0) throw noMetric(run, undefined);
  return alignCurves(run, curves);
}

async function usualMetrics(store: RunReader, runId: string): Promise<string[]> {
  const metrics = await store.metrics(runId);
  const numbers = metrics.filter(({ key, kind }) => kind === "number" && !key.startsWith("system/"));
  return numbers.slice(0, MAX_METRICS).map(({ key }) => key);
}

function noMetric(run: RunDetail, key: string | undefined): TrainlogError {
  const what = key === undefined ? "no metric with numbers yet" : `no metric ${JSON.stringify(key)}`;
  return new TrainlogError(
    "run/no-metric",
    `the run ${run.runId} has ${what}; see what it has: trainlog show ${run.runId}`,
    { status: 404 },
  );
}

/** Puts curves with different steps on one axis: NaN stands where a metric was not reported. */
export function alignCurves(run: RunDetail, curves: readonly MetricCurve[]): TrainLog {
  const steps = [...new Set(curves.flatMap(({ buckets }) => Array.from(buckets.x)))].sort((a, b) => a - b);
  const series = curves.map(({ key, buckets }, i): Series => {
    // Raw values keep their infinities, which no mean can have.
    const points = buckets.exact ? buckets.values : buckets.mean;
    const values = new Map(Array.from(buckets.x, (x, at) => [x, points[at] ?? Number.NaN]));
    return {
      name: key,
      values: steps.map((step) => values.get(step) ?? Number.NaN),
      color: COLORS[i % COLORS.length] ?? "",
    };
  });
  const averaged = curves.filter(({ buckets }) => !buckets.exact).map(({ key }) => key);
  const notes = averaged.length === 0 ? [] : [`averaged to at most ${MAX_POINTS} points: ${averaged.join(", ")}`];
  return { title: run.name, steps, series, notes: [...notesOf(run), ...notes] };
}

function notesOf(run: RunDetail): string[] {
  return lowerRunMeta({
    project: run.project,
    name: run.name,
    runId: run.runId,
    group: run.group ?? "",
    tags: run.tags,
    config: flattenConfig(run.config).map(([key, value]) => ({ key, value })),
  });
}

/** Nested config as `a/b/c` keys with texts, in order. */
export function flattenConfig(config: JsonValue, prefix = ""): [key: string, value: string][] {
  const isBranch =
    config !== null && typeof config === "object" && !Array.isArray(config) && Object.keys(config).length > 0;
  if (!isBranch) return [[prefix, typeof config === "string" ? config : JSON.stringify(config)]];
  return Object.entries(config).flatMap(([key, value]) =>
    flattenConfig(value, prefix === "" ? key : `${prefix}/${key}`),
  );
}
