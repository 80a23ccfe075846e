/** @file A table of rows as it lies in a frame: the layout is read at once, values when they are asked for. */
import type { Column, Rows } from "../../run/event.ts";
import type { JsonValue } from "../../run/json.ts";
import { decodeAxis, skipAxis } from "./axis-column.ts";
import { ByteReader, badBatch } from "./byte-reader.ts";
import { fromEventJson } from "./event-json.ts";
import type { KeyDictionary } from "./key-dictionary.ts";
import { COLUMN_CELLS, MAX_BATCH_CELLS } from "./limits.ts";
import { decodeNumbers, JSON_VALUES, skipNumbers } from "./number-column.ts";
import { ALL_ROWS, decodeRowIndex, LISTED_ROWS, PRESENCE_BITS, SAME_ROWS } from "./row-presence.ts";

/** Where a list of rows lies in the payload. */
interface RowList {
  readonly at: number;
  readonly count: number;
}

/** One column of a {@link RowsView}. */
export type ColumnView = NumberColumnView | JsonColumnView;

/** What both kinds of column have. */
class ColumnLayout {
  readonly key: string;
  /** Id of the key in this file or body. */
  readonly keyId: number;
  /** Number of values, `m`. */
  readonly count: number;
  /** Number of rows of the table, `n`. */
  readonly rowCount: number;
  protected readonly payload: Uint8Array;
  protected readonly dataAt: number;
  protected readonly coding: number;
  readonly #rowList: RowList | undefined;

  constructor(place: ColumnPlace, key: string) {
    this.key = key;
    this.keyId = place.keyId;
    this.rowCount = place.rowCount;
    this.count = place.rowList?.count ?? place.rowCount;
    this.payload = place.payload;
    this.dataAt = place.dataAt;
    this.coding = place.coding;
    this.#rowList = place.rowList;
  }

  /** The row of each value, shape `[m]`, or undefined when every row has one. Decoded at each call. */
  rowIndex(): Uint32Array<ArrayBuffer> | undefined {
    if (this.#rowList === undefined) return undefined;
    return decodeRowIndex(new ByteReader(this.payload, this.#rowList.at), this.count, this.rowCount);
  }
}

/** A column of numbers. */
export class NumberColumnView extends ColumnLayout {
  readonly kind = "number" as const;

  /** The values, shape `[m]`. Decoded at each call, into a new array. */
  values(): Float64Array<ArrayBuffer> {
    return decodeNumbers(new ByteReader(this.payload, this.dataAt), this.coding, this.count);
  }
}

/** A column of JSON values. */
export class JsonColumnView extends ColumnLayout {
  readonly kind = "json" as const;

  /** The values, length `m`. Decoded at each call. @throws TrainlogError `run-log/bad-batch` when they are not JSON, or not `m`. */
  values(): readonly JsonValue[] {
    const reader = new ByteReader(this.payload, this.dataAt);
    const values = fromEventJson(reader.utf8(reader.uvarint()));
    if (Array.isArray(values) && values.length === this.count) return values;
    throw badBatch(`column ${JSON.stringify(this.key.slice(0, 80))}: expected a JSON array of ${this.count} values`);
  }
}

/** What the layout says of one column. */
interface ColumnPlace {
  readonly payload: Uint8Array;
  readonly keyId: number;
  readonly rowCount: number;
  readonly coding: number;
  readonly dataAt: number;
  readonly rowList: RowList | undefined;
}

/**
 * A rows record of a batch.
 *
 * The layout was checked when the view was made, so `steps()`, `wallMs()` and the columns read inside the payload; what a varint or a JSON text
 * says is checked when it is decoded (TrainlogError `run-log/bad-batch`).
 */
export class RowsView {
  readonly kind = "rows" as const;
  /** Number of rows, `n`. */
  readonly count: number;
  readonly columns: readonly ColumnView[];
  /** Ids of columns whose key is not known, because the frame that stated it was lost. Such columns are not in `columns`. */
  readonly lostKeyIds: readonly number[];
  /** Number of values in the columns that are lost with their keys. */
  readonly lostValues: number;
  readonly #payload: Uint8Array;
  readonly #stepsAt: number;
  readonly #wallMsAt: number;

  /** Reads the layout of the record at the reader's position. */
  constructor(reader: ByteReader, dictionary: KeyDictionary) {
    this.#payload = reader.bytes;
    this.count = reader.uvarint();
    if (this.count * 2 > MAX_BATCH_CELLS) throw badBatch(`${this.count} rows in one batch`);
    this.#stepsAt = skipAxis(reader, this.count);
    this.#wallMsAt = skipAxis(reader, this.count);
    const layout = readColumns(reader, this.count, dictionary);
    this.columns = layout.columns;
    this.lostKeyIds = layout.lostKeyIds;
    this.lostValues = layout.lostValues;
  }

  /** Steps, shape `[n]`. Decoded at each call. */
  steps(): Float64Array<ArrayBuffer> {
    return decodeAxis(new ByteReader(this.#payload, this.#stepsAt), this.count);
  }

  /** Wall times in milliseconds since 1970, shape `[n]`. Decoded at each call. */
  wallMs(): Float64Array<ArrayBuffer> {
    return decodeAxis(new ByteReader(this.#payload, this.#wallMsAt), this.count);
  }

  /** Everything decoded. */
  rows(): Rows {
    return { steps: this.steps(), wallMs: this.wallMs(), columns: this.columns.map(decodeColumn) };
  }
}

/** The column as RunEvents have it. */
function decodeColumn(view: ColumnView): Column {
  const rowIndex = view.rowIndex();
  const rows = rowIndex === undefined ? {} : { rowIndex };
  return view.kind === "number"
    ? { kind: "number", key: view.key, values: view.values(), ...rows }
    : { kind: "json", key: view.key, values: view.values(), ...rows };
}

/** Runs of columns, as three numbers each: first key id, count, codec byte. */
function readRuns(reader: ByteReader, cellsLeft: number): number[] {
  const runs: number[] = [];
  let cells = 0;
  for (let left = reader.uvarint(); left > 0; left--) {
    const firstId = reader.uvarint();
    const count = reader.uvarint();
    cells += count * COLUMN_CELLS;
    if (cells > cellsLeft) throw badBatch(`more columns than a batch may hold (${MAX_BATCH_CELLS} cells)`);
    runs.push(firstId, count, reader.u8());
  }
  return runs;
}

function readColumns(
  reader: ByteReader,
  rowCount: number,
  dictionary: KeyDictionary,
): { columns: ColumnView[]; lostKeyIds: number[]; lostValues: number } {
  const columns: ColumnView[] = [];
  const lostKeyIds: number[] = [];
  let lostValues = 0;
  let cells = rowCount * 2;
  let listed: RowList | undefined;
  const runs = readRuns(reader, MAX_BATCH_CELLS - cells);
  for (let run = 0; run < runs.length; run += 3) {
    const codec = runs[run + 2]!;
    const presence = codec & PRESENCE_BITS;
    const coding = codec & ~PRESENCE_BITS;
    for (let keyId = runs[run]!; keyId < runs[run]! + runs[run + 1]!; keyId++) {
      if (presence === LISTED_ROWS) listed = readRowList(reader, rowCount);
      const rowList = presence === ALL_ROWS ? undefined : listed;
      if (presence > SAME_ROWS || (presence !== ALL_ROWS && rowList === undefined)) {
        throw badBatch(`codec byte ${codec} of a column says nothing about its rows`);
      }
      const count = rowList?.count ?? rowCount;
      cells += COLUMN_CELLS + count;
      if (cells > MAX_BATCH_CELLS) throw badBatch(`more than ${MAX_BATCH_CELLS} values in one batch`);
      const dataAt = skipNumbers(reader, coding, count);
      const key = dictionary.keyOf(keyId);
      if (key === undefined) {
        lostKeyIds.push(keyId);
        lostValues += count;
        continue;
      }
      const place = { payload: reader.bytes, keyId, rowCount, coding, dataAt, rowList };
      columns.push(coding === JSON_VALUES ? new JsonColumnView(place, key) : new NumberColumnView(place, key));
    }
  }
  return { columns, lostKeyIds, lostValues };
}

function readRowList(reader: ByteReader, rowCount: number): RowList {
  const count = reader.uvarint();
  if (count > rowCount) throw badBatch(`${count} values for ${rowCount} rows`);
  const at = reader.position;
  reader.skip(reader.uvarint());
  return { at, count };
}
