/** @file A written index in frames: cut into parts, because a frame holds 64 MiB at most. */
import { ByteReader, badBatch } from "../codec/byte-reader.ts";
import { encodeFrame, FRAME_FOOTER, scanFrames } from "../codec/frame.ts";
import { decodeIndex, encodeIndex, type IndexState } from "./index-state.ts";
import { pack, unpack } from "./packed.ts";

/** Bytes of an index in one frame, before packing. */
const PART_BYTES = 32 * 1024 * 1024;

/** The frames of an index, one after the other. */
export function encodeIndexFrames(state: IndexState): Uint8Array[] {
  const bytes = encodeIndex(state);
  const frames: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    frames.push(encodeFrame(FRAME_FOOTER, pack(bytes.subarray(start, start + PART_BYTES))));
  }
  return frames;
}

/**
 * Reads the index whose frames are `bytes`.
 *
 * @throws TrainlogError `run-log/bad-batch` when they are damaged or something else.
 */
export function decodeIndexFrames(bytes: Uint8Array): IndexState {
  const parts: Uint8Array[] = [];
  for (const item of scanFrames(bytes)) {
    if (item.kind === "damage" || item.type !== FRAME_FOOTER) throw badBatch(`no index frame at byte ${item.offset}`);
    const part = unpack(item.payload);
    parts.push(part.take(part.left));
  }
  return decodeIndex(new ByteReader(joined(parts)));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
