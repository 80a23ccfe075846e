/**
 * @file A batch: the unit of atomicity. One frame holds one batch, so that its CRC makes it whole or absent, and an origin makes re-delivery change nothing.
 *
 * Payload: the origin (or a zero), then records in the order of the events: keys (what new ids mean), rows, JSON events.
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
  /** States the whole dictionary again before the events, so that damage before this frame costs no key after it. */
  readonly restateKeys?: boolean;
  /** Buffer to use instead of a new one. The frame is a copy in any case. */
  readonly scratch?: ByteWriter;
}

/**
 * One complete frame that holds `events`, and into `dictionary` the keys that it states.
 *
 * When it throws, the dictionary is as it was before.
 *
 * @throws TrainlogError `run/bad-rows`, `run/bad-key`, `run/bad-json`; `run/batch-too-large` above 64 MiB or 2^24 values.
 *
 * @example
 * const frame = encodeBatch([{ type: "alert", wallMs: 0, title: "hot", text: "", level: "warn" }], new KeyDictionary());
 */
export function encodeBatch(
  events: readonly RunEvent[],
  dictionary: KeyDictionary,
  options: EncodeBatchOptions = {},
): Uint8Array<ArrayBuffer> {
  const writer = options.scratch ?? new ByteWriter();
  const knownKeys = dictionary.size;
  writer.length = 0;
  try {
    beginFrame(writer, FRAME_BATCH);
    encodeOrigin(writer, options.origin);
    addKeys(events, dictionary);
    encodeKeys(writer, dictionary, options.restateKeys === true ? 0 : knownKeys);
    for (const event of events) encodeRecord(writer, event, dictionary);
    endFrame(writer, 0);
  } catch (error) {
    dictionary.truncate(knownKeys);
    throw error;
  }
  return writer.bytes.slice(0, writer.length);
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

/** Appends a keys record that states the ids from `firstId` on, when there are any. */
function encodeKeys(writer: ByteWriter, dictionary: KeyDictionary, firstId: number): void {
  if (firstId === dictionary.size) return;
  writer.u8(KEYS);
  const block = writer.beginBlock();
  writer.uvarint(firstId);
  writer.uvarint(dictionary.size - firstId);
  for (let id = firstId; id < dictionary.size; id++) {
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
  const origin = takeOrigin(reader);
  const records: (RowsView | EventView)[] = [];
  while (reader.left > 0) {
    const kind = reader.u8();
    const end = reader.uvarint() + reader.position;
    if (end > payload.length) throw badBatch(`a record ends at byte ${end} of ${payload.length}`);
    if (kind === KEYS) takeKeys(reader, dictionary);
    else if (kind === ROWS) records.push(new RowsView(reader, dictionary));
    else if (kind === EVENT) records.push(new EventView(reader.take(end - reader.position)));
    else throw badBatch(`unknown record kind ${kind}`);
    reader.expectAt(end);
  }
  return origin === undefined ? { records } : { origin, records };
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
