/**
 * @file Reads the rows of a table into numbers: 8 bytes per cell, whatever the file is like.
 *
 * Categories become the number of their first appearance; which number a model sees is decided when the encoding is fitted.
 */
import { describeValue, TrainlogError } from "../../error.ts";
import { booleanOf, type Cell, categoryOf, numberOf } from "./cells.ts";
import type { UsedColumn } from "./columns.ts";
import type { Table, TableRow } from "./table.ts";

/** A table as numbers. */
export interface CollectedTable {
  readonly what: string;
  readonly columns: readonly UsedColumn[];
  readonly rowCount: number;
  /** Rows that were left out because a value was missing. */
  readonly droppedRows: number;
  /** Row-major, shape `[rowCount, columns]`; NaN is missing. A category is the place of its word in `words`. */
  readonly values: Float64Array;
  /** Words of each category column, in the order of their first appearance or as given; empty for other columns. */
  readonly words: readonly (readonly string[])[];
}

/** Words of one column and the places that they have. */
interface Vocabulary {
  readonly words: string[];
  readonly places: Map<string, number>;
  /** No word may be added. */
  readonly closed: boolean;
}

/**
 * Reads all rows.
 *
 * @throws TrainlogError `table/bad-cell`, `table/missing-value`, `table/unknown-category`, each with row and column; and what reading the rows throws.
 */
export async function collect(
  { what, batches }: Table,
  columns: readonly UsedColumn[],
  missingWords: readonly string[],
): Promise<CollectedTable> {
  const vocabularies = columns.map(({ categories }) => vocabularyOf(categories));
  let values = new Float64Array(1024 * columns.length);
  let rowCount = 0;
  let droppedRows = 0;
  for await (const rows of batches) {
    for (const row of rows) {
      const start = rowCount * columns.length;
      if (start + columns.length > values.length) values = grown(values);
      if (readRow(row, columns, vocabularies, missingWords, what, values, start)) rowCount += 1;
      else droppedRows += 1;
    }
  }
  return {
    what,
    columns,
    rowCount,
    droppedRows,
    values: values.slice(0, rowCount * columns.length),
    words: vocabularies.map(({ words }) => words),
  };
}

/** Puts one row into `values` from `start` on; false when it is to be left out. */
function readRow(
  row: TableRow,
  columns: readonly UsedColumn[],
  vocabularies: readonly Vocabulary[],
  missingWords: readonly string[],
  what: string,
  values: Float64Array,
  start: number,
): boolean {
  const where = (column: UsedColumn): string => `${what}, ${row.place()}, column "${column.name}"`;
  let isKept = true;
  const found = columns.map((column) => {
    const cell = readCell(row.cells[column.index], column, missingWords);
    if (cell === "wrong") throw badCell(row.cells[column.index], column, where(column));
    if (cell === "missing" && !acceptsMissing(column, () => where(column))) isKept = false;
    return cell;
  });
  // Words of rows that are left out are no categories.
  if (!isKept) return false;
  columns.forEach((column, i) => {
    const cell = found[i] ?? "missing";
    const vocabulary = vocabularies[i];
    if (cell === "missing" || vocabulary === undefined) values[start + i] = Number.NaN;
    else if (typeof cell.value === "number") values[start + i] = cell.value;
    else values[start + i] = placeOf(cell.value, vocabulary, () => where(column));
  });
  return true;
}

function readCell(cell: unknown, { kind }: UsedColumn, missingWords: readonly string[]): Cell<number> | Cell<string> {
  if (kind === "number") return numberOf(cell, missingWords);
  return kind === "boolean" ? booleanOf(cell, missingWords) : categoryOf(cell, missingWords);
}

function placeOf(word: string, { words, places, closed }: Vocabulary, where: () => string): number {
  const known = places.get(word);
  if (known !== undefined) return known;
  if (closed) {
    throw new TrainlogError(
      "table/unknown-category",
      `${where()} is ${describeValue(word)}; the categories are ${words.map((each) => `"${each}"`).join(", ")}`,
    );
  }
  places.set(word, words.length);
  words.push(word);
  return words.length - 1;
}

function vocabularyOf(categories: readonly string[] | undefined): Vocabulary {
  const words = [...(categories ?? [])];
  return { words, places: new Map(words.map((word, place) => [word, place])), closed: categories !== undefined };
}

/** Says whether the row stays; throws where a missing value is an error. What is to be predicted is never invented. */
function acceptsMissing({ missing, isTarget, fitted }: UsedColumn, where: () => string): boolean {
  if (missing === "drop") return false;
  if (missing !== "error" && !isTarget) return true;
  const advice = isTarget
    ? 'targets are not filled in: use missing: "drop"'
    : fitted === true
      ? "none was missing when the encoding was fitted, so it knows no value to put in: give one"
      : 'say what to do with missing: "drop", "mean", "median" or { constant }';
  throw new TrainlogError("table/missing-value", `${where()} has no value; ${advice}`);
}

function badCell(cell: unknown, { kind, name }: UsedColumn, where: string): TrainlogError {
  const wanted = { number: "a finite number", boolean: "a boolean (true/false, yes/no, 1/0)", category: "a word" }[
    kind
  ];
  return new TrainlogError(
    "table/bad-cell",
    `${where} is ${describeValue(cell)}, which is not ${wanted}; if the column holds something else, say so: columns: { ${JSON.stringify(name)}: "category" } or "ignored"`,
  );
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(values.length * 2);
  wider.set(values);
  return wider;
}
