/**
 * @file Records of the shared write-ahead log: physical redo. Pure.
 *
 * A record says which bytes stand at which offset of which file, so that replaying it twice is replaying it once, and replay needs to understand
 * nothing of what the bytes mean.
 */
import { TrainlogError } from "../../run/error.ts";
import { checkRunId } from "../../run/limits.ts";
import { crc32c } from "../../run-log/codec/crc32c.ts";
import { joinCrc32c } from "../../run-log/codec/crc32c-join.ts";
import { encodeFrame, encodeFrameHead, FRAME_HEADER_BYTES, type Frame } from "../../run-log/codec/frame.ts";

/** Frame types of the write-ahead log. */
export const FRAME_WAL_APPEND = 32;
export const FRAME_WAL_RUN = 33;
export const FRAME_WAL_SETTLED = 34;

/** These bytes stand at `offset` of segment `segment` of the run. */
export interface AppendRecord {
  readonly type: "append";
  readonly runId: string;
  /** Sequence number of the segment file. */
  readonly segment: number;
  /** Byte offset in the segment file. */
  readonly offset: number;
  /** One or more whole frames. */
  readonly bytes: Uint8Array;
}

/** This run exists: the content of its `run.json`. */
export interface RunRecord {
  readonly type: "run";
  readonly runId: string;
  readonly project: string;
  readonly createdMs: number;
}

/** What was said of this run up to here is not to be replayed: it is on the disk in another form (sealed), or deleted. */
export interface SettledRecord {
  readonly type: "settled";
  readonly runId: string;
}

/** Anything that the write-ahead log holds. */
export type WalRecord = AppendRecord | RunRecord | SettledRecord;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** u8 length of the run id, then u32 segment and f64 offset. */
const APPEND_NUMBERS_BYTES = 12;

/** From this length on, the CRC of a payload is taken from its frame and not computed again. */
const LARGE_PAYLOAD_BYTES = 4096;

/**
 * A record as one frame of the log, in parts that belong one behind the other. An append's bytes are the last part, not copied: they must not change until
 * they are written.
 */
export function encodeWalRecord(record: WalRecord): readonly Uint8Array[] {
  switch (record.type) {
    case "append":
      return [appendHead(record), record.bytes];
    case "run":
      return [encodeFrame(FRAME_WAL_RUN, encoder.encode(JSON.stringify({ ...record, type: undefined })))];
    case "settled":
      return [encodeFrame(FRAME_WAL_SETTLED, encoder.encode(JSON.stringify({ runId: record.runId })))];
  }
}

/**
 * The record in a frame.
 *
 * @throws TrainlogError `wal/bad-record` for a frame that is none, although its checksum is right.
 */
export function decodeWalRecord(frame: Frame): WalRecord {
  try {
    if (frame.type === FRAME_WAL_APPEND) return decodeAppend(frame.payload);
    if (frame.type === FRAME_WAL_RUN) return decodeRun(frame.payload);
    if (frame.type === FRAME_WAL_SETTLED) return { type: "settled", runId: checkRunId(jsonOf(frame.payload)["runId"]) };
  } catch (error) {
    throw badRecord(frame.offset, error instanceof Error ? error.message : String(error), error);
  }
  throw badRecord(frame.offset, `unknown frame type ${frame.type}`);
}

/** Everything of an append's frame that stands before its bytes. */
function appendHead(record: AppendRecord): Uint8Array {
  const runId = encoder.encode(record.runId);
  const payload = new Uint8Array(1 + runId.length + APPEND_NUMBERS_BYTES);
  const view = new DataView(payload.buffer);
  payload[0] = runId.length;
  payload.set(runId, 1);
  view.setUint32(1 + runId.length, record.segment, true);
  view.setFloat64(5 + runId.length, record.offset, true);
  return encodeFrameHead(FRAME_WAL_APPEND, payload, record.bytes.length, (crc) => framesCrc(record.bytes, crc));
}

/**
 * CRC of what stands before `frames`, which is `seed`, and of the frames: from the CRC in each large frame's header, since a batch of some 100 kB would
 * cost more for its checksum than for anything else.
 */
function framesCrc(frames: Uint8Array, seed: number): number {
  const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
  let crc = seed;
  for (let start = 0, end = 0; start < frames.length; start = end) {
    const payloadBytes = view.getUint32(start + 4, true);
    const payloadAt = start + FRAME_HEADER_BYTES;
    end = payloadAt + payloadBytes;
    if (payloadBytes < LARGE_PAYLOAD_BYTES) crc = crc32c(frames.subarray(start, end), crc);
    else {
      // The stored CRC is that of the header's first eight bytes and the payload; a CRC that is joined twice is taken away again.
      const before = crc32c(frames.subarray(start, payloadAt), crc) ^ crc32c(frames.subarray(start, start + 8));
      crc = joinCrc32c(before, view.getUint32(start + 8, true), payloadBytes);
    }
  }
  return crc;
}

function decodeAppend(payload: Uint8Array): AppendRecord {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const numbersAt = 1 + view.getUint8(0);
  const offset = view.getFloat64(numbersAt + 4, true);
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`offset ${offset}`);
  return {
    type: "append",
    runId: checkRunId(decoder.decode(payload.subarray(1, numbersAt))),
    segment: view.getUint32(numbersAt, true),
    offset,
    bytes: payload.subarray(numbersAt + APPEND_NUMBERS_BYTES),
  };
}

function decodeRun(payload: Uint8Array): RunRecord {
  const { runId, project, createdMs } = jsonOf(payload);
  if (typeof project !== "string" || typeof createdMs !== "number")
    throw new TypeError("project or createdMs is missing");
  return { type: "run", runId: checkRunId(runId), project, createdMs };
}

function jsonOf(payload: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(decoder.decode(payload));
  if (value === null || typeof value !== "object") throw new TypeError("not an object");
  return { ...value };
}

function badRecord(offset: number, what: string, cause?: unknown): TrainlogError {
  return new TrainlogError("wal/bad-record", `write-ahead log, byte ${offset}: not a record: ${what}`, { cause });
}
