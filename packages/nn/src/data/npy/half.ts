/** @file IEEE binary16, which NumPy calls float16. */

const EXPONENT_BIAS = 15;
const FRACTION_BITS = 10;

/** The number that 16 bits stand for; exact in float32. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> FRACTION_BITS) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Exponent 0 holds the subnormal numbers, which have no implicit leading 1.
  const significand = exponent === 0 ? fraction : fraction + 2 ** FRACTION_BITS;
  return sign * significand * 2 ** (Math.max(exponent, 1) - EXPONENT_BIAS - FRACTION_BITS);
}
