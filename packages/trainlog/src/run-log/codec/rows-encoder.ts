/**
 * @file A table of logged rows as bytes.
 *
 * Layout: row count, steps, wall times, then the columns as runs of (first key id, count, codec byte), then the columns' data in that order, each of known
 * length, so that one column can be read without decoding the others. Ten metrics that were first logged together have consecutive ids and usually
 * one codec: three bytes describe them all.
 */
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { Column, JsonColumn, Rows } from "../../run/event.ts";
import { encodeAxis } from "./axis-column.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { toEventJson } from "./event-json.ts";
import type { KeyDictionary } from "./key-dictionary.ts";
import { COLUMN_CELLS } from "./limits.ts";
import { chooseNumberCodec, encodeNumbers, JSON_VALUES } from "./number-column.ts";
import { ALL_ROWS, checkRowIndex, encodeRowIndex, LISTED_ROWS, SAME_ROWS, sameRows } from "./row-presence.ts";

/** How many cells `rows` decodes to: see `MAX_BATCH_CELLS`. */
export function rowsCells(rows: Rows): number {
  return rows.columns.reduce((cells, column) => cells + COLUMN_CELLS + column.values.length, rows.steps.length * 2);
}

/**
 * Appends the body of a rows record. Every key has an id in `dictionary` already.
 *
 * @throws TrainlogError `run/bad-rows` when lengths disagree or a `rowIndex` does not ascend; `run/bad-json` for a value without JSON form.
 */
export function encodeRows(writer: ByteWriter, rows: Rows, dictionary: KeyDictionary): void {
  const rowCount = rows.steps.length;
  if (rows.wallMs.length !== rowCount) badRows(`${rowCount} steps but ${rows.wallMs.length} wall times`);
  writer.uvarint(rowCount);
  encodeAxis(writer, rows.steps);
  encodeAxis(writer, rows.wallMs);
  const codecs = columnCodecs(rows.columns, rowCount);
  encodeColumnRuns(writer, rows.columns, codecs, dictionary);
  rows.columns.forEach((column, i) => {
    encodeColumn(writer, column, codecs[i]!);
  });
}

function badRows(message: string): never {
  throw new TrainlogError("run/bad-rows", `rows: ${message}`, { status: 400 });
}

/** The codec byte of each column: coding and presence. */
function columnCodecs(columns: readonly Column[], rowCount: number): number[] {
  let listed: Uint32Array | undefined;
  return columns.map((column) => {
    const { rowIndex } = column;
    const expected = rowIndex === undefined ? rowCount : rowIndex.length;
    if (column.values.length !== expected) {
      badRows(`column ${describeValue(column.key)} has ${column.values.length} values for ${expected} rows`);
    }
    const coding = column.kind === "number" ? chooseNumberCodec(column.values) : JSON_VALUES;
    if (rowIndex === undefined) return coding | ALL_ROWS;
    if (listed !== undefined && sameRows(listed, rowIndex)) return coding | SAME_ROWS;
    checkRowIndex(rowIndex, rowCount, column.key);
    listed = rowIndex;
    return coding | LISTED_ROWS;
  });
}

/** Appends the number of runs, then each run of columns with consecutive ids and one codec. */
function encodeColumnRuns(
  writer: ByteWriter,
  columns: readonly Column[],
  codecs: readonly number[],
  dictionary: KeyDictionary,
): void {
  const runs: [firstId: number, count: number, codec: number][] = [];
  columns.forEach((column, i) => {
    const id = dictionary.add(column.key);
    const run = runs.at(-1);
    if (run !== undefined && id === run[0] + run[1] && codecs[i] === run[2]) run[1]++;
    else runs.push([id, 1, codecs[i]!]);
  });
  writer.uvarint(runs.length);
  for (const [firstId, count, codec] of runs) {
    writer.uvarint(firstId);
    writer.uvarint(count);
    writer.u8(codec);
  }
}

function encodeColumn(writer: ByteWriter, column: Column, codec: number): void {
  if ((codec & LISTED_ROWS) !== 0 && column.rowIndex !== undefined) encodeRowIndex(writer, column.rowIndex);
  if (column.kind === "number") encodeNumbers(writer, codec & 15, column.values);
  else encodeJsonValues(writer, column);
}

function encodeJsonValues(writer: ByteWriter, column: JsonColumn): void {
  const block = writer.beginBlock();
  writer.utf8(toEventJson(column.values));
  writer.endBlock(block);
}
