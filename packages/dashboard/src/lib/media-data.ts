/** @file Reads the payloads of media. They come from scripts of any age and protocol, so every shape is checked, and what does not fit is `undefined`. */
import { isPlainObject, type JsonObject, type JsonValue } from "trainlog/run";
import { specialNumber } from "./flatten.ts";

/** Counts between edges. */
export interface HistogramData {
  /** Shape `[n + 1]`, ascending. */
  readonly edges: readonly number[];
  /** Shape `[n]`. */
  readonly counts: readonly number[];
  /** NaN and ±Infinity, which have no place between edges. */
  readonly nonFinite: number;
}

/** Cells by row. */
export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly JsonValue[])[];
}

/** Counts by true class (row) and predicted class (column). */
export interface ConfusionData {
  readonly labels: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** Reads the data of a `histogram`. */
export function histogramData(data: JsonObject): HistogramData | undefined {
  const edges = numbers(data["edges"]);
  const counts = numbers(data["counts"]);
  if (edges === undefined || counts === undefined || edges.length !== counts.length + 1) return undefined;
  const { nonFinite } = data;
  return { edges, counts, nonFinite: typeof nonFinite === "number" ? nonFinite : 0 };
}

/** Reads the data of a `table`. */
export function tableData(data: JsonObject): TableData | undefined {
  const { columns, rows } = data;
  if (!isList(columns) || !isList(rows)) return undefined;
  return { columns: columns.map(textOf), rows: rows.map((row) => (isList(row) ? row : [row])) };
}

/** Reads the data of a `confusion-matrix`. Labels that are missing are class numbers. */
export function confusionData(data: JsonObject): ConfusionData | undefined {
  const { counts, labels } = data;
  if (!isList(counts)) return undefined;
  const rows = counts.map(numbers);
  const full = rows.filter((row) => row !== undefined);
  if (full.length === 0 || full.length !== rows.length || full.some((row) => row.length !== full.length))
    return undefined;
  const names = isList(labels) ? labels.map(textOf) : [];
  return { counts: full, labels: full.map((_, i) => names[i] ?? String(i)) };
}

/** A text of the payload. */
export function textField(data: JsonObject, field: string): string | undefined {
  const value = data[field];
  return typeof value === "string" ? value : undefined;
}

function numbers(value: JsonValue | undefined): number[] | undefined {
  if (!isList(value)) return undefined;
  const read = value.map((entry) => (typeof entry === "number" ? entry : specialNumber(entry)));
  const known = read.filter((entry) => entry !== undefined);
  return known.length === read.length ? known : undefined;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether the payload was too large for the event and lies in a blob of JSON. */
export function isMovedOut(data: JsonObject): boolean {
  return isPlainObject(data) && data["payload"] === "blob";
}
