/**
 * @file Frames of a file that may be larger than memory: scanned through a window that moves on, and grows only where a frame does not fit into it.
 */
import { type Frame, type FrameDamage, scanFrames } from "../codec/frame.ts";
import { readRange } from "./file-bytes.ts";

/** Bytes read at once: large enough that the system call does not count, small enough for any machine. */
const WINDOW_BYTES = 1024 * 1024;

/**
 * The frames of an open file in `[start, end)`, with offsets of the file. Damage that reaches `end` has `tail` set; everything else is whole.
 *
 * @param firstBytes - Bytes to read at first: for who does not want all of them.
 */
export function* framesOfFile(
  fd: number,
  start: number,
  end: number,
  firstBytes: number = WINDOW_BYTES,
): Generator<Frame | FrameDamage, void, undefined> {
  let windowBytes = firstBytes;
  for (let position = start; position < end; ) {
    const windowEnd = Math.min(end, position + windowBytes);
    const bytes = readRange(fd, position, windowEnd);
    const isLast = position + bytes.length >= end || bytes.length < windowEnd - position;
    let used = 0;
    for (const item of scanFrames(bytes)) {
      // A frame that is cut by the window's end looks torn: it is read again with the next window.
      if (item.kind === "damage" && item.tail && !isLast) break;
      yield { ...item, offset: position + item.offset, end: position + item.end };
      used = item.end;
    }
    if (isLast) return;
    windowBytes = used === 0 ? windowBytes * 4 : WINDOW_BYTES;
    position += used;
  }
}
