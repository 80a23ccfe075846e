/** @file One open segment file: frames are appended whole or not at all. */
import { join } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { closeQuietly, type RunLogFs, removeQuietly, writeAll } from "../file-system.ts";
import type { OpenEnd } from "./recovery.ts";
import { segmentName } from "./run-folder.ts";

/** A segment that is being appended to. */
export class SegmentFile {
  readonly sequence: number;
  /** What the key ids of this file mean. */
  readonly dictionary: KeyDictionary;
  readonly #fs: RunLogFs;
  readonly #path: string;
  readonly #file: number;
  #sizeBytes: number;
  #isSynced: boolean = true;
  #isBroken: boolean = false;
  /** Bytes written since the dictionary was last stated whole. */
  bytesSinceStatement = 0;

  private constructor(fs: RunLogFs, path: string, file: number, end: Omit<OpenEnd, "name">) {
    this.#fs = fs;
    this.#path = path;
    this.#file = file;
    this.sequence = end.sequence;
    this.dictionary = end.dictionary;
    this.#sizeBytes = end.sizeBytes;
  }

  /** Goes on with a segment. What lies behind its end is cut away first. */
  static continue(fs: RunLogFs, dir: string, end: OpenEnd): SegmentFile {
    const path = join(dir, end.name);
    const file = fs.open(path, "r+");
    try {
      if (fs.facts(path).sizeBytes > end.sizeBytes) fs.truncate(file, end.sizeBytes);
      // Where keys were stated last is not known any more, so the next append states them again when there is much behind the header.
      const segment = new SegmentFile(fs, path, file, end);
      segment.bytesSinceStatement = end.sizeBytes;
      return segment;
    } catch (error) {
      closeQuietly(fs, file);
      throw error;
    }
  }

  /** Begins a segment that must not exist, with its header. A failure leaves no file behind. */
  static create(fs: RunLogFs, dir: string, sequence: number): SegmentFile {
    const path = join(dir, segmentName(sequence));
    const file = fs.open(path, "wx+");
    try {
      writeAll(fs, file, encodeSegmentHeader("open", sequence), 0);
    } catch (error) {
      closeQuietly(fs, file);
      removeQuietly(fs, path);
      throw error;
    }
    const segment = new SegmentFile(fs, path, file, {
      sequence,
      sizeBytes: SEGMENT_HEADER_BYTES,
      dictionary: new KeyDictionary(),
    });
    segment.#isSynced = false;
    return segment;
  }

  /** Where the next frame goes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Nothing but the header was written. */
  get isEmpty(): boolean {
    return this.#sizeBytes === SEGMENT_HEADER_BYTES;
  }

  /** A failed append could not be taken back, or a sync failed: nothing may be appended any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Appends frames in one go.
   *
   * @returns Where they begin.
   * @throws what the file system throws; then nothing was appended, or the segment {@link isBroken}.
   */
  append(frames: Uint8Array): number {
    if (this.#isBroken)
      throw new TrainlogError("store/io", `${this.#path}: not written any more after an earlier failure`);
    const offset = this.#sizeBytes;
    try {
      writeAll(this.#fs, this.#file, frames, offset);
    } catch (error) {
      this.#takeBack(offset);
      throw error;
    }
    this.#sizeBytes = offset + frames.length;
    this.#isSynced = false;
    this.bytesSinceStatement += frames.length;
    return offset;
  }

  #takeBack(offset: number): void {
    try {
      this.#fs.truncate(this.#file, offset);
    } catch {
      this.#isBroken = true;
    }
  }

  /** Sees to it that all is on the disk. A failure breaks the segment: the kernel may have dropped the bytes, and a second sync would not say so. */
  sync(): void {
    if (this.#isSynced || this.#isBroken) return;
    try {
      this.#fs.sync(this.#file);
      this.#isSynced = true;
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Closes the file. Its content is safe or lost by then: {@link sync} says which. */
  close(): void {
    closeQuietly(this.#fs, this.#file);
  }
}
