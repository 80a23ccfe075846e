/**
 * @file Segment headers and frames: how bytes are framed in every file of a run.
 *
 * Segment: a header of 32 bytes, then frames. Frame: `"TL"`, type, flags, payload length, CRC-32C of all but itself, payload. Little-endian.
 * The magic lets a reader find the next frame behind damage; the CRC covers the length, so a damaged length cannot hide a frame.
 */
import { TrainlogError } from "../../run/error.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { crc32cRange } from "./crc32c.ts";
import { MAX_PAYLOAD_BYTES, tooLarge } from "./limits.ts";

/** Version of the format that this code writes, and the highest that it reads. */
export const FORMAT_VERSION = 1;
/** Size of a segment's header. */
export const SEGMENT_HEADER_BYTES = 32;
/** Size of a frame without its payload. */
export const FRAME_HEADER_BYTES = 12;

/** Frame types. */
export const FRAME_BATCH = 1;
export const FRAME_AXIS = 2;
export const FRAME_COLUMN = 3;
export const FRAME_EVENTS = 4;
export const FRAME_FOOTER = 5;
/** A sealed file's last frame, which says where its index is. */
export const FRAME_END = 6;

/** What a disk writes at once, at least. */
const SECTOR_BYTES = 512;

const MAGIC: Uint8Array = new TextEncoder().encode("TRAINLOG");
const T = 0x54;
const L = 0x4c;

/** What a file of frames is: open segment, sealed segment, index sidecar, write-ahead log, edits. */
export type SegmentKind = "open" | "sealed" | "index" | "wal" | "edits";

const KIND_CODES: Readonly<Record<SegmentKind, number>> = {
  open: 0x53,
  sealed: 0x43,
  index: 0x49,
  wal: 0x57,
  edits: 0x45,
};

/** What a segment's header says. */
export interface SegmentHeader {
  readonly kind: SegmentKind;
  readonly version: number;
  /** Number of the file in its folder, as in its name. */
  readonly sequence: number;
}

/** The 32 bytes at the start of a file of frames. */
export function encodeSegmentHeader(kind: SegmentKind, sequence: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = new DataView(header.buffer);
  header.set(MAGIC);
  header[8] = KIND_CODES[kind];
  view.setUint16(10, FORMAT_VERSION, true);
  view.setUint32(12, sequence, true);
  view.setUint32(28, crc32cRange(header, 0, 28), true);
  return header;
}

/**
 * Reads the header at the start of `bytes`.
 *
 * @param where - The file, for the message.
 * @throws TrainlogError `run-log/bad-header` when it is none; `store/newer-format` when a newer version wrote it.
 */
export function decodeSegmentHeader(bytes: Uint8Array, where = "segment"): SegmentHeader {
  if (bytes.length < SEGMENT_HEADER_BYTES) badHeader(where, `${bytes.length} bytes, expected ${SEGMENT_HEADER_BYTES}`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) badHeader(where, `it does not begin with "TRAINLOG"`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER_BYTES);
  if (view.getUint32(28, true) !== crc32cRange(bytes, 0, 28)) badHeader(where, "its checksum is wrong");
  const version = view.getUint16(10, true);
  if (version > FORMAT_VERSION) throw newerFormat(where, version);
  const kind = Object.entries(KIND_CODES).find(([, code]) => code === bytes[8])?.[0];
  if (kind === undefined) badHeader(where, `unknown kind ${bytes[8]}`);
  return { kind: kind as SegmentKind, version, sequence: view.getUint32(12, true) };
}

function badHeader(where: string, what: string): never {
  throw new TrainlogError(
    "run-log/bad-header",
    `${where}: not a trainlog segment header: ${what}; \`trainlog verify\` says more`,
  );
}

/** The error for a file or folder that a newer version of trainlog wrote. */
export function newerFormat(where: string, version: unknown): TrainlogError {
  return new TrainlogError(
    "store/newer-format",
    `${where}: written in format version ${String(version)}, this trainlog reads up to ${FORMAT_VERSION}; update trainlog (npm i trainlog@latest)`,
    { status: 409 },
  );
}

/** Appends a frame's header with room for length and CRC, which {@link endFrame} fills in. */
export function beginFrame(writer: ByteWriter, type: number): void {
  writer.ensure(FRAME_HEADER_BYTES);
  writer.bytes.set([T, L, type, 0, 0, 0, 0, 0, 0, 0, 0, 0], writer.length);
  writer.length += FRAME_HEADER_BYTES;
}

/** Completes the frame that began at `start` and ends where the writer stands. @throws TrainlogError `run/batch-too-large`. */
export function endFrame(writer: ByteWriter, start: number): void {
  const payloadAt = start + FRAME_HEADER_BYTES;
  const payloadBytes = writer.length - payloadAt;
  if (payloadBytes > MAX_PAYLOAD_BYTES)
    throw tooLarge(`a frame of ${payloadBytes} bytes, at most ${MAX_PAYLOAD_BYTES} fit`);
  writer.setU32(start + 4, payloadBytes);
  writer.setU32(start + 8, frameCrc(writer.bytes, start, writer.length));
}

/** CRC of the frame in `bytes[start … end)`: its first eight bytes, then its payload. */
function frameCrc(bytes: Uint8Array, start: number, end: number): number {
  return crc32cRange(bytes, start + FRAME_HEADER_BYTES, end, crc32cRange(bytes, start, start + 8));
}

/**
 * The first part of a frame whose payload is too large to copy: its header and the payload's beginning.
 *
 * @param payload - How the payload begins.
 * @param restBytes - Length of the rest, which the caller writes behind it.
 * @param restCrc - Gives the CRC of the rest, begun with the CRC of what stands before it.
 * @throws TrainlogError `run/batch-too-large` above 64 MiB.
 */
export function encodeFrameHead(
  type: number,
  payload: Uint8Array,
  restBytes: number,
  restCrc: (seed: number) => number,
): Uint8Array<ArrayBuffer> {
  const payloadBytes = payload.length + restBytes;
  if (payloadBytes > MAX_PAYLOAD_BYTES)
    throw tooLarge(`a frame of ${payloadBytes} bytes, at most ${MAX_PAYLOAD_BYTES} fit`);
  const head = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  head.set([T, L, type, 0]);
  head.set(payload, FRAME_HEADER_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(4, payloadBytes, true);
  view.setUint32(8, restCrc(frameCrc(head, 0, head.length)), true);
  return head;
}

/** A complete frame around `payload`. @throws TrainlogError `run/batch-too-large` above 64 MiB. */
export function encodeFrame(type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeFrameHead(type, payload, 0, (crc) => crc);
}

/** A frame whose CRC is right. */
export interface Frame {
  readonly kind: "frame";
  readonly type: number;
  readonly flags: number;
  /** Where it begins in what was scanned. */
  readonly offset: number;
  /** Where the next one begins. */
  readonly end: number;
  /** A view of the scanned bytes, not a copy. */
  readonly payload: Uint8Array;
}

/**
 * Bytes that are no frame.
 *
 * `torn`: the file ends inside a frame, as after a crash in the middle of a write. `zeros`: the file ends in zero bytes from a sector's border on, as
 * ext4 leaves it after a power loss when the length was written and the data was not. `bad-magic` and `bad-crc` are anything else.
 */
export interface FrameDamage {
  readonly kind: "damage";
  readonly reason: "torn" | "zeros" | "bad-magic" | "bad-crc";
  readonly offset: number;
  readonly end: number;
  /** True when no frame follows. */
  readonly tail: boolean;
}

/** Says whether `damage` is what a crash leaves at the end of a file, which may be cut away; anything else is kept. */
export function isTornTail(damage: FrameDamage): boolean {
  return damage.tail && (damage.reason === "torn" || damage.reason === "zeros");
}

/** Options of {@link scanFrames}. */
export interface ScanFramesOptions {
  /** Where the first frame begins; 0 when absent. In a segment, frames begin behind the header: {@link SEGMENT_HEADER_BYTES}. */
  readonly start?: number;
}

/**
 * Walks over the frames in `bytes` and checks each one's CRC. Behind damage it goes on at the next frame that is whole.
 *
 * @example
 * for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) if (item.kind === "frame") handle(item.payload);
 */
export function* scanFrames(
  bytes: Uint8Array,
  options: ScanFramesOptions = {},
): Generator<Frame | FrameDamage, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = options.start ?? 0; offset < bytes.length; ) {
    const found = frameAt(bytes, view, offset);
    if (typeof found !== "string") {
      yield found;
      offset = found.end;
      continue;
    }
    const next = nextFrame(bytes, view, offset + 1);
    const tail = next === undefined;
    const end = next ?? bytes.length;
    yield { kind: "damage", reason: tail && endsInZeroSectors(bytes, offset) ? "zeros" : found, offset, end, tail };
    offset = end;
  }
}

/** The frame that begins at `offset`, or why there is none. */
function frameAt(bytes: Uint8Array, view: DataView, offset: number): Frame | FrameDamage["reason"] {
  const left = bytes.length - offset;
  if (bytes[offset] !== T || (left > 1 && bytes[offset + 1] !== L)) return "bad-magic";
  if (left < FRAME_HEADER_BYTES) return "torn";
  const payloadBytes = view.getUint32(offset + 4, true);
  if (payloadBytes > MAX_PAYLOAD_BYTES) return "bad-crc";
  const payloadAt = offset + FRAME_HEADER_BYTES;
  const end = payloadAt + payloadBytes;
  if (end > bytes.length) return "torn";
  if (view.getUint32(offset + 8, true) !== frameCrc(bytes, offset, end)) return "bad-crc";
  const payload = bytes.subarray(payloadAt, end);
  return { kind: "frame", type: bytes[offset + 2]!, flags: bytes[offset + 3]!, offset, end, payload };
}

/** Where the next whole frame begins at or behind `start`. */
function nextFrame(bytes: Uint8Array, view: DataView, start: number): number | undefined {
  for (let at = bytes.indexOf(T, start); at !== -1; at = bytes.indexOf(T, at + 1)) {
    if (bytes[at + 1] === L && typeof frameAt(bytes, view, at) !== "string") return at;
  }
  return undefined;
}

/** Says whether `bytes[start … )` is zero, or is zero from a sector's border on. */
function endsInZeroSectors(bytes: Uint8Array, start: number): boolean {
  let zerosFrom = bytes.length;
  while (zerosFrom > start && bytes[zerosFrom - 1] === 0) zerosFrom--;
  return zerosFrom === start || Math.ceil(zerosFrom / SECTOR_BYTES) * SECTOR_BYTES < bytes.length;
}
