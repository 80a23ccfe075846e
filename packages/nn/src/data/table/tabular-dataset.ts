/** @file From rows of cells to a data set for training and one for testing. */
import { TrainlogError } from "../../error.ts";
import type { Shape } from "../../shape/shape.ts";
import { showShape } from "../../shape/shape.ts";
import { arrayDataset } from "../array-dataset.ts";
import type { Dataset } from "../dataset.ts";
import { subset } from "../dataset-views.ts";
import { type SplitIndices, splitIndices, stratifiedSplitIndices } from "../split-indices.ts";
import { MISSING_WORDS } from "./cells.ts";
import { type CollectedTable, collect } from "./collect.ts";
import { badColumn, type Columns, type MissingPolicy, type UsedColumn, usedColumns } from "./columns.ts";
import {
  type ColumnEncoding,
  checkEncoding,
  columnsOfEncoding,
  encodeInput,
  encodeScalar,
  fitEncoding,
  type TableEncoding,
  widthOf,
} from "./encoding.ts";
import type { Table } from "./table.ts";

/** The column to predict, or several number columns. */
export type Target = string | readonly string[];

/** How a table becomes examples. */
export interface TabularOptions<C extends Columns = Columns, T extends Target = Target, In extends Shape = Shape> {
  /** The column or columns to predict. A category becomes a class number of shape `[]`; numbers and booleans become shape `[k]`. */
  readonly target: T;
  /** What columns hold, by name. Columns that are not named here are `"number"`. All that are neither target nor `"ignored"` are inputs. */
  readonly columns?: C;
  /** Shape of the inputs, `[n]`: gives the data set its type, and is checked. Default: `[number]`. */
  readonly inputShape?: In;
  /** What becomes of missing values, where a column does not say it. Default `"error"`. */
  readonly missing?: MissingPolicy;
  /** Text that stands for a missing value. Default: nothing, NA, N/A, NaN, nan, null, NULL, None and ?. */
  readonly missingWords?: readonly string[];
  /** Share of the rows that are for testing, from 0 to 1. Default 0.2; 0 with `encoding`. */
  readonly testFraction?: number;
  /** Which rows they are. Default 0. */
  readonly seed?: number;
  /** Training and test get the same share of each class. Default true when the target is a category. */
  readonly stratify?: boolean;
  /** Bring number inputs to mean 0 and standard deviation 1 (of the training rows). Default true. */
  readonly standardise?: boolean;
  /** The same for number targets; `decodeTargets` goes back. Default false. */
  readonly standardiseTarget?: boolean;
  /** An encoding that was fitted before: nothing is fitted, and unknown categories are errors. Excludes `columns`, `missing` and both `standardise…`. */
  readonly encoding?: TableEncoding;
}

/** Shape of the targets: `[]` for one category, else one number per column. */
export type TargetShape<C extends Columns, T extends Target> = T extends string
  ? IsCategory<C, T> extends true
    ? readonly []
    : readonly [1]
  : readonly [T["length"]];

type IsCategory<C extends Columns, T extends string> = T extends keyof C
  ? C[T] extends "category" | { readonly kind: "category" }
    ? true
    : false
  : false;

/** A table as data sets. */
export interface TabularData<In extends Shape, Out extends Shape> {
  readonly train: Dataset<In, Out>;
  readonly test: Dataset<In, Out>;
  /** How cells became numbers; save it beside the model. */
  readonly encoding: TableEncoding;
  /** What each input number is: `"age"`, or `"colour=red"` for a category. */
  readonly featureNames: readonly string[];
  /** The classes in the order of their numbers; empty unless the target is a category. */
  readonly classNames: readonly string[];
  /** Rows that `missing: "drop"` left out. */
  readonly droppedRows: number;
}

/** @internal Names of the options, for checks by the readers. */
export const TABULAR_OPTIONS: readonly string[] = [
  "target",
  "columns",
  "inputShape",
  "missing",
  "missingWords",
  "testFraction",
  "seed",
  "stratify",
  "standardise",
  "standardiseTarget",
  "encoding",
] satisfies readonly (keyof TabularOptions)[];

/**
 * Reads a table, divides its rows, fits the encoding on the training rows and encodes all.
 *
 * @throws TrainlogError `table/no-column`, `table/bad-column`, `table/bad-cell`, `table/missing-value`, `table/unknown-category`, `table/bad-encoding`,
 *   `data/empty` when no row is left, `shape/mismatch` when the inputs are not of `inputShape`, `data/bad-option`; and what reading the rows throws.
 */
export async function tabularDataset<
  const C extends Columns,
  const T extends Target,
  const In extends Shape = readonly [number],
>(table: Table, options: TabularOptions<C, T, In>): Promise<TabularData<In, TargetShape<C, T>>> {
  const { missingWords = MISSING_WORDS, inputShape } = options;
  const collected = await collect(table, columnsFor(table, options), missingWords);
  if (collected.rowCount === 0) throw empty(collected);
  const parts = divide(collected, options);
  const { standardise = true, standardiseTarget = false } = options;
  const encoding =
    options.encoding ?? fitEncoding(collected, rowsToFit(collected, parts), { standardise, standardiseTarget });
  const featureNames = encoding.inputs.flatMap(featureNamesOf);
  const found = [featureNames.length];
  if (inputShape !== undefined && (inputShape.length !== 1 || inputShape[0] !== found[0])) {
    throw new TrainlogError(
      "shape/mismatch",
      `${table.what}: inputs have shape ${showShape(found)} (${featureNames.join(", ")}); expected ${showShape(inputShape)}`,
    );
  }
  const dataset = encodeAll(collected, encoding);
  // Input shape: checked above. Target shape: decided by the same column kinds that the type is computed from.
  const typed = dataset as Dataset as Dataset<In, TargetShape<C, T>>;
  return {
    train: subset(typed, parts.train),
    test: subset(typed, parts.test),
    encoding,
    featureNames,
    classNames: classNamesOf(encoding),
    droppedRows: collected.droppedRows,
  };
}

function columnsFor(table: Table, { target, columns = {}, missing = "error", encoding }: TabularOptions): UsedColumn[] {
  const targets = typeof target === "string" ? [target] : target;
  if (!Array.isArray(targets) || targets.length === 0)
    throw badColumn(table.what, "target names no column; name the one to predict");
  const described = encoding === undefined ? columns : columnsOfEncoding(checkEncoding(encoding), table.columns);
  const used = usedColumns(table.columns, described, targets, missing, table.what);
  const isClass = used.some(({ isTarget, kind }) => isTarget && kind === "category");
  if (isClass && targets.length > 1) {
    throw badColumn(table.what, `a category can only be predicted alone; the targets are ${targets.join(", ")}`);
  }
  if (used.every(({ isTarget }) => isTarget)) throw badColumn(table.what, "no column is left as input");
  return used;
}

function divide(collected: CollectedTable, options: TabularOptions): SplitIndices {
  const { seed = 0, testFraction = options.encoding === undefined ? 0.2 : 0 } = options;
  const target = collected.columns.findIndex(({ isTarget, kind }) => isTarget && kind === "category");
  const { stratify = target >= 0 } = options;
  if (!stratify) return splitIndices(collected.rowCount, testFraction, seed);
  if (target < 0) throw badColumn(collected.what, "stratify needs a target that is a category");
  return stratifiedSplitIndices(columnOf(collected, target), testFraction, seed);
}

/** The training rows; all of them when everything is for testing, so that there is something to fit on. */
function rowsToFit({ rowCount }: CollectedTable, { train }: SplitIndices): Int32Array {
  return train.length > 0 ? train : Int32Array.from({ length: rowCount }, (_, row) => row);
}

function columnOf({ values, columns, rowCount }: CollectedTable, column: number): Float64Array {
  return Float64Array.from({ length: rowCount }, (_, row) => values[row * columns.length + column] ?? Number.NaN);
}

/** One column on its way from cells to inputs or targets. */
interface PlacedColumn {
  readonly encoding: ColumnEncoding;
  /** Number of the column among the collected ones. */
  readonly index: number;
  /** For categories: the number that the encoding gives to each word's place. */
  readonly numbers: readonly number[];
}

function encodeAll(collected: CollectedTable, encoding: TableEncoding): Dataset {
  const inputs = place(encoding.inputs, collected);
  const targets = place(encoding.targets, collected);
  const width = inputs.reduce((total, column) => total + widthOf(column.encoding), 0);
  const isClass = encoding.targets[0]?.kind === "category";
  const inputRows = new Float64Array(collected.rowCount * width);
  const targetRows = new Float64Array(collected.rowCount * targets.length);
  for (let row = 0; row < collected.rowCount; row += 1) {
    let at = row * width;
    for (const column of inputs) {
      encodeInput(column.encoding, cellOf(collected, row, column), inputRows, at);
      at += widthOf(column.encoding);
    }
    targets.forEach((column, i) => {
      targetRows[row * targets.length + i] = encodeScalar(column.encoding, cellOf(collected, row, column));
    });
  }
  return arrayDataset(
    {
      inputs: inputRows,
      inputShape: [width],
      inputDType: "float",
      targets: isClass ? Int32Array.from(targetRows) : targetRows,
      targetShape: isClass ? [] : [targets.length],
      targetDType: isClass ? "int32" : "float",
      ...(isClass ? { classNames: classNamesOf(encoding) } : {}),
    },
    collected.what,
  );
}

function place(encodings: readonly ColumnEncoding[], { columns, words }: CollectedTable): PlacedColumn[] {
  return encodings.map((encoding) => {
    const index = columns.findIndex(({ name }) => name === encoding.name);
    const categories = encoding.kind === "category" ? encoding.categories : [];
    return { encoding, index, numbers: (words[index] ?? []).map((word) => categories.indexOf(word)) };
  });
}

function cellOf({ values, columns }: CollectedTable, row: number, { encoding, index, numbers }: PlacedColumn): number {
  const value = values[row * columns.length + index] ?? Number.NaN;
  return encoding.kind === "category" ? (numbers[value] ?? Number.NaN) : value;
}

function featureNamesOf(encoding: ColumnEncoding): string[] {
  if (encoding.kind !== "category") return [encoding.name];
  return encoding.categories.map((category) => `${encoding.name}=${category}`);
}

function classNamesOf({ targets: [target] }: TableEncoding): readonly string[] {
  return target?.kind === "category" ? target.categories : [];
}

function empty({ what, droppedRows }: CollectedTable): TrainlogError {
  const reason =
    droppedRows > 0 ? `all ${droppedRows} rows were left out because a value is missing` : "there are no rows";
  return new TrainlogError("data/empty", `${what}: ${reason}`);
}
