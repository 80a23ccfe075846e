/** @file The `sort` parameters of a list of runs, and other fields of the filter language in requests. */
import {
  type Field,
  isProblem,
  RUN_FIELD_SOURCE,
  type RunFieldSource,
  readField,
  STATISTICS,
} from "../../query/index.ts";
import type { RunColumn, RunSort } from "../../store/types.ts";
import { RequestProblem } from "./request-problem.ts";

/** Fields of the run that mean nothing as an order. */
const UNSORTABLE: readonly RunFieldSource[] = ["tags", "error"];

/**
 * Reads `sort` and `desc`.
 *
 * @param sorts - Each a field of the filter language, with `-` (descending) or `+` before it; or `metric:<key>[:<statistic>]` (the key may itself hold
 *   colons), `config:<key>`, `summary:<key>`.
 * @param desc - Descending where no sign says otherwise; newest first when both are absent.
 * @throws RequestProblem `api/bad-query`.
 *
 * @example
 * parseSorts(["-metric.loss.min", "name"], undefined);
 * // [{ by: "metric", key: "loss", statistic: "min", descending: true }, { by: "name", descending: false }]
 */
export function parseSorts(sorts: readonly string[] | undefined, desc: boolean | undefined): RunSort[] {
  if (sorts === undefined) return [{ by: "createdMs", descending: desc ?? true }];
  return sorts.map((sort) => {
    const sign = /^[+-]/.exec(sort)?.[0];
    const descending = sign === undefined ? (desc ?? false) : sign === "-";
    return { ...sortOf(sign === undefined ? sort : sort.slice(1)), descending };
  });
}

/**
 * Reads a field of the filter language.
 *
 * @param parameter - Its name, for the message.
 * @throws RequestProblem `api/bad-query`.
 */
export function parseField(text: string, parameter: string): Field {
  const field = readField(text);
  if (isProblem(field)) throw badField(parameter, text, field.message);
  return field;
}

function sortOf(text: string): RunSort {
  const [, by, key] = /^(metric|config|summary):(.+)$/s.exec(text) ?? [];
  if (key !== undefined) return by === "metric" ? metricSort(key) : { by: by === "config" ? "config" : "summary", key };
  const field = parseField(text, "sort");
  if (field.of === "metric") return { by: "metric", key: field.key, statistic: field.statistic };
  if (field.of !== "run") return { by: field.of, key: field.path };
  const source = RUN_FIELD_SOURCE[field.name];
  if (isColumn(source)) return { by: source };
  throw badField("sort", text, `runs cannot be sorted by ${field.name}`);
}

function isColumn(source: RunFieldSource): source is RunFieldSource & RunColumn {
  return !UNSORTABLE.includes(source);
}

function metricSort(keyAndStatistic: string): RunSort {
  const statistic = STATISTICS.find((name) => keyAndStatistic.endsWith(`:${name}`));
  if (statistic === undefined) return { by: "metric", key: keyAndStatistic, statistic: "last" };
  return { by: "metric", key: keyAndStatistic.slice(0, -statistic.length - 1), statistic };
}

function badField(parameter: string, text: string, reason: string): RequestProblem {
  const message = `${reason}, got ${JSON.stringify(text.slice(0, 200))}`;
  return new RequestProblem("api/bad-query", `query field ${parameter}: ${message}`, [{ field: parameter, message }]);
}
