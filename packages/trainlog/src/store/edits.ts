/**
 * @file `edits.log`: what people changed about a run afterwards, without being its writer.
 *
 * A run's own log has one writer, which may be a script on the other side of a lock. Edits are rare and small, so they have a file of their own with a
 * lock that is held for one append. Each edit is one frame with a dictionary of its own, so that none depends on another.
 */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isTrainlogError } from "../run/error.ts";
import type { RunEvent } from "../run/event.ts";
import { encodeBatch } from "../run-log/codec/batch.ts";
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, scanFrames } from "../run-log/codec/frame.ts";
import { KeyDictionary } from "../run-log/codec/key-dictionary.ts";
import { diskError } from "../run-log/disk-error.ts";
import { withFileLock } from "./file-lock.ts";

/**
 * Appends an edit to a run. Resolves when it survives power loss.
 *
 * @param decide - Gives the events of the edit while nobody else can edit the run; what it throws is thrown, and nothing is written.
 * @throws TrainlogError `run/locked` (409) when another process keeps the lock, `store/disk-full`, `store/read-only`, `store/io`.
 */
export async function appendEdit(runDir: string, decide: () => Promise<readonly RunEvent[]>): Promise<void> {
  try {
    await withFileLock(join(runDir, "edits.lock"), async () => {
      const events = await decide();
      if (events.length > 0) appendFrame(join(runDir, "edits.log"), encodeBatch(events, new KeyDictionary()));
    });
  } catch (error) {
    throw isTrainlogError(error) ? error : diskError(error, `edit the run in ${runDir}`);
  }
}

/** Appends one whole frame, or leaves the file as it was. */
function appendFrame(path: string, frame: Uint8Array): void {
  const file = openSync(path, "a+");
  try {
    const end = wholeEnd(path, fstatSync(file).size);
    ftruncateSync(file, end);
    try {
      writeAll(file, end === 0 ? Buffer.concat([encodeSegmentHeader("edits", 0), frame]) : frame);
    } catch (error) {
      ftruncateSync(file, end);
      throw error;
    }
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Where the whole frames end: an edit that was cut short by a crash is dropped; it was never acknowledged. */
function wholeEnd(path: string, sizeBytes: number): number {
  if (sizeBytes < SEGMENT_HEADER_BYTES) return 0;
  const bytes = readFileSync(path);
  for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
    if (item.kind === "damage" && item.tail && item.reason !== "bad-crc") return item.offset;
  }
  return bytes.length;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
}
