/**
 * @file CRC-32C (Castagnoli), the checksum of every frame.
 *
 * Slicing-by-8 (Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators", 2005): eight table
 * look-ups per eight bytes, without a dependency of each on the one before. The polynomial is that of RFC 3720 appendix B.4 (iSCSI), which
 * detects more of the short burst errors of disks than CRC-32 does, and which every CPU has an instruction for when another language reads the files.
 */

/** The Castagnoli polynomial 0x1EDC6F41, bit-reversed. */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 in one: `TABLE[256 * k + b]` advances byte `b` that is followed by `k` more bytes. */
const TABLE: Int32Array = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const shorter = table[i - 256]!;
    table[i] = (shorter >>> 8) ^ table[shorter & 0xff]!;
  }
  return table;
}

/**
 * CRC-32C of `bytes`.
 *
 * @param seed - CRC of what came before, so that `crc32c(b, crc32c(a))` is the CRC of `a` followed by `b`.
 * @returns An unsigned 32-bit integer.
 *
 * @example
 * crc32c(new TextEncoder().encode("123456789")); // 0xe3069283
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return crc32cRange(bytes, 0, bytes.length, seed);
}

/** As {@link crc32c}, of `bytes[start … end)`, without making a view of it. */
export function crc32cRange(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let crc = ~seed;
  let i = start;
  if (end - start >= WORDWISE_BYTES) {
    i = end - ((end - start) & 7);
    crc = advanceWords(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, i, crc);
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Length from which eight bytes at a time are worth making a DataView for. */
const WORDWISE_BYTES = 64;

/** Advances `crc` over `view[start … end)`, whose length is a multiple of eight. */
function advanceWords(view: DataView, start: number, end: number, seed: number): number {
  let crc = seed;
  for (let i = start; i < end; i += 8) {
    const low = crc ^ view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    crc =
      TABLE[1792 + (low & 0xff)]! ^
      TABLE[1536 + ((low >>> 8) & 0xff)]! ^
      TABLE[1280 + ((low >>> 16) & 0xff)]! ^
      TABLE[1024 + (low >>> 24)]! ^
      TABLE[768 + (high & 0xff)]! ^
      TABLE[512 + ((high >>> 8) & 0xff)]! ^
      TABLE[256 + ((high >>> 16) & 0xff)]! ^
      TABLE[high >>> 24]!;
  }
  return crc;
}
