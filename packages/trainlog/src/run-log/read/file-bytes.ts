/**
 * @file Reading stretches of files that other processes write, replace and delete meanwhile.
 *
 * No file stays open between calls: a server follows thousands of runs, and a sealed run's old files must be free to go.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Which file a path meant, and how long it was, at the moment of reading. */
export interface FileFacts {
  readonly sizeBytes: number;
  /** Inode number: another one under the same name is another file. */
  readonly inode: number;
}

/** Runs `use` with the file open for reading. `undefined` when there is no such file. */
export function withFile<T>(path: string, use: (fd: number, facts: FileFacts) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { size, ino } = fstatSync(fd);
    return use(fd, { sizeBytes: size, inode: ino });
  } finally {
    closeSync(fd);
  }
}

/** The bytes `[start, end)` of an open file; fewer when it ends before. */
export function readRange(fd: number, start: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(fd, bytes, length, bytes.length - length, start + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

/** Says whether `error` is the operating system's "no such file". */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
