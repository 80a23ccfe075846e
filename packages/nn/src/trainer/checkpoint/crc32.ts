/** @file CRC-32 as in ISO 3309, gzip and PNG: finds every error of up to 32 bits in a row, and others with probability 1 − 2^−32. */

const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** Checksum of some bytes, as 8 hexadecimal digits. */
export function crc32(bytes: Uint8Array): string {
  let crc = -1;
  for (let at = 0; at < bytes.length; at += 1) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return (~crc >>> 0).toString(16).padStart(8, "0");
}
