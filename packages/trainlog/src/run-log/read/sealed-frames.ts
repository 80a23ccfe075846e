/** @file The frames of a sealed file, read one by one and checked; what is damaged is noted once and named. */
import { join } from "node:path";
import { isTrainlogError } from "../../run/error.ts";
import { badBatch } from "../codec/byte-reader.ts";
import {
  decodeSegmentHeader,
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameDamage,
  SEGMENT_HEADER_BYTES,
  scanFrames,
} from "../codec/frame.ts";
import { type Damage, type DamageKind, damageAt } from "./damage.ts";
import { type FileFacts, readRange, withFile } from "./file-bytes.ts";
import { framesOfFile } from "./frame-window.ts";
import type { Advance } from "./run-file.ts";

/** Bytes of the last frame, whose payload is its packed byte and one float64. */
export const END_FRAME_BYTES: number = FRAME_HEADER_BYTES + 9;

/** Bytes before the end frame that tell a file from another: they are the end of its index. */
const ANCHOR_BYTES = 16;

/** A sealed file as a place to read frames from. It never changes: what has its name and another size or inode is another file. */
export class SealedFrames {
  readonly name: string;
  /** What was found damaged so far. */
  readonly damage: Damage[] = [];
  readonly #path: string;
  #facts: FileFacts | undefined;
  #expectedBytes: number | undefined;

  /** @param expectedBytes - The size that the file must have, when that is known from a sidecar. */
  constructor(dir: string, name: string, expectedBytes?: number) {
    this.#path = join(dir, name);
    this.name = name;
    this.#expectedBytes = expectedBytes;
  }

  /** Size of the file, in bytes. */
  get sizeBytes(): number {
    return this.#facts?.sizeBytes ?? this.#expectedBytes ?? 0;
  }

  /**
   * Opens the file for the first time: from now on it is the one that is meant.
   *
   * @returns `undefined` when there is no such file.
   * @throws TrainlogError `store/newer-format`.
   */
  begin<T>(use: (fd: number) => T): T | undefined {
    return withFile(this.#path, (fd, facts) => {
      this.#facts = facts;
      this.#checkHeader(fd);
      return use(fd);
    });
  }

  /** Whether the file is still there, and the same. */
  look(): Advance {
    return withFile(this.#path, (_fd, facts): Advance => (this.#isSame(facts) ? "ok" : "changed")) ?? "missing";
  }

  /** What `decode` makes of the frame of type `type` at `[start, end)`; `"damaged"` when it cannot, `undefined` when the file is gone or another one. */
  decode<T>(start: number, end: number, type: number, decode: (payload: Uint8Array) => T): T | "damaged" | undefined {
    const frame = this.#frame(start, end, type);
    if (frame === undefined || frame === "damaged") return frame;
    return this.guard(start, end, () => decode(frame.payload)) ?? "damaged";
  }

  /** Hands every frame to `take`, in order. What is no frame, and what `take` refuses, is noted as damage. */
  scan(fd: number, take: (frame: Frame) => void): void {
    for (const item of framesOfFile(fd, SEGMENT_HEADER_BYTES, this.sizeBytes)) {
      if (item.kind === "damage") this.#noteNoFrame(item);
      else this.guard(item.offset, item.end, () => take(item));
    }
  }

  /** Runs `use` with the file open, if it is still the same. */
  read(use: (fd: number) => void): void {
    withFile(this.#path, (fd, facts) => {
      if (this.#isSame(facts)) use(fd);
    });
  }

  /** What `read` gives; `undefined` when it meets damage, which is noted. */
  guard<T>(start: number, end: number, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-batch")) throw error;
      this.note(start, end, "bad-batch", error.message);
      return undefined;
    }
  }

  /** Notes damage, once per place. */
  note(start: number, end: number, kind: DamageKind, what: string): void {
    if (this.damage.some(({ offset }) => offset === start)) return;
    this.damage.push(damageAt(this.name, start, end, kind, what));
  }

  /** The last bytes of the file, which no other file shares. */
  anchor(): Uint8Array {
    const anchor = withFile(this.#path, (fd, { sizeBytes }) =>
      readRange(fd, Math.max(0, sizeBytes - END_FRAME_BYTES - ANCHOR_BYTES), sizeBytes),
    );
    return anchor ?? new Uint8Array(0);
  }

  /** The frame of type `type` at `[start, end)`; `undefined` when the file is gone or another one. */
  #frame(start: number, end: number, type: number): Frame | "damaged" | undefined {
    const bytes = withFile(this.#path, (fd, facts) => (this.#isSame(facts) ? readRange(fd, start, end) : undefined));
    return bytes === undefined ? undefined : (this.guard(start, end, () => onlyFrame(bytes, type)) ?? "damaged");
  }

  #isSame(facts: FileFacts): boolean {
    if (this.#facts === undefined && facts.sizeBytes === this.#expectedBytes) this.#facts = facts;
    return facts.inode === this.#facts?.inode && facts.sizeBytes === this.#facts.sizeBytes;
  }

  #checkHeader(fd: number): void {
    try {
      decodeSegmentHeader(readRange(fd, 0, SEGMENT_HEADER_BYTES), this.#path);
    } catch (error) {
      if (!isTrainlogError(error, "run-log/bad-header")) throw error;
      this.note(0, SEGMENT_HEADER_BYTES, "bad-header", error.message);
    }
  }

  #noteNoFrame({ offset, end, reason }: FrameDamage): void {
    this.note(offset, end, "bad-frame", `no whole frame there (${reason})`);
  }
}

/** The one frame that `bytes` are. @throws TrainlogError `run-log/bad-batch` when they are something else. */
export function onlyFrame(bytes: Uint8Array, type: number): Frame {
  for (const item of scanFrames(bytes)) {
    if (item.kind === "frame" && item.type === type && item.end === bytes.length) return item;
    break;
  }
  throw badBatch(`no whole frame of type ${type} in ${bytes.length} bytes`);
}
