/**
 * @file The batches of a run's open segments in the order they were written, from any place on, while they are being written.
 *
 * Batches are what a server takes and recognises again, so the sender reads frames and not the folded view of a reader.
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { isTrainlogError } from "../../run/error.ts";
import { type Batch, decodeBatch, viewBatch } from "../../run-log/codec/batch.ts";
import { FRAME_BATCH, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES, scanFrames } from "../../run-log/codec/frame.ts";
import { KeyDictionary } from "../../run-log/codec/key-dictionary.ts";
import { MAX_PAYLOAD_BYTES } from "../../run-log/codec/limits.ts";

/** A place between two frames. */
export interface TailPosition {
  /** Number of the segment file. */
  readonly segment: number;
  /** Byte in it. */
  readonly offset: number;
  /** Batches before it, in all segments. */
  readonly batches: number;
}

/** Where every run begins. */
export const TAIL_START: TailPosition = { segment: 1, offset: SEGMENT_HEADER_BYTES, batches: 0 };

/** A batch, and the how-manieth of the run it is (from 0). */
export interface TailBatch {
  readonly batch: Batch;
  readonly index: number;
}

/** Reads batches behind a place. */
export class FrameTail {
  readonly #dir: string;
  #position: TailPosition;
  /** What the frames of the current segment before the place stated; read when first needed. */
  #dictionary: KeyDictionary | undefined;

  /** @param dir - Folder of the run. */
  constructor(dir: string, position: TailPosition = TAIL_START) {
    this.#dir = dir;
    this.#position = position;
  }

  /** Place behind what was read. */
  get position(): TailPosition {
    return this.#position;
  }

  /** Reads about `maxBytes` of whole batches; none when there is nothing new. Damage is stepped over: `verify` names it. */
  read(maxBytes: number): readonly TailBatch[] {
    for (;;) {
      // Listed before reading: the writer never adds to a segment once there is a next one.
      const next = this.#nextSegment();
      const before = this.#position;
      const batches = this.#readSegment(maxBytes);
      if (batches.length > 0) return batches;
      if (this.#position !== before) continue; // frames without events
      if (next === undefined) return batches;
      this.#position = { segment: next, offset: SEGMENT_HEADER_BYTES, batches: this.#position.batches };
      this.#dictionary = undefined;
    }
  }

  #nextSegment(): number | undefined {
    const numbers = readdirSync(this.#dir).flatMap((name) => {
      const match = /^(\d{6,})\.log$/.exec(name);
      return match === null ? [] : [Number(match[1])];
    });
    const later = numbers.filter((number) => number > this.#position.segment);
    return later.length === 0 ? undefined : Math.min(...later);
  }

  #readSegment(maxBytes: number): TailBatch[] {
    const file = openSegment(join(this.#dir, `${String(this.#position.segment).padStart(6, "0")}.log`));
    if (file === undefined) return [];
    try {
      this.#dictionary ??= this.#readDictionary(file);
      const leftBytes = fstatSync(file).size - this.#position.offset;
      const batches = this.#decode(
        readAt(file, this.#position.offset, Math.min(leftBytes, maxBytes)),
        this.#dictionary,
      );
      const stuck = batches.length === 0 && leftBytes > maxBytes; // one frame larger than the window
      const largest = MAX_PAYLOAD_BYTES + FRAME_HEADER_BYTES;
      if (!stuck) return batches;
      return this.#decode(readAt(file, this.#position.offset, Math.min(leftBytes, largest)), this.#dictionary, 1);
    } finally {
      closeSync(file);
    }
  }

  #decode(bytes: Uint8Array, dictionary: KeyDictionary, maxBatches = Infinity): TailBatch[] {
    const found: TailBatch[] = [];
    const start = this.#position;
    for (const item of scanFrames(bytes)) {
      if (item.kind === "damage" && item.tail) break; // being written, or cut off by the window
      if (found.length >= maxBatches) break;
      if (item.kind === "damage" || item.type !== FRAME_BATCH) continue;
      this.#position = {
        segment: start.segment,
        offset: start.offset + item.end,
        batches: this.#position.batches + 1,
      };
      const batch = unlessBad(() => decodeBatch(item.payload, dictionary));
      // A frame that only states keys or origins again says nothing to a server.
      if (batch !== undefined && batch.events.length > 0) found.push({ batch, index: this.#position.batches - 1 });
    }
    return found;
  }

  #readDictionary(file: number): KeyDictionary {
    const dictionary = new KeyDictionary();
    const bytes = readAt(file, 0, this.#position.offset);
    for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
      if (item.kind === "frame" && item.type === FRAME_BATCH) unlessBad(() => viewBatch(item.payload, dictionary));
    }
    return dictionary;
  }
}

function unlessBad<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isTrainlogError(error, "run-log/bad-batch")) return undefined;
    throw error;
  }
}

function openSegment(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined; // not there yet, or sealed meanwhile
  }
}

function readAt(file: number, offset: number, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, sizeBytes));
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(file, bytes, filled, bytes.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
