/** @file Columns of a query: fields of the filter language as cells of a table, values of JSON, CSV. */
import { type Field, isProblem, RUN_FIELD_SOURCE, readField, statisticOf, typeOf } from "../query/index.ts";
import { type JsonValue, objectFromEntries } from "../run/json.ts";
import type { RunQuery, RunRow } from "../store/index.ts";
import type { Output } from "./output.ts";
import { usageError } from "./parse.ts";
import { paintState, stateText } from "./run-state.ts";
import { formatAge, formatDuration, formatNumber } from "./terminal/format.ts";
import { renderTable, type TableColumn } from "./terminal/table.ts";

/** A column. */
export interface QueryColumn {
  /** As it was asked for. */
  readonly name: string;
  readonly field: Field;
}

/** Reads the names of columns. @throws TrainlogError `cli/usage`. */
export function columnsOf(names: readonly string[]): QueryColumn[] {
  return names.map((name) => {
    const field = readField(name);
    if (isProblem(field)) throw usageError(`--column ${JSON.stringify(name)}: ${field.message}`);
    return { name, field };
  });
}

/** What the list of runs has to bring for these columns. */
export function neededColumns(columns: readonly QueryColumn[]): Pick<RunQuery, "metrics" | "config" | "summary"> {
  const fields = columns.map(({ field }) => field);
  return {
    metrics: [...new Set(fields.flatMap((field) => (field.of === "metric" ? [field.key] : [])))],
    config: [...new Set(fields.flatMap((field) => (field.of === "config" ? [field.path] : [])))],
    summary: [...new Set(fields.flatMap((field) => (field.of === "summary" ? [field.path] : [])))],
  };
}

/** The values of a run by column, those that it has. */
export function valuesOf(columns: readonly QueryColumn[], run: RunRow): Record<string, JsonValue> {
  return objectFromEntries(
    columns.flatMap(({ name, field }): [string, JsonValue][] => {
      const value = cellValue(field, run);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function cellValue(field: Field, run: RunRow): JsonValue | undefined {
  if (field.of === "run") return run[RUN_FIELD_SOURCE[field.name]];
  if (field.of !== "metric") return Object.hasOwn(run[field.of], field.path) ? run[field.of][field.path] : undefined;
  const metric = run.metrics.find(({ key }) => key === field.key);
  if (metric === undefined) return undefined;
  if (field.statistic === "last") return metric.last;
  // `last` of a metric of other values than numbers is none of the statistics that are left.
  const { last: _, ...rest } = metric;
  return statisticOf(rest, field.statistic);
}

/** The runs as a table that fits. */
export function tableOf(
  columns: readonly QueryColumn[],
  runs: readonly RunRow[],
  { nowMs, out }: { readonly nowMs: number; readonly out: Output },
): string {
  const shown = columns.map(({ name, field }, i): TableColumn<RunRow> => {
    const isNumber = typeOf(field) === "number" || field.of === "metric";
    const isState = field.of === "run" && field.name === "state";
    return {
      title: name,
      value: (run) => cellOf(field, run, nowMs),
      ...(isNumber ? { align: "right" as const } : { minWidth: 8 }),
      ...(isState ? { paint: (cell: string, run: RunRow) => paintState(cell, run.state, out.style) } : {}),
      optional: i > 0,
    };
  });
  return renderTable(shown, runs, { width: out.width, paintTitles: out.style.bold });
}

function cellOf(field: Field, run: RunRow, nowMs: number): string {
  const value = cellValue(field, run);
  if (value === undefined) return "–";
  if (field.of === "run" && field.name === "state") return stateText(run.state);
  if (typeof value === "number") {
    if (typeOf(field) === "time") return formatAge(value, nowMs);
    return typeOf(field) === "duration" ? formatDuration(value) : formatNumber(value);
  }
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The runs as CSV (RFC 4180), with the id first. */
export function csvOf(columns: readonly QueryColumn[], runs: readonly RunRow[]): string {
  const lines = [
    ["runId", ...columns.map(({ name }) => name)],
    ...runs.map((run) => [run.runId, ...columns.map(({ field }) => csvValue(cellValue(field, run)))]),
  ];
  return lines.map((line) => `${line.map(csvField).join(",")}\r\n`).join("");
}

function csvValue(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
