/** @file A run's segment file as replay sees it: bytes that have to stand at an offset. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  encodeSegmentHeader,
  FRAME_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "../../run-log/codec/frame.ts";

/** `gap`: the file ends before the offset. `conflict`: another valid frame stands there. */
export type RedoOutcome = "present" | "written" | "gap" | "conflict";

/** Path of an open segment. */
export function segmentPath(runDir: string, segment: number): string {
  return join(runDir, `${String(segment).padStart(6, "0")}.log`);
}

/** One segment file during replay. It is opened for writing only when something is missing. */
export class RedoFile implements Disposable {
  readonly #path: string;
  readonly #segment: number;
  /** The segment is part of a sealed file: all of it is on the disk. */
  readonly #sealed: boolean;
  #reading: number | undefined;
  #writing: number | undefined;
  #sizeBytes: number;
  /** Another writer went on from here: nothing more of this log belongs into the file. */
  #diverged = false;

  private constructor(path: string, segment: number, sealed: boolean) {
    this.#path = path;
    this.#segment = segment;
    this.#sealed = sealed;
    this.#reading = existsSync(path) ? openSync(path, "r") : undefined;
    this.#sizeBytes = this.#reading === undefined ? 0 : fstatSync(this.#reading).size;
  }

  /** Opens segment number `segment` of a run. */
  static open(runDir: string, segment: number): RedoFile {
    const path = segmentPath(runDir, segment);
    const sealed = !existsSync(path) && readdirSync(runDir).some((name) => name.endsWith(".sealed"));
    return new RedoFile(path, segment, sealed);
  }

  /**
   * Sees to it that `bytes` stand at `offset`.
   *
   * @param rewrite - Write them even if they stand there.
   */
  redo(offset: number, bytes: Uint8Array, rewrite: boolean): RedoOutcome {
    if (this.#sealed) return "present";
    const present = this.#read(offset, bytes.length);
    if (present.equals(bytes)) {
      if (rewrite) this.#write(offset, bytes);
      return "present";
    }
    if (offset > Math.max(this.#sizeBytes, SEGMENT_HEADER_BYTES)) return "gap";
    this.#diverged ||= this.#holdsFrame(offset);
    if (this.#diverged) return "conflict";
    this.#write(offset, bytes);
    return "written";
  }

  [Symbol.dispose](): void {
    if (this.#reading !== undefined) closeSync(this.#reading);
    if (this.#writing !== undefined) closeSync(this.#writing);
  }

  #read(offset: number, length: number): Buffer {
    const readable = Math.max(0, Math.min(length, this.#sizeBytes - offset));
    const bytes = Buffer.allocUnsafe(readable);
    if (readable === 0 || this.#reading === undefined) return bytes;
    const count = readSync(this.#reading, bytes, 0, readable, offset);
    return bytes.subarray(0, count);
  }

  #write(offset: number, bytes: Uint8Array): void {
    this.#writing ??= this.#openForWriting();
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#writing, bytes, done, bytes.length - done, offset + done);
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, offset + bytes.length);
  }

  /** Says whether a whole valid frame stands at `offset`. */
  #holdsFrame(offset: number): boolean {
    const head = this.#read(offset, FRAME_HEADER_BYTES);
    if (head.length < FRAME_HEADER_BYTES || head.toString("latin1", 0, 2) !== "TL") return false;
    const frame = this.#read(offset, FRAME_HEADER_BYTES + head.readUInt32LE(4));
    for (const item of scanFrames(frame)) return item.kind === "frame";
    return false;
  }

  #openForWriting(): number {
    const file = openSync(this.#path, this.#reading === undefined ? "wx+" : "r+");
    const header = encodeSegmentHeader("open", this.#segment);
    // A power loss can leave the length of a new file without its first bytes.
    if (!this.#read(0, SEGMENT_HEADER_BYTES).equals(header)) writeSync(file, header, 0, SEGMENT_HEADER_BYTES, 0);
    this.#reading ??= openSync(this.#path, "r");
    this.#sizeBytes = Math.max(this.#sizeBytes, SEGMENT_HEADER_BYTES);
    return file;
  }
}
