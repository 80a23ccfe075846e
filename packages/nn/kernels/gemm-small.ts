/** @file Matrix multiplication where packing would cost more than it saves: small matrices, and few rows. */
import { madd, storeUpTo4 } from "./lanes";

/** Elements of a B that fits the place of the packed panels when it is transposed first. */
const MAX_ELEMENTS: i32 = 131_072;

/** Says whether {@link smallGemm} is to be used. Depends on the shape alone, so that cutting work differently changes no bit. */
export function isSmall(m: i32, n: i32, k: i32): bool {
  if (<i64>(n + 3) * k > MAX_ELEMENTS) return false;
  return m <= 2 || <i64>m * n * k <= 16_384;
}

/**
 * Rows `row0` to `row1` of C = op(A) · op(B).
 *
 * @param space - Place for B, row-major with rows rounded up to whole vectors; used when B is transposed or its rows are not whole vectors.
 */
export function smallGemm(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32, row0: i32, row1: i32, space: usize,
): void {
  let rowBytesB: usize = <usize>n << 2;
  if (transposeB) {
    rowBytesB = <usize>(n + 3 & ~3) << 2;
    untranspose(space, rowBytesB, b, n, k);
    b = space;
  }
  const stepI: usize = transposeA ? 4 : <usize>k << 2, stepL: usize = transposeA ? <usize>m << 2 : 4;
  let i = row0;
  for (; i + 4 <= row1; i += 4) fourRows(c + (<usize>i * n << 2), a + <usize>i * stepI, b, n, k, stepI, stepL, rowBytesB);
  for (; i < row1; i++) oneRow(c + (<usize>i * n << 2), a + <usize>i * stepI, b, n, k, stepL, rowBytesB);
}

function untranspose(to: usize, rowBytes: usize, b: usize, n: i32, k: i32): void {
  for (let j = 0; j < n; j++, to += 4) {
    let at = to;
    for (let end = b + (<usize>k << 2); b < end; b += 4, at += rowBytes) store<f32>(at, load<f32>(b));
  }
}

function fourRows(c: usize, a: usize, b: usize, n: i32, k: i32, stepI: usize, stepL: usize, rowBytesB: usize): void {
  const rowBytes: usize = <usize>n << 2;
  for (let j = 0; j < n; j += 4, b += 16, c += 16) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
    let al = a, bl = b;
    for (let l = 0; l < k; l++, al += stepL, bl += rowBytesB) {
      const y = v128.load(bl);
      c0 = madd(v128.load32_splat(al), y, c0);
      c1 = madd(v128.load32_splat(al + stepI), y, c1);
      c2 = madd(v128.load32_splat(al + 2 * stepI), y, c2);
      c3 = madd(v128.load32_splat(al + 3 * stepI), y, c3);
    }
    const count = n - j;
    storeUpTo4(c, c0, count);
    storeUpTo4(c + rowBytes, c1, count);
    storeUpTo4(c + 2 * rowBytes, c2, count);
    storeUpTo4(c + 3 * rowBytes, c3, count);
  }
}

function oneRow(c: usize, a: usize, b: usize, n: i32, k: i32, stepL: usize, rowBytesB: usize): void {
  let j = 0;
  for (; j + 16 <= n; j += 16, b += 64, c += 64) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
    let al = a, bl = b;
    for (let l = 0; l < k; l++, al += stepL, bl += rowBytesB) {
      const x = v128.load32_splat(al);
      c0 = madd(x, v128.load(bl), c0);
      c1 = madd(x, v128.load(bl, 16), c1);
      c2 = madd(x, v128.load(bl, 32), c2);
      c3 = madd(x, v128.load(bl, 48), c3);
    }
    v128.store(c, c0);
    v128.store(c, c1, 16);
    v128.store(c, c2, 32);
    v128.store(c, c3, 48);
  }
  for (; j < n; j += 4, b += 16, c += 16) {
    let sum = f32x4.splat(0);
    let al = a, bl = b;
    for (let l = 0; l < k; l++, al += stepL, bl += rowBytesB) sum = madd(v128.load32_splat(al), v128.load(bl), sum);
    storeUpTo4(c, sum, n - j);
  }
}
