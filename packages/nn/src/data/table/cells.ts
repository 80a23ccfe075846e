/** @file From a cell of a table to a number. Text follows the grammar of JSON's numbers, a little relaxed: no hexadecimal, no thousands' separators. */

/** What a cell turned out to be: a value, nothing, or not what its column holds. */
export type Cell<T> = { readonly value: T } | "missing" | "wrong";

/** Words that stand for "no value", as spreadsheets, R and pandas write it. */
export const MISSING_WORDS: readonly string[] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const TRUE_WORDS: readonly string[] = ["true", "yes", "t", "y", "1"];
const FALSE_WORDS: readonly string[] = ["false", "no", "f", "n", "0"];

/** The text of a cell without blanks around it; missing when it is nothing or one of `missingWords`. */
function textOf(cell: unknown, missingWords: readonly string[]): Cell<unknown> {
  if (cell === undefined || cell === null || (typeof cell === "number" && Number.isNaN(cell))) return "missing";
  if (typeof cell !== "string") return { value: cell };
  const text = cell.trim();
  return missingWords.includes(text) ? "missing" : { value: text };
}

/** A cell of a number column. */
export function numberOf(cell: unknown, missingWords: readonly string[]): Cell<number> {
  const found = textOf(cell, missingWords);
  if (typeof found === "string") return found;
  const { value } = found;
  if (typeof value === "number" || typeof value === "bigint") return finite(Number(value));
  return typeof value === "string" && NUMBER.test(value) ? finite(Number(value)) : "wrong";
}

/** A cell of a boolean column: 1 or 0. */
export function booleanOf(cell: unknown, missingWords: readonly string[]): Cell<number> {
  const found = textOf(cell, missingWords);
  if (typeof found === "string") return found;
  const word = String(found.value).toLowerCase();
  if (TRUE_WORDS.includes(word)) return { value: 1 };
  return FALSE_WORDS.includes(word) ? { value: 0 } : "wrong";
}

/** A cell of a category column. */
export function categoryOf(cell: unknown, missingWords: readonly string[]): Cell<string> {
  const found = textOf(cell, missingWords);
  if (typeof found === "string") return found;
  return typeof found.value === "object" ? "wrong" : { value: String(found.value) };
}

function finite(value: number): Cell<number> {
  return Number.isFinite(value) ? { value } : "wrong";
}
