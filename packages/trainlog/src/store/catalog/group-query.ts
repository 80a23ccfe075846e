/** @file The SQL of runs grouped by the values of fields. Pure. */
import type { SQLInputValue } from "node:sqlite";
import type { Field } from "../../query/ast.ts";
import { typeOf } from "../../query/fields.ts";
import type { JsonValue } from "../../run/json.ts";
import { fromEventJson } from "../../run-log/codec/event-json.ts";
import type { GroupNumbers, GroupQuery, RunGroup } from "../types.ts";
import { IMPLIED_SQL, runColumnSql, type Sql, STATISTIC_SQL } from "./filter-query.ts";
import { badQuery, checkLimit, filterOf } from "./list-query.ts";
import { numberOf, type SqlRow } from "./run-row.ts";

/** Most fields to group by. */
const MAX_BY = 3;
/** Most numbers to reduce. */
const MAX_REDUCE = 50;

/** A field joined to a run: what to join, and its value. */
interface Joined {
  readonly join: string;
  readonly values: readonly SQLInputValue[];
  readonly value: string;
}

/** The statements of a query: one page of groups, and the number of all. */
export function groupSql(query: GroupQuery): { readonly page: Sql; readonly total: Sql } {
  check(query);
  const by = query.by.map((field, i) => joinedValue(field, `g${i}`));
  const reduce = (query.reduce ?? []).map((field, i) => joinedNumber(field, `n${i}`));
  const where = filterOf(query);
  const search = query.search ? ` AND trainlog_contains(?, CAST(${by[0]?.value} AS TEXT))` : "";
  const searched = query.search ? [query.search.toLowerCase()] : [];
  const select = by.map(({ value }, i) => `${value} AS g${i}`);
  const groups = by.map((_, i) => `g${i}`).join(", ");
  const numbers = reduce.map(
    ({ value }, i) =>
      `count(${value}) AS c${i}, avg(${value}) AS a${i}, min(${value}) AS l${i}, max(${value}) AS h${i}`,
  );
  const from = (joins: readonly Joined[]): string =>
    `FROM runs r ${joins.map(({ join }) => join).join(" ")} WHERE ${where.text}${search}`;
  const valuesOf = (joins: readonly Joined[]): SQLInputValue[] => [
    ...joins.flatMap(({ values }) => values),
    ...where.values,
    ...searched,
  ];
  const columns = [...select, "count(*) AS run_count", "sum(r.state = 'running') AS running_count", ...numbers].join(
    ", ",
  );
  const page = `SELECT ${columns} ${from([...by, ...reduce])} GROUP BY ${groups} ORDER BY run_count DESC, ${groups} LIMIT ? OFFSET ?`;
  return {
    page: { text: page, values: [...valuesOf([...by, ...reduce]), checkLimit(query.limit ?? 1000), query.offset ?? 0] },
    total: {
      text: `SELECT count(*) AS total FROM (SELECT DISTINCT ${select.join(", ")} ${from(by)})`,
      values: valuesOf(by),
    },
  };
}

/** The group that a row of `groupSql` stands for. */
export function groupOf(row: SqlRow, query: GroupQuery): RunGroup {
  return {
    values: query.by.map((field, i) => groupValue(field, row[`g${i}`])),
    runCount: numberOf(row, "run_count"),
    runningCount: numberOf(row, "running_count"),
    numbers: (query.reduce ?? []).map((_, i) => numbersOf(row, i)),
  };
}

function check({ by, reduce = [], offset = 0 }: GroupQuery): void {
  if (by.length < 1 || by.length > MAX_BY) throw badQuery(`by: expected 1 to ${MAX_BY} fields, got ${by.length}`);
  if (reduce.length > MAX_REDUCE) throw badQuery(`reduce: expected at most ${MAX_REDUCE} fields, got ${reduce.length}`);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw badQuery(`offset: expected a whole number of 0 or more, got ${offset}`);
}

function joinedValue(field: Field, alias: string): Joined {
  if (field.of === "run") {
    if (typeOf(field) !== "tags") return { join: "", values: [], value: runColumnSql(field.name) };
    return { join: `LEFT JOIN tags ${alias} ON ${alias}.run = r.id`, values: [], value: `${alias}.tag` };
  }
  if (field.of === "metric") return metricJoined(field.key, STATISTIC_SQL[field.statistic], alias);
  return fieldJoined(field.of, field.path, alias, "json");
}

function joinedNumber(field: Field, alias: string): Joined {
  if (field.of === "config") return fieldJoined("config", field.path, alias, "number");
  if (field.of === "summary") return summaryJoined(field.path, alias);
  if (field.of === "metric") return metricJoined(field.key, STATISTIC_SQL[field.statistic], alias);
  const type = typeOf(field);
  if (type === "number" || type === "time" || type === "duration")
    return { join: "", values: [], value: runColumnSql(field.name) };
  throw badQuery(`reduce: ${field.name} holds no numbers`);
}

function metricJoined(key: string, expression: string, alias: string): Joined {
  const join = `LEFT JOIN metrics ${alias} ON ${alias}.name = (SELECT id FROM names WHERE name = ?) AND ${alias}.run = r.id AND ${alias}.kind = 'number'`;
  return { join, values: [key], value: `(${expression.replaceAll("m.", `${alias}.`)})` };
}

function fieldJoined(what: "config" | "summary", path: string, alias: string, column: "json" | "number"): Joined {
  const join = `LEFT JOIN fields ${alias} ON ${alias}.what = '${what}' AND ${alias}.name = (SELECT id FROM names WHERE name = ?) AND ${alias}.run = r.id`;
  return { join, values: [path], value: `${alias}.${column}` };
}

/** What was set wins over what the metric implies; a value that is no number is none. */
function summaryJoined(path: string, alias: string): Joined {
  const set = fieldJoined("summary", path, alias, "number");
  const implied = metricJoined(path, IMPLIED_SQL, `${alias}m`);
  const value = `(CASE WHEN ${alias}.run IS NULL THEN ${implied.value} ELSE ${set.value} END)`;
  return { join: `${set.join} ${implied.join}`, values: [...set.values, ...implied.values], value };
}

function groupValue(field: Field, value: unknown): JsonValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (field.of === "config" || field.of === "summary") return fromEventJson(String(value));
  if (field.of === "run" && typeOf(field) === "boolean") return value === 1;
  return typeof value === "number" ? value : String(value);
}

function numbersOf(row: SqlRow, i: number): GroupNumbers {
  const count = numberOf(row, `c${i}`);
  const [mean, min, max] = [row[`a${i}`], row[`l${i}`], row[`h${i}`]];
  if (typeof mean !== "number" || typeof min !== "number" || typeof max !== "number") return { count };
  return { count, mean, min, max };
}
