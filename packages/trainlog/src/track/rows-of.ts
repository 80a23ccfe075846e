/** @file Columns back to rows, for destinations that take one row at a time. */
import type { Rows } from "../run/event.ts";
import { type JsonValue, objectFromEntries } from "../run/json.ts";

/** One logged row. */
export interface LoggedRow {
  readonly step: number;
  readonly wallMs: number;
  readonly values: { readonly [key: string]: JsonValue };
}

/** The rows of a table of columns, in order. */
export function rowsOf(rows: Rows): LoggedRow[] {
  const entries = Array.from(rows.steps, (): [string, JsonValue][] => []);
  for (const { key, values, rowIndex } of rows.columns) {
    for (let i = 0; i < values.length; i++) entries[rowIndex?.[i] ?? i]?.push([key, values[i] ?? null]);
  }
  return entries.map((values, i) => ({
    step: rows.steps[i] ?? 0,
    wallMs: rows.wallMs[i] ?? 0,
    values: objectFromEntries(values),
  }));
}
