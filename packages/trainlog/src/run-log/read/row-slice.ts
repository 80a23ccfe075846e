/** @file A part of a table of rows. */
import type { Column, Rows } from "../../run/event.ts";

/** Rows `[start, end)` of `rows`, with the columns that have values there; a negative `start` counts as 0. Arrays are views where that is possible. */
export function sliceRows(rows: Rows, start: number, end: number): Rows {
  const first = Math.max(0, start);
  if (first === 0 && end >= rows.steps.length) return rows;
  return {
    steps: rows.steps.subarray(first, end),
    wallMs: rows.wallMs.subarray(first, end),
    columns: rows.columns.flatMap((column) => sliceColumn(column, first, end)),
  };
}

function sliceColumn(column: Column, first: number, end: number): Column[] {
  const { rowIndex } = column;
  if (rowIndex === undefined) return [sliceValues(column, first, end)];
  const from = lowerBound(rowIndex, first);
  const to = lowerBound(rowIndex, end);
  if (from === to) return [];
  const sliced = sliceValues(column, from, to);
  return to - from === end - first
    ? [sliced]
    : [{ ...sliced, rowIndex: rowIndex.slice(from, to).map((row) => row - first) }];
}

function sliceValues(column: Column, from: number, to: number): Column {
  const { kind, key } = column;
  return kind === "number"
    ? { kind, key, values: column.values.subarray(from, to) }
    : { kind, key, values: column.values.slice(from, to) };
}

/** Index of the first element that is not below `value`. */
function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
