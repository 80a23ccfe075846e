/** @file Cells of a table of another program: numbers, times and texts as such programs write them. */
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import { checkKey, checkStep } from "../../run/limits.ts";
import type { Cell, LoggedRow } from "../logged-rows.ts";
import type { TableRoles } from "./table-roles.ts";

/** Numbers above this are milliseconds since 1970 (from 1973 on), below they are seconds. */
const MILLISECONDS_FROM = 1e11;

/** A number that text writers of many languages name. */
const NAMED: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["infinity", Infinity],
  ["-inf", -Infinity],
  ["-infinity", -Infinity],
]);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A cell's text as a value: a number, a truth value, else the text; `undefined` for an empty cell. */
export function looseValue(text: string): JsonValue | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (NUMBER.test(trimmed)) return Number(trimmed);
  const lower = trimmed.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  return NAMED.get(lower) ?? text.toWellFormed();
}

/**
 * A time of any usual kind as milliseconds since 1970: seconds, milliseconds, or a date as text.
 *
 * @throws TrainlogError `import/bad-value`.
 */
export function looseTime(value: JsonValue): number {
  const number = typeof value === "number" ? value : Number.NaN;
  const wallMs =
    typeof value === "string" ? Date.parse(value) : Math.abs(number) >= MILLISECONDS_FROM ? number : number * 1000;
  if (Number.isFinite(wallMs)) return wallMs;
  throw new TrainlogError(
    "import/bad-value",
    `expected a time (seconds or milliseconds since 1970, or a date), got ${describeValue(value)}`,
    { status: 400 },
  );
}

/** A table's line as a row: `cells` are values by place, `undefined` where the table has none. */
export interface TableLine {
  readonly cells: readonly (JsonValue | undefined)[];
  /** How many lines came before: the step of tables that have none. */
  readonly index: number;
}

/** A mistake in one cell. */
export class CellError extends Error {
  readonly column: number;
  constructor(column: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.column = column;
  }
}

/**
 * The row of a line.
 *
 * @throws CellError naming the place of the cell that is wrong.
 */
export function rowOfLine({ cells, index }: TableLine, roles: TableRoles, fileMs: number): LoggedRow {
  const read = <T>(at: number, parse: (value: JsonValue) => T): T => {
    try {
      return parse(cells[at] ?? null);
    } catch (error) {
      throw new CellError(at, error);
    }
  };
  return {
    step: roles.step === undefined ? index : read(roles.step, (value) => checkStep(value)),
    wallMs: roles.time === undefined ? fileMs : read(roles.time, looseTime),
    cells: cellsOf(cells, roles, read),
  };
}

function cellsOf(
  cells: TableLine["cells"],
  { key, value, metrics }: TableRoles,
  read: <T>(at: number, parse: (value: JsonValue) => T) => T,
): Cell[] {
  if (key !== undefined && value !== undefined) {
    const content = cells[value];
    // A metric may well be called 1 or true, and is a text all the same.
    const name = read(key, (cell) => checkKey(typeof cell === "string" ? cell : JSON.stringify(cell)));
    return content === undefined ? [] : [[name, content]];
  }
  return metrics.flatMap(({ index, key: name }): Cell[] => {
    const content = cells[index];
    return content === undefined ? [] : [[name, content]];
  });
}
