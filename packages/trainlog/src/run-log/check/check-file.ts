/** @file Reads one file of frames wholly and names everything in it that cannot be read. Pure. */
import { isTrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import { type DecodedBatch, decodeBatch } from "../codec/batch.ts";
import {
  decodeSegmentHeader,
  FRAME_AXIS,
  FRAME_BATCH,
  FRAME_END,
  type Frame,
  type FrameDamage,
  isTornTail,
  SEGMENT_HEADER_BYTES,
  type SegmentKind,
  scanFrames,
} from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { type Damage, type DamageKind, damageAt } from "../read/damage.ts";

/** What can be wrong: what a reader meets, and `foreign-run` (events of another run), `bad-identity` (`run.json`). */
export type FoundDamageKind = DamageKind | "foreign-run" | "bad-identity";

/** A stretch of a file that cannot be read, or should not be there. */
export interface FoundDamage extends Omit<Damage, "kind"> {
  readonly kind: FoundDamageKind;
  /** Number of values that cannot be read because of it, where that is known. */
  readonly lostValues?: number;
}

/** What one file holds. */
export interface FileCheck {
  /** File name inside the run's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Frames whose checksum is right. */
  readonly frameCount: number;
  /** Values of metrics that can be read. */
  readonly valueCount: number;
  /** Events other than rows that can be read. */
  readonly eventCount: number;
  readonly damage: readonly FoundDamage[];
}

/** What a file should be. */
export interface ExpectedFile {
  readonly name: string;
  readonly kind: SegmentKind;
  /** Number in its header; any when absent. */
  readonly sequence?: number;
  readonly runId: string;
}

/** Values of metrics in an event: 0 for all but rows. */
export function countValues(event: RunEvent): number {
  return event.type === "rows" ? event.rows.columns.reduce((sum, column) => sum + column.values.length, 0) : 0;
}

/**
 * Checks a file of frames.
 *
 * @param bytes - The whole file.
 * @throws TrainlogError `store/newer-format` for a file that a newer version wrote.
 */
export function checkFile(bytes: Uint8Array, expected: ExpectedFile): FileCheck {
  const check = new FileChecker(expected);
  check.header(bytes);
  for (const item of scanFrames(bytes, { start: Math.min(SEGMENT_HEADER_BYTES, bytes.length) })) {
    if (item.kind === "damage") check.stretch(item);
    else check.frame(item);
  }
  return check.result(bytes.length);
}

/** Collects what is found while a file is walked over. */
class FileChecker {
  readonly #expected: ExpectedFile;
  readonly #damage: FoundDamage[] = [];
  readonly #dictionary = new KeyDictionary();
  #frameCount = 0;
  #valueCount = 0;
  #eventCount = 0;

  constructor(expected: ExpectedFile) {
    this.#expected = expected;
  }

  result(sizeBytes: number): FileCheck {
    return {
      name: this.#expected.name,
      sizeBytes,
      frameCount: this.#frameCount,
      valueCount: this.#valueCount,
      eventCount: this.#eventCount,
      damage: this.#damage,
    };
  }

  header(bytes: Uint8Array): void {
    const { name, kind, sequence } = this.#expected;
    const end = Math.min(SEGMENT_HEADER_BYTES, bytes.length);
    try {
      const header = decodeSegmentHeader(bytes, name);
      if (header.kind === kind && header.sequence === (sequence ?? header.sequence)) return;
      this.#add(
        0,
        end,
        "bad-header",
        `the header says ${header.kind} file number ${header.sequence}, expected ${kind} file number ${sequence}`,
      );
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-header")) throw error;
      this.#add(0, end, bytes.length < SEGMENT_HEADER_BYTES ? "torn-tail" : "bad-header", error.message);
    }
  }

  stretch(item: FrameDamage): void {
    const size = item.end - item.offset;
    if (isTornTail(item)) {
      const what = `${size} bytes were half written when the run stopped (${item.reason}); nothing behind them`;
      this.#add(item.offset, item.end, "torn-tail", what);
    } else
      this.#add(
        item.offset,
        item.end,
        "bad-frame",
        `${size} bytes are no whole frame (${item.reason}); what they held is lost`,
      );
  }

  frame(frame: Frame): void {
    this.#frameCount++;
    if (frame.type === FRAME_BATCH) this.#batch(frame);
    else if (this.#expected.kind !== "sealed" || frame.type < FRAME_AXIS || frame.type > FRAME_END) {
      this.#add(
        frame.offset,
        frame.end,
        "unknown-frame",
        `a frame of type ${frame.type}, which this version does not know`,
      );
    }
  }

  #batch(frame: Frame): void {
    let batch: DecodedBatch;
    try {
      batch = decodeBatch(frame.payload, this.#dictionary);
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
      this.#add(frame.offset, frame.end, "bad-batch", error.message);
      return;
    }
    for (const event of batch.events) this.#event(event, frame);
    if (batch.lostValues === 0) return;
    const what = `${batch.lostValues} values whose keys were stated in a damaged frame`;
    this.#damage.push({
      ...damageAt(this.#expected.name, frame.offset, frame.end, "lost-keys", what),
      lostValues: batch.lostValues,
    });
  }

  #event(event: RunEvent, frame: Frame): void {
    if (event.type === "rows")
      this.#valueCount += event.rows.columns.reduce((sum, column) => sum + column.values.length, 0);
    else this.#eventCount++;
    if (event.type !== "start" || event.runId === this.#expected.runId) return;
    const what = `the start of run ${JSON.stringify(event.runId)}, in the folder of ${JSON.stringify(this.#expected.runId)}`;
    this.#add(frame.offset, frame.end, "foreign-run", what);
  }

  #add(offset: number, end: number, kind: FoundDamageKind, what: string): void {
    // The words are the same for all kinds; two kinds are known here alone.
    this.#damage.push({ ...damageAt(this.#expected.name, offset, end, "bad-frame", what), kind });
  }
}
