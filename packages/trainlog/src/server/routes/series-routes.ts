/** @file Routes of points: buckets for charts, raw pages, and metrics in numbers. */
import {
  type MetricList,
  type MetricsQuery,
  metricList,
  metricsQuery,
  type NoQuery,
  type PointsAnswer,
  type PointsQuery,
  pointsAnswer,
  pointsQuery,
  type Series,
  type SeriesAnswer,
  type SeriesRequest,
  type SeriesRunQuery,
  type SeriesX,
  seriesAnswer,
  seriesRequest,
  seriesRunQuery,
} from "../../api/index.ts";
import { TrainlogError } from "../../run/error.ts";
import type { Store } from "../../store/store.ts";
import type { SeriesQuery, SeriesTarget } from "../../store/types.ts";
import { metricAnswer, pointsAnswerOf, seriesAnswerOf } from "../answers.ts";
import { toProblem } from "../problem-answer.ts";
import { RequestProblem } from "../request/request-problem.ts";
import { type Route, route } from "./route.ts";

/** Buckets when the client does not say: about one per two pixels of a wide chart. */
const DEFAULT_BUCKETS = 600;

/** Points, metrics or lines of a page when the client does not say. */
const DEFAULT_PAGE = 10_000;

/** Most numbers in one answer: 40 charts × 20 runs × 600 buckets of one field and more. */
const MAX_ANSWER_BUCKETS = 2_000_000;

/** Series, points, metrics. */
export const seriesRoutes: readonly Route[] = [
  route<SeriesAnswer, SeriesRunQuery>({
    method: "GET",
    path: "/runs/:runId/series",
    summary: "Metrics of one run, in buckets for a chart",
    query: seriesRunQuery,
    answer: seriesAnswer,
    handle: async ({ parts, query: { key: keys, ...range }, param }) => {
      const runId = param("runId");
      await parts.store().getRun(runId);
      return readSeries(parts.store(), { ...range, series: keys.map((key) => ({ runId, key })) });
    },
  }),
  route<SeriesAnswer, NoQuery, SeriesRequest>({
    method: "POST",
    path: "/series",
    scope: "read",
    summary:
      "Metrics of several runs at once, in buckets for a chart; a run or metric that is not there is a series of no points",
    body: seriesRequest,
    answer: seriesAnswer,
    handle: async ({ parts, body }) => readSeries(parts.store(), body),
  }),
  route<PointsAnswer, PointsQuery>({
    method: "GET",
    path: "/runs/:runId/points",
    summary: "Raw points of one metric in arrival order: a page, or the last ones",
    query: pointsQuery,
    answer: pointsAnswer,
    handle: async ({ parts, query: { key, limit = DEFAULT_PAGE, ...page }, param }) => {
      const runId = param("runId");
      const points = await parts.store().points(runId, key, { ...page, limit });
      if (points === undefined) throw noSuchMetric(runId, key);
      return pointsAnswerOf(runId, key, points);
    },
  }),
  route<MetricList, MetricsQuery>({
    method: "GET",
    path: "/runs/:runId/metrics",
    summary: "Metrics of a run in numbers (count, last, min, max, mean), ordered by key",
    query: metricsQuery,
    answer: metricList,
    handle: async ({ parts, query: { limit = DEFAULT_PAGE, ...page }, param }) => {
      const runId = param("runId");
      const metrics = await parts.store().metrics(runId, { ...page, limit });
      const last = metrics.at(-1);
      const more = metrics.length === limit && last !== undefined ? { nextAfter: last.key } : {};
      return { runId, metrics: metrics.map(metricAnswer), ...more };
    },
  }),
];

async function readSeries(store: Store, request: SeriesRequest): Promise<SeriesAnswer> {
  const { series: targets, x = "step", buckets = DEFAULT_BUCKETS, ...range } = request;
  if (targets.length * buckets > MAX_ANSWER_BUCKETS) {
    const message = `expected at most ${MAX_ANSWER_BUCKETS} buckets in one answer, got ${targets.length} series × ${buckets}; ask for fewer at a time`;
    throw new RequestProblem("api/bad-query", message, [{ field: "buckets", message }]);
  }
  return { x, series: await seriesOrProblems(store, targets, { ...axisOf(x), buckets, ...range }) };
}

/** The axis in the store's terms. */
function axisOf(x: SeriesX): Pick<SeriesQuery, "x" | "xMetric"> {
  if (x === "step" || x === "wall" || x === "relative") return { x };
  return { x: "step", xMetric: x.slice("metric:".length) };
}

/** All series in one go; when that fails, one by one, so that a run whose files cannot be read costs its own curves and no others. */
async function seriesOrProblems(store: Store, targets: readonly SeriesTarget[], query: SeriesQuery): Promise<Series[]> {
  try {
    const found = await store.series(targets, query);
    return targets.map((target, i) => seriesAnswerOf(target, found[i]));
  } catch (error) {
    if (targets.length === 1)
      return targets.map((target) => ({ form: "failed", ...target, problem: toProblem(error) }));
    const each = targets.map((target) => seriesOrProblems(store, [target], query));
    return (await Promise.all(each)).flat();
  }
}

function noSuchMetric(runId: string, key: string): TrainlogError {
  const message = `run ${runId} has no metric ${JSON.stringify(key.slice(0, 200))}; GET /api/v1/runs/${runId}/metrics lists what it has`;
  return new TrainlogError("run/no-metric", message, { status: 404 });
}
