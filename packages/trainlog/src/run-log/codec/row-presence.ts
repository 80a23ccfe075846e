/** @file Which rows of a table a column has values in: all of them, a list of gaps, or the same list as the column before that had one. */
import { TrainlogError } from "../../run/error.ts";
import type { ByteReader } from "./byte-reader.ts";
import { badBatch } from "./byte-reader.ts";
import { type ByteWriter, uvarintBytes } from "./byte-writer.ts";

/** Presence of a column, bits 4 and 5 of its codec byte. */
export const ALL_ROWS: number = 0 << 4;
export const LISTED_ROWS: number = 1 << 4;
export const SAME_ROWS: number = 2 << 4;
export const PRESENCE_BITS: number = 3 << 4;

/** Says whether two lists of rows are equal. Columns that were logged together often share one array. */
export function sameRows(a: Uint32Array, b: Uint32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Checks that `rowIndex` ascends strictly below `rowCount`. @throws TrainlogError `run/bad-rows`. */
export function checkRowIndex(rowIndex: Uint32Array, rowCount: number, key: string): void {
  let previous = -1;
  for (let i = 0; i < rowIndex.length; i++) {
    const row = rowIndex[i]!;
    if (row > previous && row < rowCount) {
      previous = row;
      continue;
    }
    throw new TrainlogError(
      "run/bad-rows",
      `column ${JSON.stringify(key.slice(0, 80))}: rowIndex[${i}] is ${row}, expected more than ${previous} and less than ${rowCount}`,
      { status: 400 },
    );
  }
}

/** Appends a list of rows: count, byte length, then the gaps between the rows. */
export function encodeRowIndex(writer: ByteWriter, rowIndex: Uint32Array): void {
  writer.uvarint(rowIndex.length);
  let gapBytes = 0;
  for (let i = 0, next = 0; i < rowIndex.length; next = rowIndex[i]! + 1, i++)
    gapBytes += uvarintBytes(rowIndex[i]! - next);
  writer.uvarint(gapBytes);
  for (let i = 0, next = 0; i < rowIndex.length; next = rowIndex[i]! + 1, i++) writer.uvarint(rowIndex[i]! - next);
}

/** Decodes the gaps of a list of `count` rows below `rowCount`. */
export function decodeRowIndex(reader: ByteReader, count: number, rowCount: number): Uint32Array<ArrayBuffer> {
  const end = reader.uvarint() + reader.position;
  const rowIndex = new Uint32Array(count);
  let next = 0;
  for (let i = 0; i < count; i++) {
    const row = next + reader.uvarint();
    if (row >= rowCount) throw badBatch(`a value lies in row ${row} of ${rowCount}`);
    rowIndex[i] = row;
    next = row + 1;
  }
  reader.expectAt(end);
  return rowIndex;
}
