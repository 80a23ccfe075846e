/**
 * @file Logged rows, column by column, until the next flush.
 *
 * `log` is called from a training loop, so a value costs one map lookup and one store into a typed array; objects are made per column, not per call.
 */
import type { Column, Rows } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";

/** Rows that a new column has room for. Small, because a run with a million keys usually has one value of each. */
const FIRST_CAPACITY = 4;

/** Growing columns of the rows since the last {@link RowBuffer.take}. */
export class RowBuffer {
  #steps = new Float64Array(64);
  #wallMs = new Float64Array(64);
  readonly #numbers = new Map<string, GrowingColumn<Float64Array>>();
  readonly #json = new Map<string, GrowingColumn<JsonValue[]>>();
  #rowCount = 0;
  #sizeBytes = 0;

  /** Rows held. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** About how many bytes are held. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Begins the next row; values added from now on are in it. */
  beginRow(step: number, wallMs: number): void {
    const row = this.#rowCount;
    if (row === this.#steps.length) {
      this.#steps = grown(this.#steps);
      this.#wallMs = grown(this.#wallMs);
    }
    this.#steps[row] = step;
    this.#wallMs[row] = wallMs;
    this.#rowCount = row + 1;
    this.#sizeBytes += 16;
  }

  /** Takes back a row that got no value. */
  dropEmptyRow(): void {
    this.#rowCount -= 1;
    this.#sizeBytes -= 16;
  }

  /**
   * Adds a value to the current row, if the key has a column already.
   *
   * @returns How many values the row now has under this key (2 = a former one was replaced), or 0 when there is no such column yet.
   */
  addKnownNumber(key: string, value: number): 0 | 1 | 2 {
    const column = this.#numbers.get(key);
    return column === undefined ? 0 : this.#addNumber(column, value);
  }

  /** Adds a value to the current row. Returns 2 when it replaced one of the same key in this row, else 1. */
  addNumber(key: string, value: number): 1 | 2 {
    let column = this.#numbers.get(key);
    if (column === undefined) {
      column = new GrowingColumn(new Float64Array(FIRST_CAPACITY));
      this.#numbers.set(key, column);
      this.#sizeBytes += key.length;
    }
    return this.#addNumber(column, value);
  }

  /** As {@link addNumber}, for whatever is not a number. */
  addJson(key: string, value: JsonValue): 1 | 2 {
    let column = this.#json.get(key);
    if (column === undefined) {
      column = new GrowingColumn<JsonValue[]>([]);
      this.#json.set(key, column);
      this.#sizeBytes += key.length;
    }
    const place = column.placeFor(this.#rowCount - 1);
    column.values[place.index] = value;
    this.#sizeBytes += jsonSize(value);
    return place.replaced ? 2 : 1;
  }

  /** Takes the rows out, as arrays of their own; `undefined` when there is none. */
  take(): Rows | undefined {
    const count = this.#rowCount;
    if (count === 0) return undefined;
    const columns = [...this.#takeNumbers(count), ...this.#takeJson(count)];
    const rows = { steps: this.#steps.slice(0, count), wallMs: this.#wallMs.slice(0, count), columns };
    this.#rowCount = 0;
    this.#sizeBytes = 0;
    return rows;
  }

  #addNumber(column: GrowingColumn<Float64Array>, value: number): 1 | 2 {
    const { count } = column;
    const row = this.#rowCount - 1;
    // The usual case, a key that is in every row, without a call or an object.
    if (column.rowIndex === undefined && count === row) {
      if (count === column.values.length) column.values = grown(column.values);
      column.values[count] = value;
      column.count = count + 1;
      this.#sizeBytes += 8;
      return 1;
    }
    const place = column.placeFor(row);
    if (place.index === column.values.length) column.values = grown(column.values);
    column.values[place.index] = value;
    this.#sizeBytes += 12;
    return place.replaced ? 2 : 1;
  }

  *#takeNumbers(rowCount: number): Generator<Column> {
    for (const [key, column] of this.#numbers) {
      // A column that got nothing since the last flush is forgotten, so that memory follows the keys in use.
      if (column.count === 0) this.#numbers.delete(key);
      else yield { kind: "number", key, values: column.values.slice(0, column.count), ...column.takeIndex(rowCount) };
    }
  }

  *#takeJson(rowCount: number): Generator<Column> {
    for (const [key, column] of this.#json) {
      yield { kind: "json", key, values: column.values.slice(0, column.count), ...column.takeIndex(rowCount) };
    }
    this.#json.clear();
  }
}

/** One key's values and, as soon as a row lacks the key, the rows that they are in. */
class GrowingColumn<V extends Float64Array | JsonValue[]> {
  values: V;
  count = 0;
  /** `undefined` while value `i` is in row `i`. */
  rowIndex: Uint32Array | undefined = undefined;

  constructor(values: V) {
    this.values = values;
  }

  /** Makes place for a value in `row` and says where. */
  placeFor(row: number): { readonly index: number; readonly replaced: boolean } {
    const { count } = this;
    const lastRow = count === 0 ? -1 : (this.rowIndex?.[count - 1] ?? count - 1);
    if (lastRow === row) return { index: count - 1, replaced: true };
    if (this.rowIndex === undefined && count !== row) this.rowIndex = firstRows(count);
    if (this.rowIndex !== undefined) {
      if (count === this.rowIndex.length) this.rowIndex = grown(this.rowIndex);
      this.rowIndex[count] = row;
    }
    this.count = count + 1;
    return { index: count, replaced: false };
  }

  /** The row index for {@link Column}, absent when all rows have a value; empties the column. */
  takeIndex(rowCount: number): { readonly rowIndex?: Uint32Array } {
    const { count, rowIndex } = this;
    this.count = 0;
    this.rowIndex = undefined;
    if (rowIndex !== undefined) return { rowIndex: rowIndex.slice(0, count) };
    return count === rowCount ? {} : { rowIndex: firstRows(count).slice(0, count) };
  }
}

/** 0, 1, …, `count − 1` with room to grow. */
function firstRows(count: number): Uint32Array {
  const index = new Uint32Array(Math.max(FIRST_CAPACITY, count * 2));
  for (let i = 0; i < count; i++) index[i] = i;
  return index;
}

function grown(array: Float64Array): Float64Array<ArrayBuffer>;
function grown(array: Uint32Array): Uint32Array<ArrayBuffer>;
function grown(array: Float64Array | Uint32Array): Float64Array | Uint32Array {
  const larger = array instanceof Float64Array ? new Float64Array(array.length * 2) : new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function jsonSize(value: JsonValue): number {
  if (typeof value === "string") return value.length + 8;
  return value !== null && typeof value === "object" ? JSON.stringify(value).length : 8;
}
