/** @file What CSV, JSONL and Parquet files have in common: rows of cells under named columns. */

/** A table whose rows are read one after the other, once. */
export interface Table {
  /** Names the table in errors. */
  readonly what: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<TableRow>;
}

/** One row. */
export interface TableRow {
  /** Where it stands, for errors: `"line 17 (row 16)"`. */
  readonly place: string;
  /** One per column: text in CSV, values elsewhere. `undefined` and `null` are missing. */
  readonly cells: readonly unknown[];
}
