/**
 * @file CRC-32C (Castagnoli), the checksum of every frame.
 *
 * Slicing-by-8 (Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators", 2005): eight table
 * look-ups per eight bytes, without a dependency of each on the one before. The polynomial is that of RFC 3720 appendix B.4 (iSCSI), which
 * detects more of the short burst errors of disks than CRC-32 does, and which every CPU has an instruction for when another language reads the files.
 */

/** The Castagnoli polynomial 0x1EDC6F41, bit-reversed. */
const POLYNOMIAL = 0x82f63b78;

/** `TABLES[k]` advances one byte that is followed by `k` more bytes. */
const TABLES: readonly Int32Array[] = makeTables();
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

function makeTables(): Int32Array[] {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[byte] = crc;
  }
  const tables = [first];
  for (let k = 1; k < 8; k++) tables.push(tables[k - 1]!.map((crc) => (crc >>> 8) ^ first[crc & 0xff]!));
  return tables;
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
  for (const last = end - 7; i < last; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      T7[crc & 0xff]! ^
      T6[(crc >>> 8) & 0xff]! ^
      T5[(crc >>> 16) & 0xff]! ^
      T4[crc >>> 24]! ^
      T3[bytes[i + 4]!]! ^
      T2[bytes[i + 5]!]! ^
      T1[bytes[i + 6]!]! ^
      T0[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}
