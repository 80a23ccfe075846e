/**
 * @file The CRC-32C of two stretches of bytes from the CRC-32C of each, whatever their length.
 *
 * A CRC is a remainder of polynomials over GF(2): bytes behind a stretch multiply its remainder by a power of x, which takes some thirty steps per bit of
 * their number. The method is that of zlib's `crc32_combine` (Mark Adler), with Castagnoli's polynomial.
 */

/** The Castagnoli polynomial 0x1EDC6F41, bit-reversed. */
const POLYNOMIAL = 0x82f63b78;
/** The polynomials 1 and x. The highest bit is the lowest power. */
const ONE = 0x8000_0000 | 0;
const X = 0x4000_0000;
/** A byte is 2^3 bits. */
const BYTE_EXPONENT = 3;

/** `POWERS[k]` is x to the power of 2^k, modulo the polynomial. */
const POWERS: Int32Array = makePowers();

function makePowers(): Int32Array {
  const powers = new Int32Array(32);
  for (let k = 0, power = X; k < powers.length; k++, power = multiply(power, power)) powers[k] = power;
  return powers;
}

/** The product of two polynomials, modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product;
}

/**
 * CRC-32C of `a` followed by `b`.
 *
 * @param first - CRC-32C of `a`.
 * @param second - CRC-32C of `b`.
 * @param secondBytes - Length of `b`, below 2^28.
 * @returns An unsigned 32-bit integer.
 */
export function joinCrc32c(first: number, second: number, secondBytes: number): number {
  let shift = ONE;
  for (let rest = secondBytes, k = BYTE_EXPONENT; rest > 0; rest >>>= 1, k++)
    if (rest & 1) shift = multiply(POWERS[k]!, shift);
  return (multiply(shift, first) ^ second) >>> 0;
}
