/** @file A CSV file as a stream of rows with named columns. */
import { describeValue, TrainlogError } from "../../error.ts";
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
  const records = csvRecords(source, delimiter, what);
  const columns = header === true ? await firstRecord(records, what) : header;
  checkNames(columns, what);
  return { what, columns, rows: rowsOf(records, columns, what) };
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
  const { columns, rows } = await csvTable(source, options);
  for await (const { cells } of rows) {
    yield Object.fromEntries(columns.map((name, column) => [name, String(cells[column])]));
  }
}

async function* csvRecords(source: DataSource, delimiter: string, what: string): AsyncGenerator<CsvRecord> {
  const parser = csvParser({ delimiter, what });
  for await (const text of decodeText(streamSource(source), what)) yield* parser.push(text);
  yield* parser.end();
}

async function firstRecord(records: AsyncGenerator<CsvRecord>, what: string): Promise<readonly string[]> {
  const { done, value } = await records.next();
  if (done !== true) return value.fields.map((name) => name.trim());
  throw new TrainlogError("csv/no-header", `${what} is empty; its first line should name the columns`);
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
  records: AsyncGenerator<CsvRecord>,
  columns: readonly string[],
  what: string,
): AsyncGenerator<TableRow> {
  let row = 0;
  for await (const { fields, line } of records) {
    row += 1;
    if (fields.length !== columns.length) {
      throw new TrainlogError(
        "csv/wrong-length",
        `${what}, line ${line} (row ${row}) has ${fields.length} fields, the header has ${columns.length} (${columns.join(", ")})`,
      );
    }
    yield { place: `line ${line} (row ${row})`, cells: fields };
  }
}
