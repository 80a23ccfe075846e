/**
 * @file IEEE binary16 and bfloat16, which files hold and the engine does not compute with.
 *
 * Reading is exact (binary32 holds every value of both). Writing rounds to the nearest, ties to even, as PyTorch does.
 */

const bits = new DataView(new ArrayBuffer(4));

/** The number that 16 bits of IEEE binary16 stand for. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The binary16 nearest to a number; overflow gives an infinity. */
export function numberToFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // 65520 is half-way between the largest finite binary16, 65504, and the next step, and ties go to even, which is the infinity.
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const steps = roundHalfToEven(size / 2 ** (exponent - 10));
  // Numbers below 2^-14 have no implied leading one; a mantissa that rounds up to 2048 carries into the exponent by itself.
  return size < 2 ** -14 ? sign | steps : sign | (((exponent + 15) << 10) + (steps - 1024));
}

/** The number that 16 bits of bfloat16 stand for. */
export function bfloat16ToNumber(half: number): number {
  bits.setUint32(0, half << 16);
  return bits.getFloat32(0);
}

/** The bfloat16 nearest to a binary32 number. */
export function numberToBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}
