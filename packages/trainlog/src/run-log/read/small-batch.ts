/**
 * @file Batches of a few rows, decoded without an object per column.
 *
 * A script that logs one row at a time writes a frame per step. The views of `codec/` then cost some twenty objects per row, thirty times the rest
 * of indexing; here one set of arrays is used again for every frame. What this decoder does not take (JSON, new keys, large tables, anything
 * that looks wrong) it leaves to the views, which also name what is wrong.
 */
import { CONSTANT, FLOAT32, FLOAT64, INTEGER } from "../codec/number-column.ts";
import { ALL_ROWS, LISTED_ROWS, PRESENCE_BITS, SAME_ROWS } from "../codec/row-presence.ts";

/** Rows of a batch beyond which views cost little. */
const MAX_ROWS = 64;
/** Columns, and values, of a batch that fit. */
const MAX_VALUES = 512;
/** Payloads above this are not looked at. */
const MAX_SMALL_BYTES = 8 * 1024;

/** Record kind of rows, and modes of an axis: see `codec/batch.ts` and `codec/axis-column.ts`. */
const ROWS_RECORD = 2;
const ARITHMETIC = 0;
const INTEGER_DELTAS = 1;
const THOUSANDTH_DELTAS = 2;
const RAW = 3;

/** What stands for "not a small batch" inside the decoder. It is thrown and caught here alone. */
const TOO_MUCH: Error = new Error("not a small batch");

/** The columns of the batch that was decoded last. Its arrays are used again by the next one. */
export class SmallBatch {
  /** Rows of all tables of the batch. */
  rowCount = 0;
  /** Columns of all tables. */
  columnCount = 0;
  /** Steps, shape `[rowCount]`. */
  readonly steps: Float64Array = new Float64Array(MAX_ROWS);
  /** Milliseconds since 1970, shape `[rowCount]`. */
  readonly wallMs: Float64Array = new Float64Array(MAX_ROWS);
  /** Key id of each column, shape `[columnCount]`. */
  readonly keyIds: Uint32Array = new Uint32Array(MAX_VALUES);
  /** Where the values of each column end; they begin where those of the column before end. Shape `[columnCount]`. */
  readonly ends: Uint32Array = new Uint32Array(MAX_VALUES);
  /** Values of all columns, one column after the other. */
  readonly values: Float64Array = new Float64Array(MAX_VALUES);
  /** Row of each value. */
  readonly rows: Uint32Array = new Uint32Array(MAX_VALUES);

  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #position = 0;
  #end = 0;
  #valueCount = 0;
  readonly #runs = new Float64Array(3 * 256);
  readonly #listed = new Uint32Array(MAX_ROWS);
  #listedCount = 0;

  /**
   * Decodes the payload of a batch frame into this object.
   *
   * @param at - Where the batch's origin ends in the payload.
   * @returns False when the batch is not small and plain; then nothing here means anything.
   */
  decode(payload: Uint8Array, at: number): boolean {
    if (payload.length > MAX_SMALL_BYTES) return false;
    this.rowCount = this.columnCount = this.#valueCount = 0;
    this.#bytes = payload;
    if (this.#view.buffer !== payload.buffer) this.#view = new DataView(payload.buffer);
    this.#position = at;
    this.#end = payload.length;
    try {
      while (this.#position < this.#end) this.#record();
      return true;
    } catch (error) {
      if (error === TOO_MUCH) return false;
      throw error;
    }
  }

  #record(): void {
    if (this.#u8() !== ROWS_RECORD) throw TOO_MUCH;
    const end = this.#uvarint() + this.#position;
    const firstRow = this.rowCount;
    const count = this.#uvarint();
    if (end > this.#end || firstRow + count > MAX_ROWS) throw TOO_MUCH;
    this.rowCount += count;
    this.#axis(this.steps, firstRow, count);
    this.#axis(this.wallMs, firstRow, count);
    this.#columns(firstRow, count);
    if (this.#position !== end) throw TOO_MUCH;
  }

  #axis(target: Float64Array, first: number, count: number): void {
    const mode = this.#u8();
    if (mode === RAW) this.#float64s(target, first, count);
    else if (mode === ARITHMETIC) {
      const start = count > 0 ? this.#varint() : 0;
      const delta = count > 1 ? this.#varint() : 0;
      for (let i = 0; i < count; i++) target[first + i] = start + i * delta;
    } else if (mode === INTEGER_DELTAS || mode === THOUSANDTH_DELTAS) {
      this.#deltas(target, first, count, mode === INTEGER_DELTAS ? 1 : 1000);
    } else throw TOO_MUCH;
  }

  #deltas(target: Float64Array, first: number, count: number, scale: number): void {
    const end = this.#uvarint() + this.#position;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += this.#varint();
      target[first + i] = sum / scale;
    }
    if (this.#position !== end) throw TOO_MUCH;
  }

  #columns(firstRow: number, rowCount: number): void {
    const runs = this.#uvarint() * 3;
    if (runs > this.#runs.length) throw TOO_MUCH;
    for (let i = 0; i < runs; i += 3) {
      this.#runs[i] = this.#uvarint();
      this.#runs[i + 1] = this.#uvarint();
      this.#runs[i + 2] = this.#u8();
    }
    this.#listedCount = -1;
    for (let i = 0; i < runs; i += 3) {
      const columns = this.#runs[i + 1]!;
      if (this.columnCount + columns > MAX_VALUES) throw TOO_MUCH;
      for (let c = 0; c < columns; c++) this.#column(this.#runs[i]! + c, this.#runs[i + 2]!, firstRow, rowCount);
    }
  }

  #column(keyId: number, codec: number, firstRow: number, rowCount: number): void {
    const presence = codec & PRESENCE_BITS;
    if (presence === LISTED_ROWS) this.#rowList(rowCount);
    const isListed = presence !== ALL_ROWS;
    if (isListed && (this.#listedCount < 0 || presence > SAME_ROWS)) throw TOO_MUCH;
    const count = isListed ? this.#listedCount : rowCount;
    const first = this.#valueCount;
    if (first + count > MAX_VALUES) throw TOO_MUCH;
    for (let i = 0; i < count; i++) this.rows[first + i] = firstRow + (isListed ? this.#listed[i]! : i);
    this.#numbers(codec & ~PRESENCE_BITS, first, count);
    this.#valueCount = first + count;
    this.keyIds[this.columnCount] = keyId;
    this.ends[this.columnCount++] = this.#valueCount;
  }

  #rowList(rowCount: number): void {
    const count = this.#uvarint();
    const end = this.#uvarint() + this.#position;
    if (count > rowCount) throw TOO_MUCH;
    for (let i = 0, next = 0; i < count; i++) {
      const row = next + this.#uvarint();
      if (row >= rowCount) throw TOO_MUCH;
      this.#listed[i] = row;
      next = row + 1;
    }
    if (this.#position !== end) throw TOO_MUCH;
    this.#listedCount = count;
  }

  #numbers(coding: number, first: number, count: number): void {
    if (coding === FLOAT64) this.#float64s(this.values, first, count);
    else if (coding === FLOAT32) this.#float32s(this.values, first, count);
    else if (coding === INTEGER) this.#deltas(this.values, first, count, 1);
    else if (coding === CONSTANT) {
      this.#float64s(this.values, first, 1);
      this.values.fill(this.values[first]!, first, first + count);
    } else throw TOO_MUCH;
  }

  #float64s(target: Float64Array, first: number, count: number): void {
    const at = this.#bytes.byteOffset + this.#skip(count * 8);
    for (let i = 0; i < count; i++) target[first + i] = this.#view.getFloat64(at + i * 8, true);
  }

  #float32s(target: Float64Array, first: number, count: number): void {
    const at = this.#bytes.byteOffset + this.#skip(count * 4);
    for (let i = 0; i < count; i++) target[first + i] = this.#view.getFloat32(at + i * 4, true);
  }

  #skip(count: number): number {
    const at = this.#position;
    if (at + count > this.#end) throw TOO_MUCH;
    this.#position = at + count;
    return at;
  }

  #u8(): number {
    return this.#bytes[this.#skip(1)]!;
  }

  #uvarint(): number {
    let byte = this.#u8();
    let value = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      if (scale > 2 ** 49) throw TOO_MUCH;
      byte = this.#u8();
      value += (byte & 127) * scale;
    }
    if (value > 2 ** 53) throw TOO_MUCH;
    return value;
  }

  #varint(): number {
    const value = this.#uvarint();
    return value % 2 === 0 ? value / 2 : (value + 1) / -2;
  }
}
