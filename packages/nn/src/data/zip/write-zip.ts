/** @file Writing ZIP archives. Every entry has the same time, so equal contents give equal bytes. */
import { TrainlogError } from "../../error.ts";
import { crc32 } from "../source/crc32.ts";
import { deflate, joinBytes } from "../source/inflate.ts";

/** One file to pack. */
export interface ZipInput {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** 1980-01-01, the oldest day that the format knows. */
const DOS_DATE = (1 << 5) | 1;
const VERSION = 20;
const NAMES_ARE_UTF8 = 1 << 11;
/** Above this, an archive needs ZIP64 fields. */
const MAX_BYTES = 0xffff_fffe;
const MAX_ENTRIES = 0xfffe;

/**
 * Packs files into an archive.
 *
 * @param options.compress - Deflate; otherwise store.
 * @throws TrainlogError `zip/unsupported` above 4 GiB or 65,534 files.
 */
export async function writeZip(
  inputs: readonly ZipInput[],
  { compress }: { readonly compress: boolean },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of inputs) {
    const packed = compress ? await deflate(bytes, "deflate-raw") : bytes;
    const nameBytes = new TextEncoder().encode(name);
    const common = commonFields(bytes, packed, nameBytes, compress);
    const header = localHeader(common, nameBytes);
    directory.push(directoryEntry(common, nameBytes, offset));
    parts.push(header, packed);
    offset += header.length + packed.length;
  }
  checkLimits(inputs.length, offset);
  const directoryBytes = directory.reduce((total, entry) => total + entry.length, 0);
  return joinBytes([...parts, ...directory, directoryEnd(inputs.length, directoryBytes, offset)]);
}

/** The 26 bytes that a file's header and its directory entry share. */
function commonFields(bytes: Uint8Array, packed: Uint8Array, name: Uint8Array, compress: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, VERSION, true);
  view.setUint16(2, NAMES_ARE_UTF8, true);
  view.setUint16(4, compress ? 8 : 0, true);
  view.setUint16(8, DOS_DATE, true);
  view.setUint32(10, crc32(bytes), true);
  view.setUint32(14, packed.length, true);
  view.setUint32(18, bytes.length, true);
  view.setUint16(22, name.length, true);
  return new Uint8Array(view.buffer);
}

function localHeader(common: Uint8Array, name: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.of(0x50, 0x4b, 3, 4), common, name]);
}

function directoryEntry(common: Uint8Array, name: Uint8Array, headerOffset: number): Uint8Array {
  // Comment size, disk number, internal and external attributes: all 0.
  const tail = new DataView(new ArrayBuffer(14));
  tail.setUint32(10, headerOffset, true);
  return joinBytes([Uint8Array.of(0x50, 0x4b, 1, 2, VERSION, 0), common, new Uint8Array(tail.buffer), name]);
}

function directoryEnd(count: number, sizeBytes: number, offset: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, sizeBytes, true);
  view.setUint32(16, offset, true);
  return new Uint8Array(view.buffer);
}

function checkLimits(count: number, sizeBytes: number): void {
  if (count <= MAX_ENTRIES && sizeBytes <= MAX_BYTES) return;
  throw new TrainlogError(
    "zip/unsupported",
    `an archive of ${count} files and ${sizeBytes} bytes is beyond what is written here (${MAX_ENTRIES} files, 4 GiB); write several`,
  );
}
