/** @file Data sets from CSV files. */
import type { Shape } from "../../shape/shape.ts";
import { checkOptionNames } from "../options.ts";
import type { DataSource } from "../source/source.ts";
import type { Columns } from "../table/columns.ts";
import {
  TABULAR_OPTIONS,
  type TabularData,
  type TabularOptions,
  type Target,
  type TargetShape,
  tabularDataset,
} from "../table/tabular-dataset.ts";
import { type CsvOptions, csvTable } from "./csv-table.ts";

/** How a CSV file becomes examples. */
export interface TabularCsvOptions<C extends Columns = Columns, T extends Target = Target, In extends Shape = Shape>
  extends TabularOptions<C, T, In>,
    CsvOptions {}

/**
 * Examples for training and testing from a CSV file (RFC 4180, UTF-8).
 *
 * The file is read as a stream; what stays in memory is 8 bytes per used cell, and the encoded examples.
 *
 * @throws TrainlogError `csv/*` for what is not CSV, with line and row; `table/bad-cell`, `table/missing-value`, `table/unknown-category` with file, line, row and
 *   column; `table/no-column`, `table/bad-column`, `data/empty`, `data/not-utf8`, `data/no-file`, `shape/mismatch`, `data/unknown-option`.
 *
 * @example
 * const { train, test, encoding } = await Data.tabularCsvDataset("iris.csv", {
 *   target: "species",
 *   columns: { species: "category", id: "ignored" },
 *   inputShape: [4],
 * });                                                                  // Dataset<[4], []>
 */
export async function tabularCsvDataset<
  const C extends Columns,
  const T extends Target,
  const In extends Shape = readonly [number],
>(source: DataSource, options: TabularCsvOptions<C, T, In>): Promise<TabularData<In, TargetShape<C, T>>> {
  checkOptionNames("tabularCsvDataset", options, [...TABULAR_OPTIONS, "header", "delimiter"]);
  return await tabularDataset(await csvTable(source, options), options);
}
