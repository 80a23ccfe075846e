/** @file From the store's values to the API's: numbers that JSON cannot say get their names, places on the server's disk stay private. */
import {
  type AlertInfo,
  type ArtifactInfo,
  type MediaItem,
  type MetricInfo,
  type PointsAnswer,
  type RunDetail,
  type RunInfo,
  type RunRow,
  type Series,
  toWireNumber,
} from "../api/index.ts";
import type { AlertEvent, ArtifactEvent, MediaEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import type * as stored from "../store/types.ts";

/** Columns that a list of runs was asked for. */
export interface AskedColumns {
  readonly metric?: readonly string[];
  readonly config?: readonly string[];
  readonly summary?: readonly string[];
}

/** A run of a list, with the columns that were asked for. */
export function runRowAnswer(run: stored.RunRow, asked: AskedColumns): RunRow {
  return {
    ...runInfoAnswer(run),
    ...(asked.metric === undefined ? {} : { metrics: run.metrics.map(metricAnswer) }),
    ...(asked.config === undefined ? {} : { config: run.config }),
    ...(asked.summary === undefined ? {} : { summary: run.summary }),
  };
}

/** The facts of a run, and nothing else that the value may carry. */
export function runInfoAnswer(run: stored.RunInfo): RunInfo {
  const { runId, project, name, state, createdMs, lastMs, durationMs, tags, archived } = run;
  const { rowCount, pointCount, metricCount, damageCount } = run;
  return {
    ...{ runId, project, name, state, createdMs, lastMs, durationMs, tags, archived },
    ...present(run, [
      "finishedMs",
      "group",
      "jobType",
      "notes",
      "parentRunId",
      "source",
      "exitCode",
      "error",
      "lastStep",
      "folder",
    ]),
    ...{ rowCount, pointCount, metricCount, damageCount },
  };
}

/** Everything about a run except its points, console and media. */
export function runDetailAnswer(run: stored.RunDetail): RunDetail {
  return {
    ...runInfoAnswer(run),
    config: run.config,
    summary: run.summary,
    definitions: run.definitions.map(({ type: _, ...definition }) => definition),
    host: run.host ?? {},
    code: run.code ?? {},
    alerts: run.alerts.map(alertAnswer),
    damage: run.damage,
    sealed: run.sealed,
    notesRevision: run.notesRevision,
  };
}

/** One metric in numbers. */
export function metricAnswer(metric: stored.MetricSummary): MetricInfo {
  const { last, min, max, mean, best } = metric;
  return {
    ...metric,
    ...(last === undefined ? {} : { last: typeof last === "number" ? toWireNumber(last) : last }),
    ...(min === undefined ? {} : { min: withoutMinusZero(min) }),
    ...(max === undefined ? {} : { max: withoutMinusZero(max) }),
    ...(mean === undefined ? {} : { mean: withoutMinusZero(mean) }),
    ...(best === undefined ? {} : { best: withoutMinusZero(best) }),
  };
}

/** A series as columns; see `ExactSeries` and `BucketedSeries`. A metric that is not there is a series of no points. */
export function seriesAnswerOf(target: stored.SeriesTarget, buckets: stored.SeriesAnswer | undefined): Series {
  const { runId, key } = target;
  if (buckets === undefined) return { form: "exact", runId, key, totalPoints: 0, nextIndex: 0, x: [], values: [] };
  const head = {
    runId,
    key,
    totalPoints: buckets.totalPoints,
    nextIndex: buckets.metricPoints,
    x: numbersOf(buckets.x),
  };
  if (isPlainlyExact(buckets)) return { form: "exact", ...head, values: numbersOf(buckets.last) };
  return {
    form: "buckets",
    ...head,
    xEnd: numbersOf(buckets.xEnd),
    count: numbersOf(buckets.count),
    nonFinite: numbersOf(buckets.nonFinite),
    min: gappy(buckets.min),
    max: gappy(buckets.max),
    mean: gappy(buckets.mean),
    first: gappy(buckets.first),
    last: gappy(buckets.last),
  };
}

/** A page of raw points. */
export function pointsAnswerOf(runId: string, key: string, points: stored.RawPoints): PointsAnswer {
  const { kind, firstIndex, totalPoints, steps, wallMs } = points;
  const end = firstIndex + steps.length;
  return {
    ...{ runId, key, kind, firstIndex, totalPoints },
    steps: numbersOf(steps),
    wallMs: numbersOf(wallMs),
    values: wireValues(points.values),
    ...(end < totalPoints && steps.length > 0 ? { nextAfter: end } : {}),
  };
}

/** Values of a column: numbers by name where JSON cannot say them, other values as they are. */
export function wireValues(values: Float64Array | readonly JsonValue[]): readonly JsonValue[] {
  return values instanceof Float64Array ? listOf(values, toWireNumber) : values;
}

/** A media event without its tag. */
export function mediaAnswerOf({ type: _, ...item }: MediaEvent): MediaItem {
  return item;
}

/** An artifact event without its tag. */
export function artifactAnswerOf({ type: _, ...artifact }: ArtifactEvent): ArtifactInfo {
  return artifact;
}

/** An alert event without its tag. */
export function alertAnswer({ type: _, ...alert }: AlertEvent): AlertInfo {
  return alert;
}

/** Exact, and every point is a number that JSON can say: buckets lose the name of a non-finite value, so those keep the form that counts them. */
function isPlainlyExact(buckets: stored.SeriesBuckets): boolean {
  return buckets.exact && buckets.nonFinite.every((count) => count === 0);
}

function gappy(values: Float64Array): (number | null)[] {
  return listOf(values, (value) => (Number.isFinite(value) ? withoutMinusZero(value) : null));
}

/** A plain loop: `Array.from` walks a typed array by its iterator, ten times as slow, and a page of charts holds a million numbers. */
function listOf<T>(values: Float64Array | Uint32Array, change: (value: number) => T): T[] {
  const list = new Array<T>(values.length);
  for (let i = 0; i < values.length; i++) list[i] = change(values[i]!);
  return list;
}

/** A typed array as the list that JSON shows. */
export function numbersOf(values: Float64Array | Uint32Array): number[] {
  return listOf(values, (value) => value);
}

/** −0 is kept where raw values are shown; statistics show 0. */
function withoutMinusZero(value: number): number {
  return value + 0;
}

function present<T extends object, K extends keyof T>(value: T, names: readonly K[]): Partial<Pick<T, K>> {
  const entries = names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]]);
  // The entries are exactly those fields of T.
  return Object.fromEntries(entries) as Partial<Pick<T, K>>;
}
