/** @file Payloads compressed with zstd where that helps. */
// The whole module: an older Node.js without zstd must still be able to import this file.
import zlib from "node:zlib";
import { ByteReader, badBatch } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";

const PLAIN = 0;
const ZSTD = 1;

/** Level 3, zstd's own default: above it, noise gets no smaller and time is lost. */
const LEVEL = 3;

/** Below this, a zstd frame's own header eats what it saves. */
const MIN_BYTES = 64;

/** Most bytes that a payload may unpack to: four times the largest frame. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** Says whether this Node.js has zstd (from 22.15 and 23.8 on). */
export function hasZstd(): boolean {
  return typeof zlib.zstdCompressSync === "function";
}

/** Packs bytes: one byte that says how, then they themselves or their size and the compressed ones. */
export function pack(bytes: Uint8Array): Uint8Array {
  const writer = new ByteWriter(bytes.length + 16);
  const compressed = bytes.length >= MIN_BYTES && hasZstd() ? compress(bytes) : undefined;
  if (compressed !== undefined && compressed.length < bytes.length) {
    writer.u8(ZSTD);
    writer.uvarint(bytes.length);
    writer.raw(compressed);
  } else {
    writer.u8(PLAIN);
    writer.raw(bytes);
  }
  return writer.bytes.subarray(0, writer.length);
}

function compress(bytes: Uint8Array): Uint8Array {
  return zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL } });
}

/**
 * Unpacks what {@link pack} packed.
 *
 * @throws TrainlogError `run-log/bad-batch` when it is not that.
 */
export function unpack(payload: Uint8Array): ByteReader {
  const reader = new ByteReader(payload);
  const mode = reader.u8();
  if (mode === PLAIN) return new ByteReader(payload, 1);
  if (mode !== ZSTD) throw badBatch(`packed in a way that this version does not know (${mode})`);
  const sizeBytes = reader.uvarint();
  if (sizeBytes > MAX_UNPACKED_BYTES)
    throw badBatch(`unpacks to ${sizeBytes} bytes, at most ${MAX_UNPACKED_BYTES} are taken`);
  if (!hasZstd())
    throw badBatch("it is compressed with zstd, which this Node.js does not have; use Node.js 22.15 or newer");
  const bytes = decompress(reader.take(reader.left), sizeBytes);
  if (bytes.length !== sizeBytes) throw badBatch(`unpacks to ${bytes.length} bytes instead of ${sizeBytes}`);
  return new ByteReader(bytes);
}

function decompress(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  try {
    // A Buffer may share its memory with others; decoders look at offsets, so a plain view is enough.
    const { buffer, byteOffset, length } = zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, sizeBytes) });
    return new Uint8Array(buffer, byteOffset, length);
  } catch (cause) {
    throw badBatch("its zstd data is damaged", cause);
  }
}
