/**
 * @file ZIP archives (PKWARE APPNOTE 6.3), as far as `.npz` needs them: stored and deflated entries, with and without ZIP64 fields.
 *
 * Sizes are taken from the central directory: NumPy writes entries as streams, whose local headers do not know them.
 */
import { TrainlogError } from "../../error.ts";
import { crc32 } from "../source/crc32.ts";
import { inflate } from "../source/inflate.ts";

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes after unpacking. */
  readonly sizeBytes: number;
  /** Unpacks the file and checks its checksum. */
  read(): Promise<Uint8Array>;
}

/** What the central directory says of one file. */
interface DirectoryEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY_END_BYTES = 22;
const LOCATOR_64_BYTES = 20;
/** An archive may end with a comment of at most this many bytes. */
const MAX_COMMENT_BYTES = 65_535;
const STORED = 0;
const DEFLATED = 8;
/** The value of a 32-bit field whose true value stands in the ZIP64 extra field. */
const SEE_ZIP64 = 0xffffffff;

/**
 * The files of an archive.
 *
 * @param what - Names the archive in errors.
 * @throws TrainlogError `zip/corrupt` when the archive contradicts itself or is cut off, `zip/unsupported` for encryption and other methods.
 */
export function readZip(bytes: Uint8Array, what: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, offset } = directoryPlace(view, what);
  const entries: DirectoryEntry[] = [];
  let at = offset;
  for (let index = 0; index < count; index += 1) {
    const found = directoryEntry(view, at, `entry ${index + 1} of ${count} in ${what}`);
    entries.push(found.entry);
    at = found.end;
  }
  return entries.map((entry) => openEntry(bytes, view, entry, `"${entry.name}" in ${what}`));
}

function directoryPlace(view: DataView, what: string): { readonly count: number; readonly offset: number } {
  const last = view.byteLength - DIRECTORY_END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at -= 1) {
    if (view.getUint32(at, true) !== DIRECTORY_END) continue;
    const locator = at - LOCATOR_64_BYTES;
    const is64 = locator >= 0 && view.getUint32(locator, true) === LOCATOR_64;
    if (!is64) return { count: view.getUint16(at + 10, true), offset: view.getUint32(at + 16, true) };
    const end64 = uint64(view, locator + 8, what);
    requireBytes(view, end64, 56, "the ZIP64 directory's end", what);
    if (view.getUint32(end64, true) !== DIRECTORY_END_64)
      throw corrupt(what, `there is no ZIP64 directory at byte ${end64}`);
    return { count: uint64(view, end64 + 32, what), offset: uint64(view, end64 + 48, what) };
  }
  throw corrupt(
    what,
    `its ${view.byteLength} bytes hold no end of a ZIP directory: it is not a ZIP archive, or its end is missing`,
  );
}

function directoryEntry(
  view: DataView,
  at: number,
  what: string,
): { readonly entry: DirectoryEntry; readonly end: number } {
  requireBytes(view, at, 46, "the directory entry", what);
  if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw corrupt(what, `there is no directory entry at byte ${at}`);
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const end = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
  requireBytes(view, at, end - at, "the directory entry", what);
  const name = new TextDecoder().decode(bytesOf(view, at + 46, nameBytes));
  const wide = zip64Fields(view, at + 46 + nameBytes, extraBytes, what);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === SEE_ZIP64 ? wide() : value;
  };
  // The order of these three is the order of their wide forms.
  const sizeBytes = field(24);
  const packedBytes = field(20);
  const headerOffset = field(42);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  return { entry: { name, flags, method, crc, packedBytes, sizeBytes, headerOffset }, end };
}

/** Gives the 64-bit values of the extra field with id 1, one per call. */
function zip64Fields(view: DataView, start: number, sizeBytes: number, what: string): () => number {
  let at = start;
  const end = start + sizeBytes;
  while (at + 4 <= end && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return () => {
    if (at + 8 > end) throw corrupt(what, "it has a size above 4 GiB, but no ZIP64 field that says it");
    at += 8;
    return uint64(view, at - 8, what);
  };
}

function openEntry(bytes: Uint8Array, view: DataView, entry: DirectoryEntry, what: string): ZipEntry {
  const { name, sizeBytes } = entry;
  checkMethod(entry, what);
  return {
    name,
    sizeBytes,
    read: async () => {
      const packed = packedBytesOf(bytes, view, entry, what);
      const data =
        entry.method === STORED ? packed : await inflate(packed, "deflate-raw", { what, maxBytes: sizeBytes });
      if (data.length !== sizeBytes) {
        throw corrupt(what, `the directory promises ${sizeBytes} bytes, there are ${data.length}`);
      }
      const found = crc32(data);
      if (found !== entry.crc) throw corrupt(what, `its checksum is ${hex(found)} and should be ${hex(entry.crc)}`);
      return data;
    },
  };
}

function checkMethod({ flags, method }: DirectoryEntry, what: string): void {
  if ((flags & 1) !== 0) throw new TrainlogError("zip/unsupported", `${what} is encrypted; unpack the archive first`);
  if (method !== STORED && method !== DEFLATED) {
    throw new TrainlogError(
      "zip/unsupported",
      `${what} is packed by method ${method}; stored (0) and deflated (8) are read`,
    );
  }
}

function packedBytesOf(bytes: Uint8Array, view: DataView, entry: DirectoryEntry, what: string): Uint8Array {
  const at = entry.headerOffset;
  requireBytes(view, at, 30, "the header", what);
  if (view.getUint32(at, true) !== LOCAL_HEADER) throw corrupt(what, `there is no file header at byte ${at}`);
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  requireBytes(view, start, entry.packedBytes, "the packed data", what);
  return bytes.subarray(start, start + entry.packedBytes);
}

function requireBytes(view: DataView, at: number, sizeBytes: number, part: string, what: string): void {
  if (at + sizeBytes <= view.byteLength) return;
  throw corrupt(
    what,
    `${part} needs ${sizeBytes} bytes from byte ${at}, but the archive has ${view.byteLength}: it is cut off`,
  );
}

/** A 64-bit size; none above 2^53 can be true. */
function uint64(view: DataView, at: number, what: string): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw corrupt(what, `the size or place at byte ${at} is ${value}, which cannot be`);
  return value;
}

function bytesOf(view: DataView, at: number, sizeBytes: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, sizeBytes);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function corrupt(what: string, reason: string): TrainlogError {
  return new TrainlogError("zip/corrupt", `${what} cannot be read: ${reason}`);
}
