/** @file One file of the write-ahead log: the few operations that group commit needs, behind an interface so that tests can make each one fail. */
import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../../run-log/codec/frame.ts";
import { systemCode } from "../../run-log/disk-error.ts";

/** A file that is appended to and made durable. Calls do not overlap. */
export interface WalFile {
  readonly sequence: number;
  /** Bytes that are written and counted, the header included. */
  readonly sizeBytes: number;
  /** Appends all of `parts`, one behind the other, or throws with the file as long as before (or {@link WalFile.truncated} false). */
  append(parts: readonly Uint8Array[]): Promise<void>;
  /** Makes durable what was appended. After a failure the file must not be used again: what the kernel dropped is gone, and a retry may lie. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** Where files of the log are made. */
export interface WalFolder {
  create(sequence: number): Promise<WalFile>;
}

/** Parts below this length are copied together before they are written. */
const LARGE_PART_BYTES = 32 * 1024;

const NAME = /^(\d{6,})\.wal$/;

/** Path of a file of the log. */
export function walPath(dir: string, sequence: number): string {
  return join(dir, `${String(sequence).padStart(6, "0")}.wal`);
}

/** Sequence numbers of the files in `dir`, ascending; none when the folder is not there. */
export async function walSequences(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const sequences = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  return sequences.sort((a, b) => a - b);
}

/** The folder of the log on disk. */
export function walFolder(dir: string): WalFolder {
  return { create: (sequence) => DiskWalFile.create(dir, sequence) };
}

class DiskWalFile implements WalFile {
  readonly sequence: number;
  sizeBytes: number = SEGMENT_HEADER_BYTES;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, sequence: number) {
    this.#file = file;
    this.sequence = sequence;
  }

  /** Makes the file with its header, and its name durable. */
  static async create(dir: string, sequence: number): Promise<DiskWalFile> {
    const path = walPath(dir, sequence);
    const file = await open(path, "wx");
    try {
      await writeAll(file, [encodeSegmentHeader("wal", sequence)], 0);
      await syncFolder(dir);
      return new DiskWalFile(file, sequence);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async append(parts: readonly Uint8Array[]): Promise<void> {
    try {
      this.sizeBytes += await writeAll(this.#file, parts, this.sizeBytes);
    } catch (error) {
      await this.#file.truncate(this.sizeBytes);
      throw error;
    }
  }

  async datasync(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Writes all parts, one behind the other, and gives their length. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[], position: number): Promise<number> {
  let left = gathered(parts);
  let done = 0;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, position + done);
    done += bytesWritten;
    left = withoutFirst(left, bytesWritten);
  }
  return done;
}

/** The same bytes with small parts put together: to name a part to the system costs more than to copy it. */
function gathered(parts: readonly Uint8Array[]): Uint8Array[] {
  const all: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  for (const part of parts) {
    if (part.length < LARGE_PART_BYTES) {
      small.push(part);
      continue;
    }
    if (small.length > 0) all.push(Buffer.concat(small));
    small = [];
    all.push(part);
  }
  if (small.length > 0) all.push(Buffer.concat(small));
  return all;
}

/** What is left of `parts` without their first `count` bytes: nothing, unless a write was cut short. */
function withoutFirst(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const left: Uint8Array[] = [];
  for (const part of parts) {
    if (skip < part.length) left.push(part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
