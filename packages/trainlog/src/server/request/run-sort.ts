/** @file The `sort` parameter of a list of runs. */
import type { MetricStatistic, RunColumn, RunSort } from "../../store/types.ts";
import { RequestProblem } from "./request-problem.ts";

const COLUMNS: readonly RunColumn[] = [
  "runId",
  "project",
  "name",
  "group",
  "jobType",
  "state",
  "createdMs",
  "finishedMs",
  "lastMs",
  "durationMs",
  "rowCount",
  "pointCount",
  "lastStep",
];

const STATISTICS: readonly MetricStatistic[] = ["last", "min", "max", "mean", "count"];

/**
 * Reads `sort` and `desc`.
 *
 * @param sort - A column, `metric:<key>[:<statistic>]` (the key may itself hold colons), `config:<key>` or `summary:<key>`.
 * @param desc - Descending; newest first when both are absent.
 * @throws RequestProblem `api/bad-query`.
 *
 * @example
 * parseSort("metric:train/loss:min", undefined); // { by: "metric", key: "train/loss", statistic: "min", descending: false }
 */
export function parseSort(sort: string | undefined, desc: boolean | undefined): RunSort {
  if (sort === undefined) return { by: "createdMs", descending: desc ?? true };
  const descending = desc ?? false;
  const column = COLUMNS.find((name) => name === sort);
  if (column !== undefined) return { by: column, descending };
  const [, by, key] = /^(metric|config|summary):(.+)$/s.exec(sort) ?? [];
  if (key === undefined) throw badSort(sort);
  return by === "metric"
    ? metricSort(key, descending)
    : { by: by === "config" ? "config" : "summary", key, descending };
}

function metricSort(keyAndStatistic: string, descending: boolean): RunSort {
  const statistic = STATISTICS.find((name) => keyAndStatistic.endsWith(`:${name}`));
  if (statistic === undefined) return { by: "metric", key: keyAndStatistic, statistic: "last", descending };
  return { by: "metric", key: keyAndStatistic.slice(0, -statistic.length - 1), statistic, descending };
}

function badSort(sort: string): RequestProblem {
  const expected = `one of ${COLUMNS.join(", ")}, or metric:<key>:<${STATISTICS.join("|")}>, config:<key>, summary:<key>`;
  const message = `expected ${expected}, got ${JSON.stringify(sort.slice(0, 200))}`;
  return new RequestProblem("api/bad-query", `query field sort: ${message}`, [{ field: "sort", message }]);
}
