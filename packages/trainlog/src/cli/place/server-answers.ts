/** @file From the API's values to the store's: names of numbers become numbers, columns become typed arrays. */
import type * as api from "../../api/index.ts";
import { fromWireNumber, isWireNumber } from "../../api/index.ts";
import { TrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import type { MetricSummary, RawPoints, RunDetail, RunRow, SeriesAnswer } from "../../store/index.ts";

/** A run of a list. */
export function runRowOf({ metrics = [], config = {}, summary = {}, ...run }: api.RunRow): RunRow {
  return { ...run, metrics: metrics.map(metricOf), config, summary };
}

/** Everything about a run; `dir` is the address of its page. */
export function runDetailOf({ definitions, alerts, ...run }: api.RunDetail, url: string): RunDetail {
  return {
    ...run,
    definitions: definitions.map((definition) => ({ type: "metric", ...definition })),
    alerts: alerts.map((alert) => ({ type: "alert", ...alert })),
    dir: `${url}/runs/${encodeURIComponent(run.runId)}`,
  };
}

/** One metric in numbers. */
export function metricOf(metric: api.MetricInfo): MetricSummary {
  const { last, kind } = metric;
  return last === undefined ? metric : { ...metric, last: kind === "number" ? numberOf(last) : last };
}

/** A series; `undefined` for a metric that is not there. @throws TrainlogError the server's, for one that could not be read. */
export function seriesOf(series: api.Series): SeriesAnswer | undefined {
  if (series.form === "failed") {
    throw new TrainlogError(series.problem.code, series.problem.detail, { status: series.problem.status });
  }
  const { totalPoints, nextIndex: metricPoints } = series;
  if (metricPoints === 0) return undefined;
  const x = Float64Array.from(series.x);
  if (series.form === "exact") {
    const values = Float64Array.from(series.values);
    const same = { min: values, max: values, mean: values, first: values, last: values, values };
    const counts = { count: new Uint32Array(x.length).fill(1), nonFinite: new Uint32Array(x.length) };
    return { x, xEnd: x, ...counts, ...same, totalPoints, exact: true, metricPoints };
  }
  return {
    x,
    xEnd: Float64Array.from(series.xEnd),
    count: Uint32Array.from(series.count),
    nonFinite: Uint32Array.from(series.nonFinite),
    min: withGaps(series.min),
    max: withGaps(series.max),
    mean: withGaps(series.mean),
    first: withGaps(series.first),
    last: withGaps(series.last),
    totalPoints,
    exact: false,
    values: new Float64Array(0),
    metricPoints,
  };
}

/** Raw points. */
export function pointsOf({ kind, firstIndex, totalPoints, steps, wallMs, values }: api.PointsAnswer): RawPoints {
  const columns = { steps: Float64Array.from(steps), wallMs: Float64Array.from(wallMs) };
  return {
    kind,
    firstIndex,
    totalPoints,
    ...columns,
    values: kind === "number" ? Float64Array.from(values, numberOf) : values,
  };
}

/** A number as the API says it. */
export function numberOf(value: JsonValue): number {
  return isWireNumber(value) ? fromWireNumber(value) : Number.NaN;
}

function withGaps(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}
