/** @file A file of frames written again from what of it can be read. Pure. */

import { isTrainlogError } from "../../run/error.ts";
import { appendBatch, appendOrigins, type BatchHead, decodeBatch, readBatchHead } from "../codec/batch.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { encodeSegmentHeader, FRAME_BATCH, type Frame, SEGMENT_HEADER_BYTES, scanFrames } from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { countValues, type ExpectedFile } from "./check-file.ts";

/** A file made from the readable parts of another. */
export interface Salvaged {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly batchCount: number;
  readonly valueCount: number;
  readonly eventCount: number;
  /** Values that were there but whose keys are stated nowhere in the file any more. */
  readonly lostValues: number;
}

/**
 * Writes a file again from its whole frames.
 *
 * Keys are looked for in the whole file first: a writer states them again from time to time, and an id never changes its meaning inside one file, so
 * values in front of a later statement get their names back that a reader going forward has to leave out.
 */
export function salvageFile(bytes: Uint8Array, expected: ExpectedFile): Salvaged {
  const frames = wholeFrames(bytes);
  const { known, heads } = readHeads(frames);
  const writer = new ByteWriter(bytes.length + 1024);
  writer.raw(encodeSegmentHeader(expected.kind, expected.sequence ?? 1));
  const dictionary = new KeyDictionary();
  let batchCount = 0;
  let valueCount = 0;
  let eventCount = 0;
  let lostValues = 0;
  for (const frame of frames) {
    if (frame.type !== FRAME_BATCH) {
      writer.raw(bytes.subarray(frame.offset, frame.end));
      continue;
    }
    const head = heads.get(frame);
    if (head === undefined) continue;
    if (head.earlierOrigins !== undefined)
      appendOrigins(writer, new Map(head.earlierOrigins.map(({ writerId, seq }) => [writerId, seq])));
    const batch = decodeOrSkip(frame, known);
    if (batch === undefined || (batch.events.length === 0 && batch.origin === undefined)) continue;
    appendBatch(writer, batch, dictionary);
    batchCount++;
    lostValues += batch.lostValues;
    valueCount += batch.events.reduce((sum, event) => sum + countValues(event), 0);
    eventCount += batch.events.filter((event) => event.type !== "rows").length;
  }
  return { bytes: writer.bytes.slice(0, writer.length), batchCount, valueCount, eventCount, lostValues };
}

function wholeFrames(bytes: Uint8Array): Frame[] {
  return [...scanFrames(bytes, { start: Math.min(SEGMENT_HEADER_BYTES, bytes.length) })].filter(
    (item) => item.kind === "frame",
  );
}

/** What the readable batches say besides their events: origins, and the keys of the whole file. */
function readHeads(frames: readonly Frame[]): { known: KeyDictionary; heads: Map<Frame, BatchHead> } {
  const known = new KeyDictionary();
  const heads = new Map<Frame, BatchHead>();
  for (const frame of frames) {
    if (frame.type !== FRAME_BATCH) continue;
    const head = orUndefined(() => readBatchHead(frame.payload, known));
    if (head !== undefined) heads.set(frame, head);
  }
  return { known, heads };
}

function decodeOrSkip(frame: Frame, known: KeyDictionary): ReturnType<typeof decodeBatch> | undefined {
  return orUndefined(() => decodeBatch(frame.payload, known));
}

/** The result, or undefined for a batch that no encoder wrote. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isTrainlogError(error, "run-log/bad-batch")) return undefined;
    throw error;
  }
}
