/** @file JSON Lines: one JSON object per line. */
import { describeValue, reasonOf, TrainlogError } from "../../error.ts";
import type { Shape } from "../../shape/shape.ts";
import { checkOptionNames } from "../options.ts";
import { type DataSource, nameOf, streamSource } from "../source/source.ts";
import { decodeText, type Line, linesOf } from "../source/text.ts";
import type { Columns } from "../table/columns.ts";
import type { Table, TableRow } from "../table/table.ts";
import {
  TABULAR_OPTIONS,
  type TabularData,
  type TabularOptions,
  type Target,
  type TargetShape,
  tabularDataset,
} from "../table/tabular-dataset.ts";

/** One line's object. */
export type JsonRow = Readonly<Record<string, unknown>>;

interface PlacedRow {
  readonly row: JsonRow;
  readonly line: number;
}

/**
 * The objects of a JSON Lines file, one after the other. Blank lines are left out.
 *
 * @throws TrainlogError `jsonl/bad-line` naming the line that is no JSON object, `data/not-utf8`, `data/no-file`.
 *
 * @example
 * for await (const { prompt, answer } of Data.jsonlRows("train.jsonl")) …
 */
export async function* jsonlRows(source: DataSource): AsyncGenerator<JsonRow> {
  for await (const rows of placedRows(source)) yield* rows.map(({ row }) => row);
}

/**
 * Examples for training and testing from a JSON Lines file. The columns are the first object's keys; a key that a later object lacks is a missing value.
 *
 * @throws TrainlogError as {@link jsonlRows} and, for cells and options, as `tabularCsvDataset`.
 */
export async function tabularJsonlDataset<
  const C extends Columns,
  const T extends Target,
  const In extends Shape = readonly [number],
>(source: DataSource, options: TabularOptions<C, T, In>): Promise<TabularData<In, TargetShape<C, T>>> {
  checkOptionNames("tabularJsonlDataset", options, TABULAR_OPTIONS);
  return await tabularDataset(await jsonlTable(source), options);
}

async function jsonlTable(source: DataSource): Promise<Table> {
  const what = nameOf(source, "the JSONL data");
  const batches = placedRows(source);
  let first: readonly PlacedRow[] = [];
  while (first[0] === undefined) {
    const { done, value } = await batches.next();
    if (done === true) throw new TrainlogError("data/empty", `${what}: there are no rows`);
    first = value;
  }
  const columns = Object.keys(first[0].row);
  return { what, columns, batches: tableRows(first, batches, columns) };
}

async function* tableRows(
  first: readonly PlacedRow[],
  rest: AsyncIterable<readonly PlacedRow[]>,
  columns: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  const tableRow = ({ row, line }: PlacedRow): TableRow => ({
    place: () => `line ${line}`,
    cells: columns.map((name) => (Object.hasOwn(row, name) ? row[name] : undefined)),
  });
  yield first.map(tableRow);
  for await (const rows of rest) yield rows.map(tableRow);
}

async function* placedRows(source: DataSource): AsyncGenerator<readonly PlacedRow[]> {
  const what = nameOf(source, "the JSONL data");
  for await (const lines of linesOf(decodeText(streamSource(source), what))) {
    const written = lines.filter(({ text }) => text.trim() !== "");
    yield written.map((line) => ({ row: parseLine(line, what), line: line.number }));
  }
}

function parseLine({ text, number }: Line, what: string): JsonRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new TrainlogError("jsonl/bad-line", `${what}, line ${number} is not JSON: ${reason}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new TrainlogError(
    "jsonl/bad-line",
    `${what}, line ${number} is ${describeValue(value)}; each line is a JSON object`,
  );
}
