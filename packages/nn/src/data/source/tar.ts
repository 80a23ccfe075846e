/** @file TAR archives (POSIX ustar): the plain files in them. */
import { TrainlogError } from "../../error.ts";

/** One file of an archive. */
export interface TarEntry {
  /** Path inside of the archive. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK_BYTES = 512;
/** Type flags of a plain file: "0", and NUL in archives from before POSIX. */
const PLAIN_FILES = [48, 0];

/**
 * The files of an archive.
 *
 * @param what - Names the archive in errors.
 * @throws TrainlogError `data/corrupt` when a header's checksum is wrong or the archive ends inside of a file.
 */
export function readTar(bytes: Uint8Array, what: string): TarEntry[] {
  const entries: TarEntry[] = [];
  for (let at = 0; at + BLOCK_BYTES <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK_BYTES);
    // Two empty blocks end an archive; nothing that follows one is a file.
    if (header.every((byte) => byte === 0)) break;
    checkHeader(header, at, what);
    const sizeBytes = octal(header, 124, 12);
    const start = at + BLOCK_BYTES;
    const name = text(header, 0, 100);
    if (!(start + sizeBytes <= bytes.length)) {
      throw corrupt(
        what,
        `"${name}" has ${sizeBytes} bytes from byte ${start}, but the archive ends at byte ${bytes.length}`,
      );
    }
    if (PLAIN_FILES.includes(header[156] ?? -1))
      entries.push({ name, bytes: bytes.subarray(start, start + sizeBytes) });
    at = start + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return entries;
}

/** The sum of a header's bytes, its own field counted as blanks. */
function checkHeader(header: Uint8Array, at: number, what: string): void {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw corrupt(what, `the file header at byte ${at} has a wrong checksum`);
}

function octal(header: Uint8Array, at: number, length: number): number {
  return Number.parseInt(text(header, at, length).trim() || "0", 8);
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function corrupt(what: string, reason: string): TrainlogError {
  return new TrainlogError("data/corrupt", `${what} cannot be read: ${reason}`);
}
