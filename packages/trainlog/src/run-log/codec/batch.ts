/**
 * @file A batch: the unit of atomicity. One frame holds one batch, so that its CRC makes it whole or absent, and an origin makes re-delivery change nothing.
 *
 * Payload: the origin (or a zero), then records: first what is stated (keys of new ids, origins of earlier files), then rows and JSON events in order.
 */
import type { RowsEvent, RunEvent } from "../../run/event.ts";
import { isPlainObject } from "../../run/json.ts";
import { ByteReader, badBatch } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { fromEventJson, toEventJson } from "./event-json.ts";
import { beginFrame, endFrame, FRAME_BATCH } from "./frame.ts";
import type { KeyDictionary } from "./key-dictionary.ts";
import { MAX_BATCH_CELLS, tooLarge } from "./limits.ts";
import { encodeRows, rowsCells } from "./rows-encoder.ts";
import { RowsView } from "./rows-view.ts";

/** Kinds of record in a batch. */
const KEYS = 1;
const ROWS = 2;
const EVENT = 3;
const ORIGINS = 4;

/** Who sent a batch, and the how-manieth of theirs it is. A batch of an origin that was seen before is a re-delivery. */
export interface Origin {
  readonly writerId: string;
  /** A natural number that grows from batch to batch of one writer. */
  readonly seq: number;
}

/** Run events that are kept or lost together. */
export interface Batch {
  readonly origin?: Origin;
  readonly events: readonly RunEvent[];
}

/** A {@link Batch} that came from a frame. */
export interface DecodedBatch extends Batch {
  /** Values that are not in `events`, because the frame that stated their keys was lost. 0 in an undamaged file. */
  readonly lostValues: number;
}

/** A batch as it lies in a frame. */
export interface BatchView {
  readonly origin?: Origin;
  /** The last batch of each writer before this file, when the frame says so: see {@link appendOrigins}. */
  readonly earlierOrigins?: readonly Origin[];
  readonly records: readonly (RowsView | EventView)[];
}

/** A JSON event of a batch, parsed when it is asked for. */
export class EventView {
  readonly kind = "event" as const;
  /** The event's JSON, UTF-8. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /**
   * The event. An event of a type that this version does not know comes through as it is.
   *
   * @throws TrainlogError `run-log/bad-batch` when it is not a JSON object with a `type`.
   */
  event(): Exclude<RunEvent, RowsEvent> {
    const value: unknown = fromEventJson(new ByteReader(this.bytes).utf8(this.bytes.length));
    if (isPlainObject(value) && typeof value["type"] === "string" && value["type"] !== "rows") {
      // The CRC says that these are the bytes an encoder wrote; shapes of what strangers send are checked before they are encoded.
      return value as unknown as Exclude<RunEvent, RowsEvent>;
    }
    throw badBatch("an event is not a JSON object with a type");
  }
}

/** Options of {@link encodeBatch}. */
export interface EncodeBatchOptions {
  readonly origin?: Origin;
}

/**
 * One complete frame that holds `events`, and into `dictionary` the keys that it states.
 *
 * @throws what {@link appendBatch} throws.
 *
 * @example
 * const frame = encodeBatch([{ type: "alert", wallMs: 0, title: "hot", text: "", level: "warn" }], new KeyDictionary());
 */
export function encodeBatch(
  events: readonly RunEvent[],
  dictionary: KeyDictionary,
  options: EncodeBatchOptions = {},
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  appendBatch(writer, { ...options, events }, dictionary);
  return writer.bytes.slice(0, writer.length);
}

/**
 * Appends one complete frame that holds the batch, and to `dictionary` the keys that it states.
 *
 * When it throws, writer and dictionary are as they were before.
 *
 * @throws TrainlogError `run/bad-rows`, `run/bad-key`, `run/bad-json`; `run/batch-too-large` above 64 MiB or 2^24 values.
 */
export function appendBatch(writer: ByteWriter, batch: Batch, dictionary: KeyDictionary): void {
  const knownKeys = dictionary.size;
  const start = writer.length;
  try {
    addKeys(batch.events, dictionary);
    beginFrame(writer, FRAME_BATCH);
    encodeOrigin(writer, batch.origin);
    if (dictionary.size > knownKeys) encodeKeys(writer, dictionary, knownKeys, dictionary.size);
    for (const event of batch.events) encodeRecord(writer, event, dictionary);
    endFrame(writer, start);
  } catch (error) {
    writer.length = start;
    dictionary.truncate(knownKeys);
    throw error;
  }
}

/** Keys that one frame states again at most: a million of them take several, each far below the bound of a frame. */
const KEYS_PER_FRAME = 1024;

/**
 * Appends frames without events that state the whole dictionary again, so that damage in front of them costs no key behind them.
 */
export function appendKeys(writer: ByteWriter, dictionary: KeyDictionary): void {
  for (let firstId = 0; firstId < dictionary.size; firstId += KEYS_PER_FRAME) {
    const start = writer.length;
    beginFrame(writer, FRAME_BATCH);
    encodeOrigin(writer, undefined);
    encodeKeys(writer, dictionary, firstId, Math.min(firstId + KEYS_PER_FRAME, dictionary.size));
    endFrame(writer, start);
  }
}

/**
 * Appends a frame without events that says the last batch of each origin before this file. It is the first frame of every segment but the first, and of a
 * sealed file, so that who goes on writing reads one file and not the history.
 */
export function appendOrigins(writer: ByteWriter, origins: ReadonlyMap<string, number>): void {
  const start = writer.length;
  beginFrame(writer, FRAME_BATCH);
  encodeOrigin(writer, undefined);
  writer.u8(ORIGINS);
  const block = writer.beginBlock();
  writer.uvarint(origins.size);
  for (const [writerId, seq] of origins) encodeOrigin(writer, { writerId, seq });
  writer.endBlock(block);
  endFrame(writer, start);
}

function encodeOrigin(writer: ByteWriter, origin: Origin | undefined): void {
  const block = writer.beginBlock();
  if (origin !== undefined) {
    const name = writer.beginBlock();
    writer.utf8(origin.writerId);
    writer.endBlock(name);
    writer.uvarint(origin.seq);
  }
  writer.endBlock(block);
}

/** Gives every new key of `events` an id. */
function addKeys(events: readonly RunEvent[], dictionary: KeyDictionary): void {
  let cells = 0;
  for (const event of events) {
    if (event.type !== "rows") continue;
    cells += rowsCells(event.rows);
    if (cells > MAX_BATCH_CELLS) throw tooLarge(`a batch decodes to ${cells} cells, at most ${MAX_BATCH_CELLS} fit`);
    for (const column of event.rows.columns) dictionary.add(column.key);
  }
}

/** Appends a keys record that states the ids `firstId … end`. */
function encodeKeys(writer: ByteWriter, dictionary: KeyDictionary, firstId: number, end: number): void {
  writer.u8(KEYS);
  const block = writer.beginBlock();
  writer.uvarint(firstId);
  writer.uvarint(end - firstId);
  for (let id = firstId; id < end; id++) {
    const name = writer.beginBlock();
    writer.utf8(dictionary.keyOf(id) ?? "");
    writer.endBlock(name);
  }
  writer.endBlock(block);
}

function encodeRecord(writer: ByteWriter, event: RunEvent, dictionary: KeyDictionary): void {
  writer.u8(event.type === "rows" ? ROWS : EVENT);
  const block = writer.beginBlock();
  if (event.type === "rows") encodeRows(writer, event.rows, dictionary);
  else writer.utf8(toEventJson(event));
  writer.endBlock(block);
}

/** The origin of a batch, without looking at the rest of it. */
export function readOrigin(payload: Uint8Array): Origin | undefined {
  return takeOrigin(new ByteReader(payload));
}

function takeOrigin(reader: ByteReader): Origin | undefined {
  const end = reader.uvarint() + reader.position;
  if (end === reader.position) return undefined;
  const writerId = reader.utf8(reader.uvarint());
  const seq = reader.uvarint();
  reader.expectAt(end);
  return { writerId, seq };
}

/**
 * Reads the layout of a batch, and into `dictionary` the keys that it states. Values are decoded when the views are asked.
 *
 * @param payload - A frame's payload. The views lie over it, so it must not change while they are used.
 * @throws TrainlogError `run-log/bad-batch` for a payload that no encoder wrote.
 */
export function viewBatch(payload: Uint8Array, dictionary: KeyDictionary): BatchView {
  const reader = new ByteReader(payload);
  const head = takeHead(reader, dictionary);
  const records: (RowsView | EventView)[] = [];
  while (reader.left > 0) {
    const kind = reader.u8();
    const end = takeRecordEnd(reader);
    if (kind === ROWS) records.push(new RowsView(reader, dictionary));
    else if (kind === EVENT) records.push(new EventView(reader.take(end - reader.position)));
    else throw badBatch(`unknown record kind ${kind}, or one that belongs before the events`);
    reader.expectAt(end);
  }
  return { ...head, records };
}

/** What {@link readBatchHead} gives. */
export interface BatchHead {
  readonly origin?: Origin;
  readonly earlierOrigins?: readonly Origin[];
}

/** The head of a batch that says nothing besides its events. */
const PLAIN: BatchHead = {};

/**
 * Reads what a batch says besides its events: origins, and into `dictionary` the keys that it states. Cheap: the events are not looked at.
 *
 * @throws TrainlogError `run-log/bad-batch` for a payload that no encoder wrote.
 */
export function readBatchHead(payload: Uint8Array, dictionary: KeyDictionary): BatchHead {
  // The quick way for a script that logs row by row: no origin, and rows at once.
  if (payload[0] === 0 && payload[1] !== KEYS && payload[1] !== ORIGINS) return PLAIN;
  return takeHead(new ByteReader(payload), dictionary);
}

/** Reads the origin and the records that stand before all events. */
function takeHead(reader: ByteReader, dictionary: KeyDictionary): BatchHead {
  const origin = takeOrigin(reader);
  let earlierOrigins: Origin[] | undefined;
  while (reader.left > 0) {
    const kind = reader.bytes[reader.position];
    if (kind !== KEYS && kind !== ORIGINS) break;
    reader.skip(1);
    const end = takeRecordEnd(reader);
    if (kind === KEYS) takeKeys(reader, dictionary);
    else earlierOrigins = takeOrigins(reader);
    reader.expectAt(end);
  }
  return { ...(origin && { origin }), ...(earlierOrigins && { earlierOrigins }) };
}

/** Reads a record's length and gives where it ends. */
function takeRecordEnd(reader: ByteReader): number {
  const end = reader.uvarint() + reader.position;
  if (end > reader.end) throw badBatch(`a record ends at byte ${end} of ${reader.end}`);
  return end;
}

function takeOrigins(reader: ByteReader): Origin[] {
  const origins: Origin[] = [];
  for (let left = reader.uvarint(); left > 0; left--) {
    const origin = takeOrigin(reader);
    if (origin !== undefined) origins.push(origin);
  }
  return origins;
}

function takeKeys(reader: ByteReader, dictionary: KeyDictionary): void {
  const firstId = reader.uvarint();
  const count = reader.uvarint();
  for (let id = firstId; id < firstId + count; id++) dictionary.define(id, reader.utf8(reader.uvarint()));
}

/**
 * Decodes a batch wholly.
 *
 * @param payload - A frame's payload.
 * @param dictionary - What the frames before it in the same file or body stated.
 * @throws TrainlogError `run-log/bad-batch` for a payload that no encoder wrote.
 */
export function decodeBatch(payload: Uint8Array, dictionary: KeyDictionary): DecodedBatch {
  const { origin, records } = viewBatch(payload, dictionary);
  const events = records.map(
    (record): RunEvent => (record.kind === "rows" ? { type: "rows", rows: record.rows() } : record.event()),
  );
  const lostValues = records.reduce((sum, record) => sum + (record.kind === "rows" ? record.lostValues : 0), 0);
  return origin === undefined ? { events, lostValues } : { origin, events, lostValues };
}
