/**
 * @file The table as CSV (RFC 4180): numbers with all their digits, times as ISO 8601 in UTC, durations in seconds, lists and objects as JSON.
 *
 * Columns are called as filters call them, so that a column of the file can be asked for again.
 */
import type { RunGroup, RunRow } from "trainlog/api";
import { fieldText, typeOf } from "trainlog/query";
import type { JsonValue } from "trainlog/run";
import { specialNumber } from "./flatten.ts";
import { cellValue, FACT_COLUMNS, type RunColumn, runColumn } from "./run-columns.ts";

/** Metric statistics of a file with all columns. */
const STATISTICS = ["last", "min", "max"] as const;

/** The first line: id and name, then the columns. */
export function csvHead(columns: readonly RunColumn[]): string {
  return csvLine(["id", "name", ...columns.map((column) => (isDuration(column) ? `${column.id}_s` : column.id))]);
}

/** The line of a run. */
export function csvRow(run: RunRow, columns: readonly RunColumn[]): string {
  return csvLine([run.runId, run.name, ...columns.map((column) => csvValue(run, column))]);
}

/** Groups with the numbers of their runs. */
export function groupsCsv(groups: readonly RunGroup[]): string {
  const [first] = groups;
  if (first === undefined) return "";
  const numbers = first.numbers.flatMap(({ field }) =>
    ["mean", "min", "max", "count"].map((what) => `${field} ${what}`),
  );
  const head = csvLine([...first.values.map(({ field }) => field), "runs", "running", ...numbers]);
  const lines = groups.map((group) =>
    csvLine([
      ...group.values.map(({ value }) => valueText(value)),
      String(group.runCount),
      String(group.runningCount),
      ...group.numbers.flatMap(({ mean, min, max, count }) => [mean, min, max, count].map((value) => valueText(value))),
    ]),
  );
  return [head, ...lines].join("");
}

/** Everything that some runs have: facts, then configuration, summary and metrics by name. */
export function allColumns(runs: Iterable<RunRow>): RunColumn[] {
  const [config, summary, metrics] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const run of runs) {
    for (const path of Object.keys(run.config ?? {})) config.add(fieldText({ of: "config", path }));
    for (const path of Object.keys(run.summary ?? {})) summary.add(fieldText({ of: "summary", path }));
    for (const { key } of run.metrics ?? [])
      for (const statistic of STATISTICS) metrics.add(fieldText({ of: "metric", key, statistic }));
  }
  const facts = FACT_COLUMNS.filter((id) => id !== "id");
  return [...facts, ...[config, summary, metrics].flatMap((names) => [...names].sort())]
    .map(runColumn)
    .filter((column) => column !== undefined);
}

function csvValue(run: RunRow, column: RunColumn): string {
  const value = cellValue(run, column.field);
  if (typeof value === "number" && typeOf(column.field) === "time") return new Date(value).toISOString();
  if (typeof value === "number" && isDuration(column)) return String(value / 1000);
  if (Array.isArray(value) && column.field.of === "run") return value.join(", ");
  return valueText(value);
}

function valueText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "object") return Object.is(value, -0) ? "-0" : String(value);
  const special = specialNumber(value);
  return special === undefined ? JSON.stringify(value) : String(special);
}

function isDuration({ field }: RunColumn): boolean {
  return typeOf(field) === "duration";
}

function csvLine(values: readonly string[]): string {
  const quote = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `${values.map(quote).join(",")}\r\n`;
}
