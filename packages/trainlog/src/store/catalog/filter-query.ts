/**
 * @file A filter as an SQL condition on a run `r`. Pure. `query/evaluate.ts` says what filters mean; this file says the same to SQLite.
 *
 * Metrics, fields and tags become `r.id IN (SELECT run …)`: the tables are clustered by name, so SQLite reads the one stretch of the named metric once,
 * however many runs there are. Every condition is 0 or 1 and never NULL, because the language has two truth values.
 */
import type { SQLInputValue } from "node:sqlite";
import type { Field, Filter, Literal, Operator, Statistic } from "../../query/ast.ts";
import { RUN_FIELD_SOURCE } from "../../query/ast.ts";
import { plainValue, positiveOf } from "../../query/evaluate.ts";
import { typeOf } from "../../query/fields.ts";
import { Pattern } from "../../query/pattern.ts";
import { toEventJson } from "../../run-log/codec/event-json.ts";
import { RUN_COLUMNS } from "./run-row.ts";

/** A statement, or a part of one, and what is bound to it. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SQLInputValue[];
}

/** The value of a metric `m` for each statistic. */
export const STATISTIC_SQL: Readonly<Record<Statistic, string>> = {
  last: "m.last",
  min: "m.min",
  max: "m.max",
  mean: "m.mean",
  best: "CASE m.goal WHEN 'min' THEN m.min WHEN 'max' THEN m.max END",
  count: "m.count",
  step: "m.last_step",
};

/** The value of a metric `m` in the summary. */
export const IMPLIED_SQL =
  "CASE m.rule WHEN 'last' THEN m.last WHEN 'min' THEN m.min WHEN 'max' THEN m.max WHEN 'mean' THEN m.mean END";

const NAME = "(SELECT id FROM names WHERE name = ?)";
const NONE: Sql = { text: "0", values: [] };

/**
 * The condition of a filter.
 *
 * @param nowMs - What relative times are relative to, in milliseconds since 1970.
 * @throws TrainlogError `query/bad-pattern` (400).
 */
export function filterSql(filter: Filter, nowMs: number): Sql {
  switch (filter.type) {
    case "and":
      return joined(
        filter.parts.map((part) => filterSql(part, nowMs)),
        "AND",
        "1",
      );
    case "or":
      return joined(
        filter.parts.map((part) => filterSql(part, nowMs)),
        "OR",
        "0",
      );
    case "not":
      return not(filterSql(filter.part, nowMs));
    case "exists":
      return existsSql(filter.field);
    case "in":
      return joined(
        filter.values.map((value) => compareSql(filter.field, "=", value, nowMs)),
        "OR",
        "0",
      );
    case "compare": {
      const { positive, negated } = positiveOf(filter.operator);
      const condition = compareSql(filter.field, positive, filter.value, nowMs);
      return negated ? not(condition) : condition;
    }
  }
}

/** Says whether a filter speaks of a field of the run itself. */
export function speaksOf(filter: Filter, name: string): boolean {
  if (filter.type === "and" || filter.type === "or") return filter.parts.some((part) => speaksOf(part, name));
  if (filter.type === "not") return speaksOf(filter.part, name);
  return filter.field.of === "run" && filter.field.name === name;
}

/** SQL of a column of `runs`. */
export function runColumnSql(name: Extract<Field, { of: "run" }>["name"]): string {
  const source = RUN_FIELD_SOURCE[name];
  return source === "tags" ? "r.tags" : `r.${RUN_COLUMNS[source]}`;
}

function joined(parts: readonly Sql[], by: "AND" | "OR", empty: string): Sql {
  const [first, ...more] = parts;
  if (first === undefined) return { text: empty, values: [] };
  if (more.length === 0) return first;
  // As a balanced tree: SQLite refuses expressions that are a thousand levels deep.
  const half = parts.length >> 1;
  const [left, right] = [joined(parts.slice(0, half), by, empty), joined(parts.slice(half), by, empty)];
  return { text: `(${left.text} ${by} ${right.text})`, values: [...left.values, ...right.values] };
}

function not({ text, values }: Sql): Sql {
  return { text: `NOT ${text}`, values };
}

function existsSql(field: Field): Sql {
  if (field.of === "run") {
    if (typeOf(field) === "tags") return { text: "r.id IN (SELECT run FROM tags)", values: [] };
    return { text: `(${runColumnSql(field.name)} IS NOT NULL)`, values: [] };
  }
  if (field.of === "metric") {
    const has =
      field.statistic === "last" ? "1" : `(m.kind = 'number' AND ${STATISTIC_SQL[field.statistic]} IS NOT NULL)`;
    return { text: `r.id IN (SELECT m.run FROM metrics m WHERE m.name = ${NAME} AND ${has})`, values: [field.key] };
  }
  // The path itself, and everything below it: "/" is the character behind ".".
  const names = "(SELECT id FROM names WHERE name = ? OR (name >= ? AND name < ?))";
  const values = [field.path, `${field.path}.`, `${field.path}/`];
  const set: Sql = {
    text: `r.id IN (SELECT f.run FROM fields f WHERE f.what = '${field.of}' AND f.name IN ${names})`,
    values,
  };
  if (field.of === "config") return set;
  const implied = `r.id IN (SELECT m.run FROM metrics m WHERE m.name IN ${names} AND ${IMPLIES})`;
  return joined([set, { text: implied, values }], "OR", "0");
}

/** A metric of numbers stands for something in the summary: a last value is always there, also when it is NaN. */
const IMPLIES = `m.kind = 'number' AND (m.rule = 'last' OR (m.rule <> 'none' AND ${IMPLIED_SQL} IS NOT NULL))`;

function compareSql(field: Field, operator: Operator, literal: Literal, nowMs: number): Sql {
  if (literal.type === "null") return missingSql(field);
  const wanted = plainValue(literal, field, nowMs);
  // A pattern that cannot be read is the caller's mistake, and has to be said before SQLite meets it.
  if (operator === "~") new Pattern(String(wanted));
  switch (field.of) {
    case "run":
      return runSql(field, operator, wanted);
    case "metric":
      return metricSql(field.key, STATISTIC_SQL[field.statistic], "", operator, wanted);
    case "config":
      return fieldSql("config", field.path, operator, wanted);
    case "summary":
      return summarySql(field.path, operator, wanted);
  }
}

/** Not there at all, or null. */
function missingSql(field: Field): Sql {
  const missing = not(existsSql(field));
  if (field.of !== "config" && field.of !== "summary") return missing;
  const text = `r.id IN (SELECT f.run FROM fields f WHERE f.what = '${field.of}' AND f.name = ${NAME} AND f.json = 'null')`;
  return joined([missing, { text, values: [field.path] }], "OR", "0");
}

function runSql(field: Extract<Field, { of: "run" }>, operator: Operator, wanted: string | number | boolean): Sql {
  if (typeOf(field) === "tags") {
    const condition = textSql("tag", operator === "contains" ? "=" : operator, String(wanted));
    return { text: `r.id IN (SELECT run FROM tags WHERE ${condition.text})`, values: condition.values };
  }
  const column = runColumnSql(field.name);
  if (typeof wanted === "boolean") return { text: `(${column} = ?)`, values: [wanted ? 1 : 0] };
  return typeof wanted === "string" ? textSql(column, operator, wanted) : numberSql(column, operator, wanted);
}

function textSql(column: string, operator: Operator, wanted: string): Sql {
  if (operator === "~") return { text: `trainlog_matches(?, ${column})`, values: [wanted] };
  if (operator === "contains") return { text: `trainlog_contains(?, ${column})`, values: [wanted.toLowerCase()] };
  return { text: `(${column} IS NOT NULL AND ${column} ${operator} ?)`, values: [wanted] };
}

/** SQLite binds NaN as NULL, and keeps none in its columns: where NaN can be, the caller says how it looks. */
function numberSql(column: string, operator: Operator, wanted: number): Sql {
  if (Number.isNaN(wanted)) return NONE;
  return { text: `(${column} IS NOT NULL AND ${column} ${operator} ?)`, values: [wanted] };
}

/** @param condition - Holds besides the comparison. */
function metricSql(
  key: string,
  value: string,
  condition: string,
  operator: Operator,
  wanted: string | number | boolean,
): Sql {
  if (typeof wanted !== "number") return NONE;
  // A last value that is no number is NULL in the column; nothing else can be NaN.
  const isNaNWanted = Number.isNaN(wanted) && operator === "=";
  const nan =
    value === IMPLIED_SQL ? "(m.rule = 'last' AND m.last IS NULL)" : value === "m.last" ? "m.last IS NULL" : "0";
  const compared: Sql = isNaNWanted ? { text: nan, values: [] } : numberSql(value, operator, wanted);
  const text = `r.id IN (SELECT m.run FROM metrics m WHERE m.name = ${NAME} AND m.kind = 'number' AND ${compared.text}${condition})`;
  return { text, values: [key, ...compared.values] };
}

function fieldSql(
  what: "config" | "summary",
  path: string,
  operator: Operator,
  wanted: string | number | boolean,
): Sql {
  const condition = jsonSql(operator, wanted);
  const text = `r.id IN (SELECT f.run FROM fields f WHERE f.what = '${what}' AND f.name = ${NAME} AND ${condition.text})`;
  return { text, values: [path, ...condition.values] };
}

/** A condition on a value `f`. Equal values have equal JSON, except numbers, which have a column. */
function jsonSql(operator: Operator, wanted: string | number | boolean): Sql {
  if (operator === "~") return { text: "trainlog_matches(?, trainlog_text(f.json))", values: [String(wanted)] };
  if (operator === "contains") return { text: "trainlog_holds(?, f.json)", values: [toEventJson(wanted)] };
  if (operator === "=" && (typeof wanted !== "number" || Number.isNaN(wanted))) {
    return { text: "f.json = ?", values: [toEventJson(wanted)] };
  }
  if (typeof wanted === "number") return numberSql("f.number", operator, wanted);
  // Booleans are in no order.
  return typeof wanted === "string"
    ? { text: `(f.type = 'text' AND trainlog_text(f.json) ${operator} ?)`, values: [wanted] }
    : NONE;
}

/** What was set wins over what the metric implies. */
function summarySql(path: string, operator: Operator, wanted: string | number | boolean): Sql {
  const set = fieldSql("summary", path, operator, wanted);
  if (typeof wanted !== "number" || operator === "contains") return set;
  const implied = metricSql(path, IMPLIED_SQL, " AND m.rule <> 'none'", operator, wanted);
  const unset: Sql = {
    text: `r.id NOT IN (SELECT f.run FROM fields f WHERE f.what = 'summary' AND f.name = ${NAME})`,
    values: [path],
  };
  return joined([set, joined([implied, unset], "AND", "1")], "OR", "0");
}
