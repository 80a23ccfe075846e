/**
 * @file Packing: copies blocks of A and B into panels in the order in which the tile reads them, padded with zeros to whole tiles.
 */
import { A_UPPER, firstStep, stepsEnd } from "./gemm-triangle";
import { MR, NR } from "./memory-map";

/**
 * `rows` × `k` of A, from `a` on, as panels `[rows / 6][k][6]`.
 *
 * @param rowBytes - Distance of two rows of the operand in memory.
 * @param transposed - The operand holds Aᵀ: element (i, l) lies in row l.
 */
export function packA(to: usize, a: usize, rows: i32, k: i32, rowBytes: usize, transposed: bool): void {
  for (let i = 0; i < rows; i += MR) {
    const count = min(rows - i, MR);
    if (transposed) packRowsOf6(to, a + (<usize>i << 2), k, rowBytes, count);
    else packColumnsOf6(to, a + <usize>i * rowBytes, k, rowBytes, count);
    to += <usize>k * 24;
  }
}

/**
 * As {@link packA} of a triangular A (stored transposed when it is the upper one): only the steps that count, and zeros where the diagonal crosses them.
 *
 * @param diagonal - Step at which the diagonal meets row 0.
 */
export function packTriangleA(to: usize, a: usize, rows: i32, k: i32, rowBytes: usize, triangle: i32, diagonal: i32): void {
  for (let i = 0; i < rows; i += MR, diagonal += MR) {
    const count = min(rows - i, MR), start = firstStep(triangle, diagonal, k), steps = stepsEnd(triangle, diagonal, k) - start;
    const panel = to + <usize>start * 24;
    if (triangle == A_UPPER) packRowsOf6(panel, a + <usize>start * rowBytes + (<usize>i << 2), steps, rowBytes, count);
    else packColumnsOf6(panel, a + <usize>i * rowBytes + (<usize>start << 2), steps, rowBytes, count);
    clearCorner(to, k, triangle, diagonal);
    to += <usize>k * 24;
  }
}

/** Zeros on the far side of the diagonal where it crosses a panel. */
function clearCorner(to: usize, k: i32, triangle: i32, diagonal: i32): void {
  const end = min(k, diagonal + MR);
  for (let l = max(0, diagonal); l < end; l++) {
    const row = l - diagonal;
    for (let i = 0; i < MR; i++) {
      if (triangle == A_UPPER ? i > row : i < row) store<f32>(to + <usize>l * 24 + (<usize>i << 2), 0);
    }
  }
}

/** A panel whose 6 elements per step are neighbours in memory. */
function packRowsOf6(to: usize, a: usize, k: i32, rowBytes: usize, count: i32): void {
  if (count == MR) {
    for (let l = 0; l < k; l++, a += rowBytes, to += 24) {
      v128.store(to, v128.load(a));
      store<u64>(to, load<u64>(a, 16), 16);
    }
    return;
  }
  for (let l = 0; l < k; l++, a += rowBytes, to += 24) {
    for (let i = 0; i < MR; i++) store<f32>(to + (<usize>i << 2), i < count ? load<f32>(a + (<usize>i << 2)) : 0);
  }
}

/** A panel whose 6 elements per step lie in 6 rows. */
function packColumnsOf6(to: usize, a: usize, k: i32, rowBytes: usize, count: i32): void {
  if (count < MR) {
    for (let i = 0; i < MR; i++, a += rowBytes) {
      for (let l: usize = 0; l < <usize>k; l++) store<f32>(to + l * 24 + (<usize>i << 2), i < count ? load<f32>(a + (l << 2)) : 0);
    }
    return;
  }
  let l = 0;
  for (; l + 4 <= k; l += 4, a += 16, to += 96) {
    const last = a + 4 * rowBytes;
    transpose4(to, 24, a, rowBytes);
    const r4 = v128.load(last), r5 = v128.load(last + rowBytes);
    const low = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5), high = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
    v128.store64_lane(to, low, 0, 16);
    v128.store64_lane(to, low, 1, 40);
    v128.store64_lane(to, high, 0, 64);
    v128.store64_lane(to, high, 1, 88);
  }
  for (; l < k; l++, a += 4, to += 24) {
    for (let i: usize = 0; i < 6; i++) store<f32>(to + (i << 2), load<f32>(a + i * rowBytes));
  }
}

/** Four vectors at `a`, `rowBytes` apart, transposed to `to`, `toBytes` apart. */
export function transpose4(to: usize, toBytes: usize, a: usize, rowBytes: usize): void {
  const r0 = v128.load(a), r1 = v128.load(a + rowBytes), r2 = v128.load(a + 2 * rowBytes), r3 = v128.load(a + 3 * rowBytes);
  const p0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), p1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const p2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), p3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(p0, p1, 0, 2));
  v128.store(to + toBytes, v128.shuffle<f64>(p0, p1, 1, 3));
  v128.store(to + 2 * toBytes, v128.shuffle<f64>(p2, p3, 0, 2));
  v128.store(to + 3 * toBytes, v128.shuffle<f64>(p2, p3, 1, 3));
}

/** `k` × `columns` of B as panels `[columns / 8][k][8]`; parameters as {@link packA}, `transposed`: element (l, j) lies in row j. */
export function packB(to: usize, b: usize, k: i32, columns: i32, rowBytes: usize, transposed: bool): void {
  for (let j = 0; j < columns; j += NR) {
    const count = min(columns - j, NR);
    if (transposed) packColumnsOf8(to, b + <usize>j * rowBytes, k, rowBytes, count);
    else packRowsOf8(to, b + (<usize>j << 2), k, rowBytes, count);
    to += <usize>k * 32;
  }
}

function packRowsOf8(to: usize, b: usize, k: i32, rowBytes: usize, count: i32): void {
  if (count == NR) {
    for (let l = 0; l < k; l++, b += rowBytes, to += 32) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
    }
    return;
  }
  for (let l = 0; l < k; l++, b += rowBytes, to += 32) {
    for (let j = 0; j < NR; j++) store<f32>(to + (<usize>j << 2), j < count ? load<f32>(b + (<usize>j << 2)) : 0);
  }
}

function packColumnsOf8(to: usize, b: usize, k: i32, rowBytes: usize, count: i32): void {
  if (count < NR) {
    for (let j = 0; j < NR; j++, b += rowBytes) {
      for (let l: usize = 0; l < <usize>k; l++) store<f32>(to + l * 32 + (<usize>j << 2), j < count ? load<f32>(b + (l << 2)) : 0);
    }
    return;
  }
  let l = 0;
  for (; l + 4 <= k; l += 4, b += 16, to += 128) {
    transpose4(to, 32, b, rowBytes);
    transpose4(to + 16, 32, b + 4 * rowBytes, rowBytes);
  }
  for (; l < k; l++, b += 4, to += 32) {
    for (let j: usize = 0; j < 8; j++) store<f32>(to + (j << 2), load<f32>(b + j * rowBytes));
  }
}
