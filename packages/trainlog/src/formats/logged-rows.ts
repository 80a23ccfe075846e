/** @file A table of logged rows read row by row, and built row by row. */
import type { Column, Rows, RowsEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";

/** One value of a row. */
export type Cell = readonly [key: string, value: JsonValue];

/** One logged row: what one call of `log` said. */
export interface LoggedRow {
  readonly step: number;
  readonly wallMs: number;
  /** In the order of the columns. */
  readonly cells: readonly Cell[];
}

/** The rows of a table, in order, with the wanted metrics; rows without any of them are left out. */
export function* loggedRows(rows: Rows, wantsKey?: (key: string) => boolean): Generator<LoggedRow> {
  const columns = wantsKey === undefined ? rows.columns : rows.columns.filter(({ key }) => wantsKey(key));
  const next = new Uint32Array(columns.length);
  for (let row = 0; row < rows.steps.length; row++) {
    const cells: Cell[] = [];
    for (let at = 0; at < columns.length; at++) {
      const { key, values, rowIndex } = columns[at]!;
      const index = next[at]!;
      if ((rowIndex === undefined ? index : rowIndex[index]) !== row) continue;
      cells.push([key, values[index]!]);
      next[at] = index + 1;
    }
    if (cells.length > 0) yield { step: rows.steps[row]!, wallMs: rows.wallMs[row]!, cells };
  }
}

/** Rows of one event at most: enough that a batch is compact, few enough that a thousand metrics fit into memory. */
const MAX_ROWS = 4096;
/** Values of one event at most. */
const MAX_CELLS = 100_000;

/** Values of one key that are gathered. */
interface Gathered {
  readonly key: string;
  readonly rowIndex: number[];
  readonly values: JsonValue[];
}

/** Gathers rows into `rows` events of bounded size. */
export class RowsBuilder {
  #steps: number[] = [];
  #wallMs: number[] = [];
  #cells = 0;
  readonly #numbers = new Map<string, Gathered>();
  readonly #json = new Map<string, Gathered>();

  /** Whether it is time to {@link take} the rows. */
  get isFull(): boolean {
    return this.#steps.length >= MAX_ROWS || this.#cells >= MAX_CELLS;
  }

  /** Adds a row. */
  add({ step, wallMs, cells }: LoggedRow): void {
    const row = this.#steps.length;
    this.#steps.push(step);
    this.#wallMs.push(wallMs);
    for (const [key, value] of cells) {
      const columns = typeof value === "number" ? this.#numbers : this.#json;
      let column = columns.get(key);
      if (column === undefined) {
        column = { key, rowIndex: [], values: [] };
        columns.set(key, column);
      }
      column.rowIndex.push(row);
      column.values.push(value);
    }
    this.#cells += cells.length;
  }

  /** The rows so far as an event, and begins anew; `undefined` when there is none. */
  take(): RowsEvent | undefined {
    if (this.#steps.length === 0) return undefined;
    const rowCount = this.#steps.length;
    const columns: Column[] = [
      ...Array.from(
        this.#numbers.values(),
        (column): Column => ({
          kind: "number",
          // The map holds nothing but numbers: see `add`.
          values: Float64Array.from(column.values as number[]),
          ...head(column, rowCount),
        }),
      ),
      ...Array.from(
        this.#json.values(),
        (column): Column => ({ kind: "json", values: column.values, ...head(column, rowCount) }),
      ),
    ];
    const rows = { steps: Float64Array.from(this.#steps), wallMs: Float64Array.from(this.#wallMs), columns };
    this.#steps = [];
    this.#wallMs = [];
    this.#cells = 0;
    this.#numbers.clear();
    this.#json.clear();
    return { type: "rows", rows };
  }
}

function head({ key, rowIndex }: Gathered, rowCount: number): { key: string; rowIndex?: Uint32Array } {
  return rowIndex.length === rowCount ? { key } : { key, rowIndex: Uint32Array.from(rowIndex) };
}

/** Puts points that come one by one into rows: those of one step and time that follow each other and have different keys are one row. */
export class PointsToRows {
  #step = 0;
  #wallMs = 0;
  #cells: Cell[] = [];
  readonly #keys = new Set<string>();

  /** Adds a point. The result is the row before, when the point begins another. */
  add(step: number, wallMs: number, cell: Cell): LoggedRow | undefined {
    const continues = this.#cells.length > 0 && step === this.#step && Object.is(wallMs, this.#wallMs);
    const row = continues && !this.#keys.has(cell[0]) ? undefined : this.end();
    this.#step = step;
    this.#wallMs = wallMs;
    this.#cells.push(cell);
    this.#keys.add(cell[0]);
    return row;
  }

  /** The last row. */
  end(): LoggedRow | undefined {
    if (this.#cells.length === 0) return undefined;
    const row = { step: this.#step, wallMs: this.#wallMs, cells: this.#cells };
    this.#cells = [];
    this.#keys.clear();
    return row;
  }
}
