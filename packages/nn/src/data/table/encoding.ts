/**
 * @file How the columns of a table become the numbers of a model, as plain data that can be saved beside the model.
 *
 * An encoding is fitted on training rows alone: means, deviations, medians and most frequent values never see a test row.
 */
import { describeValue, TrainlogError } from "../../error.ts";
import { byCodeUnit } from "../by-code-unit.ts";
import type { CollectedTable } from "./collect.ts";
import type { Column, Columns, MissingPolicy, UsedColumn } from "./columns.ts";

/** A number column: the model sees `(value − mean) / deviation`. */
export interface NumberEncoding {
  readonly kind: "number";
  readonly name: string;
  /** Stands for a missing value, before standardising; null when none may be missing. */
  readonly fill: number | null;
  /** 0 when the column is not standardised. */
  readonly mean: number;
  /** Standard deviation (of the population); 1 when the column is not standardised or constant. */
  readonly deviation: number;
}

/** A category column: as input one number per category (1 for the row's own, else 0), as target the category's number. */
export interface CategoryEncoding {
  readonly kind: "category";
  readonly name: string;
  readonly fill: string | null;
  readonly categories: readonly string[];
}

/** A boolean column: 1 or 0. */
export interface BooleanEncoding {
  readonly kind: "boolean";
  readonly name: string;
  readonly fill: boolean | null;
}

/** How one column is encoded. */
export type ColumnEncoding = NumberEncoding | CategoryEncoding | BooleanEncoding;

/** How a table is encoded. Plain data: `JSON.stringify` saves it, and readers take it back as `encoding`. */
export interface TableEncoding {
  readonly format: "trainlog-table-1";
  readonly inputs: readonly ColumnEncoding[];
  readonly targets: readonly ColumnEncoding[];
}

/** What to standardise. */
export interface FitOptions {
  readonly standardise: boolean;
  readonly standardiseTarget: boolean;
}

/** Fits the encoding of a table's columns on some of its rows. */
export function fitEncoding(table: CollectedTable, rows: Int32Array, options: FitOptions): TableEncoding {
  const fitted = table.columns.map((column, i) => ({
    column,
    encoding: fitColumn(column, columnValues(table, i, rows), table.words[i] ?? [], options),
  }));
  return {
    format: "trainlog-table-1",
    inputs: fitted.filter(({ column }) => !column.isTarget).map(({ encoding }) => encoding),
    targets: fitted.filter(({ column }) => column.isTarget).map(({ encoding }) => encoding),
  };
}

/** The columns that a saved encoding asks for: kinds and categories as they were fitted. */
export function columnsOfEncoding({ inputs, targets }: TableEncoding, names: readonly string[]): Columns {
  const encoded = new Map([...inputs, ...targets].map((encoding) => [encoding.name, encoding]));
  const columnOf = (name: string): Column => {
    const encoding = encoded.get(name);
    if (encoding === undefined) return "ignored";
    const missing: MissingPolicy = encoding.fill === null ? "error" : { constant: encoding.fill };
    if (encoding.kind !== "category") return { kind: encoding.kind, missing };
    return { kind: "category", missing, categories: encoding.categories };
  };
  return Object.fromEntries([...new Set([...names, ...encoded.keys()])].map((name) => [name, columnOf(name)]));
}

/** How many numbers a model sees of a column as input. */
export function widthOf(encoding: ColumnEncoding): number {
  return encoding.kind === "category" ? encoding.categories.length : 1;
}

/**
 * Writes one column's value into a row of inputs.
 *
 * @param value - NaN for missing; a category's number in the encoding's order.
 */
export function encodeInput(
  encoding: ColumnEncoding,
  value: number,
  row: Float32Array | Float64Array,
  at: number,
): void {
  const known = encodeScalar(encoding, value);
  if (encoding.kind === "category") row[at + known] = 1;
  else row[at] = known;
}

/** One column's value as a single number: how targets see it. */
export function encodeScalar(encoding: ColumnEncoding, value: number): number {
  const known = Number.isNaN(value) ? fillOf(encoding) : value;
  return encoding.kind === "number" ? (known - encoding.mean) / encoding.deviation : known;
}

/**
 * Checks that a value read from JSON is an encoding.
 *
 * @throws TrainlogError `table/bad-encoding`.
 */
export function checkEncoding(encoding: TableEncoding): TableEncoding {
  const isColumn = (column: ColumnEncoding): boolean => {
    if (typeof column?.name !== "string") return false;
    if (column.kind === "number") return Number.isFinite(column.mean) && column.deviation > 0;
    return column.kind === "boolean" || (column.kind === "category" && Array.isArray(column.categories));
  };
  const isList = (columns: unknown): boolean => Array.isArray(columns) && columns.every(isColumn);
  if (encoding?.format === "trainlog-table-1" && isList(encoding.inputs) && isList(encoding.targets)) return encoding;
  throw new TrainlogError(
    "table/bad-encoding",
    `an encoding is what tabularCsvDataset returned as "encoding" (format "trainlog-table-1"), got ${describeValue(encoding)}`,
  );
}

function fillOf(encoding: ColumnEncoding): number {
  if (encoding.kind === "category") return encoding.categories.indexOf(encoding.fill ?? "");
  return Number(encoding.fill ?? Number.NaN);
}

function columnValues({ values, columns }: CollectedTable, column: number, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row * columns.length + column] ?? Number.NaN);
}

function fitColumn(
  { name, kind, missing, categories, isTarget }: UsedColumn,
  values: Float64Array,
  words: readonly string[],
  { standardise, standardiseTarget }: FitOptions,
): ColumnEncoding {
  const present = values.filter((value) => !Number.isNaN(value));
  if (kind === "category") {
    const fill = fillFor(missing, () => words[mostFrequent(present)] ?? null);
    const sorted = categories ?? withWord([...words], fill).sort(byCodeUnit);
    return { kind, name, fill: fill === null ? null : String(fill), categories: sorted };
  }
  if (kind === "boolean") {
    const fill = fillFor(missing, () => (present.length === 0 ? null : mostFrequent(present) === 1));
    return { kind, name, fill: fill === null ? null : Boolean(fill) };
  }
  const filling = fillFor(missing, () => (missing === "mean" ? meanOf(present) : medianOf(present)));
  const fill = filling === null ? null : Number(filling);
  const seen = values.map((value) => (Number.isNaN(value) && fill !== null ? fill : value));
  const scaled = isTarget ? standardiseTarget : standardise;
  const mean = scaled ? meanOf(seen) : 0;
  return { kind, name, fill, mean, deviation: scaled ? deviationOf(seen, mean) : 1 };
}

function fillFor<T>(missing: MissingPolicy, fitted: () => T | null): T | number | string | boolean | null {
  if (typeof missing === "object") return missing.constant;
  return missing === "mean" || missing === "median" ? fitted() : null;
}

function withWord(words: string[], word: number | string | boolean | null): string[] {
  if (word !== null && !words.includes(String(word))) words.push(String(word));
  return words;
}

function meanOf(values: Float64Array): number {
  if (values.length === 0) return 0;
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Standard deviation of the population; 1 where it is 0, so that a constant column becomes 0 and not NaN. */
function deviationOf(values: Float64Array, mean: number): number {
  const variance = meanOf(values.map((value) => (value - mean) ** 2));
  return variance > 0 ? Math.sqrt(variance) : 1;
}

function medianOf(values: Float64Array): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The value that occurs most often; the smallest of several. */
function mostFrequent(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of values.toSorted()) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = Number.NaN;
  let most = 0;
  for (const [value, count] of counts) {
    if (count <= most) continue;
    best = value;
    most = count;
  }
  return best;
}
