/** @file What CSV, JSONL and Parquet files have in common: rows of cells under named columns. */

/** A table whose rows are read one after the other, once. */
export interface Table {
  /** Names the table in errors. */
  readonly what: string;
  readonly columns: readonly string[];
  /** The rows, as many at a time as come at once: a promise per row would cost more than the row. */
  readonly batches: AsyncIterable<readonly TableRow[]>;
}

/** One row. */
export interface TableRow {
  /** Where it stands, for errors: `"line 17 (row 16)"`. */
  place(): string;
  /** One per column: text in CSV, values elsewhere. `undefined` and `null` are missing. */
  readonly cells: readonly unknown[];
}
