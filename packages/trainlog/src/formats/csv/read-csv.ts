/** @file CSV → rows of runs: our own two layouts exactly, and tables of other programs by the names of their columns. */
import { describeValue, TrainlogError } from "../../run/error.ts";
import { type JsonValue, objectFromEntries } from "../../run/json.ts";
import { checkKey, checkRunId, checkStep } from "../../run/limits.ts";
import type { InputFile } from "../import/input-file.ts";
import { type BadPiece, badPiece, type ImportOptions } from "../import/piece.ts";
import type { RunRow } from "../import/rows-to-pieces.ts";
import { textOf } from "../import/text-lines.ts";
import { type Cell, type LoggedRow, PointsToRows } from "../logged-rows.ts";
import type { RunFacts } from "../run-facts.ts";
import { factsOfRecord, RUNS_COLUMNS } from "../runs-table.ts";
import { CellError, looseValue, rowOfLine } from "../table/table-cells.ts";
import { type TableRoles, tableRoles } from "../table/table-roles.ts";
import { parseValue } from "../value-text.ts";
import { CsvParser, type CsvRecord, guessDelimiter } from "./csv-parser.ts";
import { LONG_COLUMNS, WIDE_COLUMNS } from "./export-csv.ts";

/** What the head of a CSV file says. */
export interface CsvHead {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** Absent for our own layouts. */
  readonly roles?: TableRoles;
  readonly layout: "long" | "wide" | "foreign";
}

/**
 * Reads the head.
 *
 * @throws TrainlogError `import/bad-table` when the file is empty or has no metrics.
 */
export async function readCsvHead(file: InputFile, options: ImportOptions): Promise<CsvHead> {
  const text = await headText(file);
  const delimiter = guessDelimiter(text.split("\n", 1)[0] ?? "");
  const names = [...new CsvParser(delimiter).push(`${text}\n`)][0]?.fields ?? [];
  if (names.length === 0 || text.trim() === "") {
    throw new TrainlogError("import/bad-table", `${file.name}: the file is empty; expected a line of column names`, {
      status: 400,
    });
  }
  if (names.join() === LONG_COLUMNS.join()) return { delimiter, names, layout: "long" };
  if (names.slice(0, WIDE_COLUMNS.length).join() === WIDE_COLUMNS.join()) return { delimiter, names, layout: "wide" };
  return { delimiter, names, layout: "foreign", roles: tableRoles(names, options) };
}

/** Text of the beginning: a head of column names longer than this is none. */
const HEAD_CHARACTERS = 4 * 1024 * 1024;

async function headText(file: InputFile): Promise<string> {
  let text = "";
  for await (const part of textOf(file)) {
    text += part;
    if (text.includes("\n") && quotesAreEven(text)) break;
    if (text.length > HEAD_CHARACTERS) break;
  }
  return text;
}

function quotesAreEven(text: string): boolean {
  return text.slice(0, text.indexOf("\n")).split('"').length % 2 === 1;
}

/** What a row of a foreign table is missing. */
export interface ForeignRows {
  /** Id of a run by what stands in the run column; `undefined` when there is no such column. */
  readonly runIdOf: (name: JsonValue | undefined) => string;
  readonly keys: readonly string[];
}

/** The rows of a CSV file. */
export async function* readCsvRows(
  file: InputFile,
  head: CsvHead,
  foreign: ForeignRows,
): AsyncGenerator<RunRow | BadPiece> {
  const read = head.layout === "long" ? new LongReader(foreign.keys) : undefined;
  let index = 0;
  for await (const record of recordsOf(file, head)) {
    const place = `${file.name}, line ${record.line}`;
    try {
      checkRecord(record, head.names);
      if (read !== undefined) yield* rowsOf(read.add(record.fields));
      else if (head.layout === "wide") yield* rowsOf(wideRow(record.fields, head.names, foreign.keys));
      else yield foreignRow(record.fields, { head, foreign, index, fileMs: file.modifiedMs });
      index += 1;
    } catch (error) {
      const column = error instanceof CellError ? `, column ${head.names[error.column]}` : "";
      yield badPiece(place + column, error);
    }
  }
  if (read !== undefined) yield* rowsOf(read.end());
}

/** The records behind the head. */
async function* recordsOf(file: InputFile, { delimiter }: CsvHead): AsyncGenerator<CsvRecord> {
  const parser = new CsvParser(delimiter);
  let isHead = true;
  for await (const text of textOf(file)) {
    const records = parser.push(text);
    yield* isHead ? records.slice(1) : records;
    if (records.length > 0) isHead = false;
  }
  yield* isHead ? parser.end().slice(1) : parser.end();
}

function checkRecord({ fields, fault }: CsvRecord, names: readonly string[]): void {
  if (fault !== undefined) throw badTable(fault);
  if (fields.length !== names.length) throw badTable(`expected ${names.length} columns, got ${fields.length}`);
}

function badTable(message: string): TrainlogError {
  return new TrainlogError("import/bad-table", message, { status: 400 });
}

function* rowsOf(row: RunRow | undefined): Generator<RunRow> {
  if (row !== undefined) yield row;
}

/** Our long layout: one value per line. */
class LongReader {
  readonly #keys: ReadonlySet<string>;
  readonly #rows = new PointsToRows();
  #runId = "";

  constructor(keys: readonly string[]) {
    this.#keys = new Set(keys);
  }

  /** Takes a line; gives the row that it ends. */
  add([runId = "", key = "", step = "", wallMs = "", value = ""]: readonly string[]): RunRow | undefined {
    const cell: Cell = [inColumn(1, () => checkKey(key)), inColumn(4, () => parseValue(value))];
    const stepNumber = inColumn(2, () => checkStep(numberOf(step)));
    const time = inColumn(3, () => timeOf(wallMs));
    const id = inColumn(0, () => checkRunId(runId));
    const former = id === this.#runId ? undefined : this.end();
    this.#runId = id;
    if (this.#keys.size > 0 && !this.#keys.has(key)) return former;
    return this.#row(this.#rows.add(stepNumber, time, cell)) ?? former;
  }

  end(): RunRow | undefined {
    return this.#row(this.#rows.end());
  }

  #row(row: LoggedRow | undefined): RunRow | undefined {
    return row === undefined ? undefined : { kind: "row", runId: this.#runId, row };
  }
}

/** Our wide layout: one row per line. A key may stand in the head twice: places count, not names. */
function wideRow(fields: readonly string[], names: readonly string[], keys: readonly string[]): RunRow | undefined {
  const runId = inColumn(0, () => checkRunId(fields[0]));
  const step = inColumn(1, () => checkStep(numberOf(fields[1] ?? "")));
  const wallMs = inColumn(2, () => timeOf(fields[2] ?? ""));
  const cells: Cell[] = [];
  for (let at = WIDE_COLUMNS.length; at < fields.length; at++) {
    const field = fields[at]!;
    const key = names[at]!;
    if (field === "" || (keys.length > 0 && !keys.includes(key))) continue;
    cells.push([inColumn(at, () => checkKey(key)), inColumn(at, () => parseValue(field))]);
  }
  return cells.length === 0 ? undefined : { kind: "row", runId, row: { step, wallMs, cells } };
}

function foreignRow(
  fields: readonly string[],
  {
    head,
    foreign,
    index,
    fileMs,
  }: { readonly head: CsvHead; readonly foreign: ForeignRows; readonly index: number; readonly fileMs: number },
): RunRow {
  const { roles } = head;
  if (roles === undefined) throw badTable("the columns have no meaning");
  const cells = fields.map(looseValue);
  const row = rowOfLine({ cells, index }, roles, fileMs);
  return { kind: "row", runId: foreign.runIdOf(roles.run === undefined ? undefined : cells[roles.run]), row };
}

function inColumn<T>(column: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CellError(column, error);
  }
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function timeOf(text: string): number {
  const wallMs = numberOf(text);
  if (Number.isFinite(wallMs)) return wallMs;
  throw new TrainlogError("import/bad-value", `expected milliseconds since 1970, got ${describeValue(text)}`, {
    status: 400,
  });
}

/** The table of runs beside a CSV file. @throws TrainlogError `import/bad-table`, `import/bad-value`, naming the line. */
export async function readCsvRuns(file: InputFile): Promise<RunFacts[]> {
  const { delimiter, names } = await readCsvHead(file, {});
  const facts: RunFacts[] = [];
  for await (const record of recordsOf(file, { delimiter, names, layout: "wide" })) {
    try {
      checkRecord(record, names);
      facts.push(factsOfRecord(recordOf(record.fields, names)));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw badTable(`${file.name}, line ${record.line}: ${message}`);
    }
  }
  return facts;
}

function recordOf(fields: readonly string[], names: readonly string[]): Record<string, JsonValue> {
  return objectFromEntries(
    names.flatMap((name, at): [string, JsonValue][] => {
      const field = fields[at] ?? "";
      const type = RUNS_COLUMNS.find((column) => column.name === name)?.type;
      if (field === "" || type === undefined) return [];
      return [[name, type === "text" ? field : parseValue(field)]];
    }),
  );
}
