/** @file Rows of the catalog's tables as the values that they stand for, and back. Pure. */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import type { RunState } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { fromEventJson, toEventJson } from "../../run-log/codec/event-json.ts";
import type { ColumnType, MetricSummary, RunColumn, RunInfo } from "../types.ts";
import type { IndexedMetric } from "./catalog.ts";

/** A row as SQLite gives it. */
export type SqlRow = Record<string, SQLOutputValue>;

/** Column of the table `runs` for each field of {@link RunInfo} that is one. */
export const RUN_COLUMNS: Readonly<Record<Exclude<keyof RunInfo, "tags">, string>> = {
  runId: "run_id",
  project: "project",
  name: "name",
  group: '"group"',
  jobType: "job_type",
  notes: "notes",
  parentRunId: "parent_run_id",
  source: "source",
  archived: "archived",
  state: "state",
  createdMs: "created_ms",
  finishedMs: "finished_ms",
  lastMs: "last_ms",
  durationMs: "duration_ms",
  exitCode: "exit_code",
  error: "error",
  rowCount: "row_count",
  pointCount: "point_count",
  metricCount: "metric_count",
  lastStep: "last_step",
  damageCount: "damage_count",
  folder: "folder",
};

/** Columns whose text sorts without regard to case. */
export const TEXT_COLUMNS: ReadonlySet<RunColumn> = new Set([
  "runId",
  "project",
  "name",
  "group",
  "jobType",
  "state",
  "source",
  "parentRunId",
  "notes",
]);

/** Values for the columns of {@link RUN_COLUMNS} in its order, then tags and the search text. */
export function runValues(info: RunInfo): SQLInputValue[] {
  const values = Object.keys(RUN_COLUMNS).map((field) => toSql(info[field as keyof typeof RUN_COLUMNS]));
  return [...values, JSON.stringify(info.tags), searchText(info)];
}

function toSql(value: string | number | boolean | undefined): SQLInputValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value ?? null;
}

/** What a text filter looks in: lower case by Unicode, which SQLite's own functions do not do. */
function searchText(info: RunInfo): string {
  return [info.name, info.runId, info.group, info.notes, ...info.tags]
    .filter((text) => text)
    .join("\n")
    .toLowerCase();
}

/** The run that a row of `runs` stands for. */
export function runInfoOf(row: SqlRow): RunInfo {
  return {
    runId: textOf(row, "run_id"),
    project: textOf(row, "project"),
    name: textOf(row, "name"),
    ...optionalText(row, "group", "group"),
    ...optionalText(row, "jobType", "job_type"),
    ...optionalText(row, "notes", "notes"),
    ...optionalText(row, "parentRunId", "parent_run_id"),
    ...optionalText(row, "source", "source"),
    tags: tagsOf(textOf(row, "tags")),
    archived: row["archived"] === 1,
    // Only states of this type are ever written to the column.
    state: textOf(row, "state") as RunState,
    createdMs: numberOf(row, "created_ms"),
    ...optionalNumber(row, "finishedMs", "finished_ms"),
    lastMs: numberOf(row, "last_ms"),
    durationMs: numberOf(row, "duration_ms"),
    ...optionalNumber(row, "exitCode", "exit_code"),
    ...optionalText(row, "error", "error"),
    rowCount: numberOf(row, "row_count"),
    pointCount: numberOf(row, "point_count"),
    metricCount: numberOf(row, "metric_count"),
    ...optionalNumber(row, "lastStep", "last_step"),
    damageCount: numberOf(row, "damage_count"),
    ...optionalText(row, "folder", "folder"),
  };
}

function tagsOf(json: string): string[] {
  const tags: unknown = JSON.parse(json);
  return Array.isArray(tags) ? tags.map(String) : [];
}

/** Columns of `metrics` behind name, run and kind. */
export const METRIC_FIELDS = [
  "count",
  "finite_count",
  "last",
  "last_json",
  "min",
  "max",
  "mean",
  "last_step",
  "last_wall_ms",
  "goal",
  "rule",
] as const;

/** Values of a row of `metrics` behind name and run: the kind, then {@link METRIC_FIELDS}. */
export function metricValues(metric: IndexedMetric): SQLInputValue[] {
  // SQLite has no NaN and loses the sign of −0 in a column of reals, so those are kept as text beside it.
  const plain = typeof metric.last === "number" && !Number.isNaN(metric.last) && !Object.is(metric.last, -0);
  return [
    metric.kind,
    metric.count,
    metric.finiteCount,
    typeof metric.last === "number" ? metric.last : null,
    plain || metric.last === undefined ? null : toEventJson(metric.last),
    metric.min ?? null,
    metric.max ?? null,
    metric.mean ?? null,
    metric.lastStep ?? null,
    metric.lastWallMs ?? null,
    metric.goal ?? null,
    metric.rule ?? "last",
  ];
}

/** The metric that a row of `metrics` (with its key) stands for. */
export function metricOf(row: SqlRow): MetricSummary {
  const lastJson = row["last_json"];
  const last = typeof lastJson === "string" ? fromEventJson(lastJson) : row["last"];
  return {
    key: textOf(row, "key"),
    kind: row["kind"] === "json" ? "json" : "number",
    count: numberOf(row, "count"),
    finiteCount: numberOf(row, "finite_count"),
    ...(last === null && typeof lastJson !== "string" ? {} : { last: last as JsonValue }),
    ...optionalNumber(row, "min", "min"),
    ...optionalNumber(row, "max", "max"),
    ...optionalNumber(row, "mean", "mean"),
    ...optionalNumber(row, "lastStep", "last_step"),
    ...optionalNumber(row, "lastWallMs", "last_wall_ms"),
    ...bestOf(row),
  };
}

/** The goal that the run defined, and the value that it makes the best one. */
function bestOf(row: SqlRow): Pick<MetricSummary, "goal" | "best"> {
  const { goal } = row;
  if (goal !== "min" && goal !== "max") return {};
  return { goal, ...optionalNumber(row, "best", goal) };
}

/** What a value is, in one word. */
export function columnType(value: JsonValue): ColumnType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  const type = typeof value;
  return type === "string" ? "text" : type === "number" || type === "boolean" ? type : "object";
}

/** Text of a column that is never null. */
export function textOf(row: SqlRow, column: string): string {
  return String(row[column] ?? "");
}

/** Number of a column that is never null. */
export function numberOf(row: SqlRow, column: string): number {
  return Number(row[column] ?? 0);
}

function optionalText<K extends string>(row: SqlRow, field: K, column: string): { [key in K]?: string } {
  const value = row[column];
  return typeof value === "string" ? ({ [field]: value } as { [key in K]: string }) : {};
}

function optionalNumber<K extends string>(row: SqlRow, field: K, column: string): { [key in K]?: number } {
  const value = row[column];
  return typeof value === "number" ? ({ [field]: value } as { [key in K]: number }) : {};
}
