/**
 * @file The few file operations that writing and repairing a run needs, as an interface, so that a test can let the n-th of them fail.
 *
 * All are synchronous: a script's `log` returns when its batch is with the kernel, and then survives the script.
 */
import * as fs from "node:fs";
import { makeFolder } from "../files/make-folder.ts";

/** Size and time of a file. */
export interface FileFacts {
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** File operations. Each throws what Node throws (an Error with `code`). */
export interface RunLogFs {
  /** Opens a file: `r+` for writing in place, `wx+` to create what must not exist. */
  open(path: string, flags: "r+" | "wx+"): number;
  close(file: number): void;
  /** Writes at `position`; returns how many bytes were taken, which can be fewer than given. */
  write(file: number, bytes: Uint8Array, position: number): number;
  truncate(file: number, lengthBytes: number): void;
  /** fdatasync(2). */
  sync(file: number): void;
  /** Syncs a folder, so that names made in it survive a power loss. */
  syncFolder(path: string): void;
  readFile(path: string): Uint8Array;
  /** Bytes `offset … offset + lengthBytes` of a file, fewer at its end. */
  readPart(path: string, offset: number, lengthBytes: number): Uint8Array;
  facts(path: string): FileFacts;
  list(path: string): string[];
  /** Makes a folder and its parents. */
  makeFolder(path: string): void;
  rename(from: string, to: string): void;
  /** Makes a second name of a file; fails with EEXIST when the name is taken. */
  link(from: string, to: string): void;
  remove(path: string): void;
  /** Sets the time of last change. */
  touch(path: string, modifiedMs: number): void;
}

/** The file system of the machine. */
export const nodeFs: RunLogFs = {
  open: (path, flags) => fs.openSync(path, flags),
  close: (file) => {
    fs.closeSync(file);
  },
  write: (file, bytes, position) => fs.writeSync(file, bytes, 0, bytes.length, position),
  truncate: (file, lengthBytes) => {
    fs.ftruncateSync(file, lengthBytes);
  },
  sync: (file) => {
    fs.fdatasyncSync(file);
  },
  syncFolder,
  readFile: (path) => fs.readFileSync(path),
  readPart,
  facts: (path) => {
    const { size, mtimeMs } = fs.statSync(path);
    return { sizeBytes: size, modifiedMs: mtimeMs };
  },
  list: (path) => fs.readdirSync(path),
  makeFolder,
  rename: (from, to) => {
    fs.renameSync(from, to);
  },
  link: (from, to) => {
    fs.linkSync(from, to);
  },
  remove: (path) => {
    fs.unlinkSync(path);
  },
  touch: (path, modifiedMs) => {
    fs.utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
  },
};

function readPart(path: string, offset: number, lengthBytes: number): Uint8Array {
  const file = fs.openSync(path, "r");
  try {
    const bytes = new Uint8Array(lengthBytes);
    return bytes.subarray(0, fs.readSync(file, bytes, 0, lengthBytes, offset));
  } finally {
    fs.closeSync(file);
  }
}

function syncFolder(path: string): void {
  // Windows has no handle on folders that could be synced, and needs none.
  if (process.platform === "win32") return;
  const folder = fs.openSync(path, "r");
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/**
 * Writes all of `bytes` at `position`, in as many writes as it takes.
 *
 * @throws what `fs.write` throws; then any part of `bytes` may be written.
 */
export function writeAll(fs: RunLogFs, file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.write(file, done === 0 ? bytes : bytes.subarray(done), position + done);
  }
}

/**
 * Writes a whole file so that it is there wholly or not at all: a new file, synced, then renamed.
 *
 * @param sync - False for derived data that its reader checks: after a power loss, any part of it may be missing.
 * @param unique - Text that no other writer uses at the same time, for the name of the new file.
 */
export function writeFileAtomically(fs: RunLogFs, path: string, bytes: Uint8Array, unique: string, sync = true): void {
  const temporary = `${path}.${unique}.tmp`;
  writeNewFile(fs, temporary, bytes, sync);
  try {
    fs.rename(temporary, path);
  } catch (error) {
    removeQuietly(fs, temporary);
    throw error;
  }
}

/** Writes a file that must not exist, and syncs it unless told otherwise; a failure leaves none behind. */
export function writeNewFile(fs: RunLogFs, path: string, bytes: Uint8Array, sync = true): void {
  const file = fs.open(path, "wx+");
  try {
    writeAll(fs, file, bytes, 0);
    if (sync) fs.sync(file);
    fs.close(file);
  } catch (error) {
    closeQuietly(fs, file);
    removeQuietly(fs, path);
    throw error;
  }
}

/** Removes a file when there is one; trouble with it is not the caller's. */
export function removeQuietly(fs: RunLogFs, path: string): void {
  try {
    fs.remove(path);
  } catch {
    // What stays is a leftover that the next one who looks here ignores.
  }
}

/** Closes a file whose content does not matter any more. */
export function closeQuietly(fs: RunLogFs, file: number): void {
  try {
    fs.close(file);
  } catch {
    // The descriptor is gone in any case: close(2) releases it even when it fails.
  }
}
