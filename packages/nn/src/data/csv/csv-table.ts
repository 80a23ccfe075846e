/** @file A CSV file as a stream of rows with named columns. */

import { describeValue, TrainlogError } from "../../error.ts";
import { checkOptionNames } from "../options.ts";
import { type DataSource, nameOf, streamSource } from "../source/source.ts";
import { decodeText } from "../source/text.ts";
import type { Table, TableRow } from "../table/table.ts";
import { type CsvRecord, csvParser } from "./csv-parser.ts";

/** How a CSV file is written. */
export interface CsvOptions {
  /** True: the first record has the columns' names (default). Otherwise the names, and every record is data. */
  readonly header?: true | readonly string[];
  /** One character. Default `","`; `"\t"` for TSV. */
  readonly delimiter?: string;
}

/**
 * Opens a CSV file. Rows are read as they are asked for: the file never lies in memory as a whole.
 *
 * @throws TrainlogError `csv/bad-option`, `csv/no-header` for an empty file, `csv/bad-header` when two columns have the same name; while rows are read
 *   `csv/wrong-length` for a row with too few or too many fields, `csv/bad-quote`, `csv/unclosed-quote`, `data/not-utf8`.
 */
export async function csvTable(
  source: DataSource,
  { header = true, delimiter = "," }: CsvOptions = {},
): Promise<Table> {
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new TrainlogError(
      "csv/bad-option",
      `delimiter is one character that is neither a quote nor a line end, got ${describeValue(delimiter)}`,
    );
  }
  const what = nameOf(source, "the CSV data");
  const batches = csvRecords(source, delimiter, what);
  const first = header === true ? await firstRecords(batches, what) : [];
  const columns = header === true ? (first[0]?.fields.map((name) => name.trim()) ?? []) : header;
  checkNames(columns, what);
  return { what, columns, batches: rowsOf(first.slice(1), batches, columns, what) };
}

/**
 * The rows of a CSV file as records of text, one after the other.
 *
 * @throws TrainlogError as {@link csvTable}.
 *
 * @example
 * for await (const { name, age } of Data.csvRows("people.csv")) …
 */
export async function* csvRows(
  source: DataSource,
  options: CsvOptions = {},
): AsyncGenerator<Readonly<Record<string, string>>> {
  checkOptionNames("csvRows", options, ["header", "delimiter"]);
  const { columns, batches } = await csvTable(source, options);
  for await (const rows of batches) {
    for (const { cells } of rows) yield Object.fromEntries(columns.map((name, i) => [name, String(cells[i])]));
  }
}

async function* csvRecords(source: DataSource, delimiter: string, what: string): AsyncGenerator<readonly CsvRecord[]> {
  const parser = csvParser({ delimiter, what });
  for await (const text of decodeText(streamSource(source), what)) yield parser.push(text);
  yield parser.end();
}

/** The first batch that holds a record. */
async function firstRecords(
  batches: AsyncGenerator<readonly CsvRecord[]>,
  what: string,
): Promise<readonly CsvRecord[]> {
  for (;;) {
    const { done, value } = await batches.next();
    if (done === true)
      throw new TrainlogError("csv/no-header", `${what} is empty; its first line should name the columns`);
    if (value.length > 0) return value;
  }
}

function checkNames(columns: readonly string[], what: string): void {
  const double = columns.find((name, column) => columns.indexOf(name) !== column);
  if (double === undefined) return;
  throw new TrainlogError(
    "csv/bad-header",
    `${what} has two columns named ${describeValue(double)} (${columns.indexOf(double) + 1} and ${columns.lastIndexOf(double) + 1}); ` +
      "rename one, or pass the names as header and skip the first line",
  );
}

async function* rowsOf(
  first: readonly CsvRecord[],
  rest: AsyncGenerator<readonly CsvRecord[]>,
  columns: readonly string[],
  what: string,
): AsyncGenerator<readonly TableRow[]> {
  let rowCount = 0;
  const rowOf = ({ fields, line }: CsvRecord): TableRow => {
    rowCount += 1;
    const row = rowCount;
    const place = (): string => `line ${line} (row ${row})`;
    if (fields.length === columns.length) return { place, cells: fields };
    throw new TrainlogError(
      "csv/wrong-length",
      `${what}, ${place()} has ${fields.length} fields, the header has ${columns.length} (${columns.join(", ")})`,
    );
  };
  yield first.map(rowOf);
  for await (const records of rest) yield records.map(rowOf);
}
