/**
 * @file Matrix multiplication of floats, after Goto and van de Geijn: blocks of A and B are packed so that the inner tile reads memory in order.
 *
 * Each element of C is summed in the order of k within blocks of 256, whatever the shape of the tile or the number of threads.
 */
import { edgeTile, tile } from "./gemm-tile";
import { packA, packB, packTriangleA } from "./gemm-pack";
import { isSmall, smallGemm } from "./gemm-small";
import { clear } from "./lanes";
import { JOB_GEMM } from "./job-numbers";
import { KC, MC, MR, NC, NR, PACKED_A_BYTES, PACKED_B_BYTES } from "./memory-map";
import { firstStep, RESULT, stepsEnd } from "./gemm-triangle";
import { argument, isBig, partStart, run, setArgument, workspace } from "./threads";

/**
 * C = op(A) · op(B) for `batch` pairs of row-major matrices, C `[m, n]`.
 *
 * @param transposeA - A is stored `[k, m]` instead of `[m, k]`.
 * @param transposeB - B is stored `[n, k]` instead of `[k, n]`.
 * @param stepA - Elements from one A of the batch to the next (0: the same for all); so `stepB`.
 */
export function matmul_f32(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32, batch: i32, stepA: i32, stepB: i32,
): void {
  multiply(0, c, a, b, m, n, k, transposeA, transposeB, batch, stepA, stepB);
}

/**
 * As {@link matmul_f32} for what is 0 above the diagonal, in half the time: what lies there is neither computed nor read.
 *
 * @param triangle - 1: the result, A · B with zeros above the diagonal. 2: A, which with `transposeA` is the transpose of what is stored.
 */
export function matmul_tril_f32(
  triangle: i32, c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32, batch: i32, stepA: i32, stepB: i32,
): void {
  // A transposed has its zeros below.
  multiply(triangle == 2 && transposeA ? 3 : triangle, c, a, b, m, n, k, transposeA, transposeB, batch, stepA, stepB);
}

function multiply(
  triangle: i32, c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32, batch: i32, stepA: i32, stepB: i32,
): void {
  if (!isBig((triangle ? 1.0 : 2.0) * m * n * k * batch)) {
    multiplyPart(triangle, c, a, b, m, n, k, transposeA, transposeB, batch, stepA, stepB, 0, 1);
    return;
  }
  setArgument(0, c); setArgument(1, a); setArgument(2, b);
  setArgument(3, m); setArgument(4, n); setArgument(5, k);
  setArgument(6, transposeA); setArgument(7, transposeB);
  setArgument(8, batch); setArgument(9, stepA); setArgument(10, stepB);
  setArgument(11, triangle);
  run(JOB_GEMM);
}

export function gemmJob(part: i32, parts: i32): void {
  multiplyPart(
    argument(11), argument(0), argument(1), argument(2), argument(3), argument(4), argument(5), argument(6), argument(7), argument(8), argument(9), argument(10),
    part, parts,
  );
}

/** The batch is cut when it is long enough to be even, otherwise the rows or the columns of each matrix, in whole tiles. */
function multiplyPart(
  triangle: i32, c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32, batch: i32, stepA: i32, stepB: i32,
  part: i32, parts: i32,
): void {
  const small = !triangle && isSmall(m, n, k), byBatch = batch >= 4 * parts;
  let first = 0, last = batch, row0 = 0, row1 = m, column0 = 0, column1 = n;
  if (byBatch) {
    first = partStart(batch, part, parts);
    last = partStart(batch, part + 1, parts);
  } else if (small || m >= n) {
    const tiles = (m + MR - 1) / MR;
    row0 = partStart(tiles, part, parts) * MR;
    row1 = min(m, partStart(tiles, part + 1, parts) * MR);
  } else {
    const tiles = (n + NR - 1) / NR;
    column0 = partStart(tiles, part, parts) * NR;
    column1 = min(n, partStart(tiles, part + 1, parts) * NR);
  }
  const rowBytesA: usize = <usize>(transposeA ? m : k) << 2, rowBytesB: usize = <usize>(transposeB ? k : n) << 2;
  const space = workspace(part);
  for (let i = first; i < last; i++) {
    const ci = c + (<usize>i * m * n << 2), ai = a + (<usize>i * stepA << 2), bi = b + (<usize>i * stepB << 2);
    if (small) smallGemm(ci, ai, bi, m, n, k, transposeA, transposeB, row0, row1, space);
    else blockedGemm(triangle, ci, ai, bi, n, k, rowBytesA, rowBytesB, transposeA, transposeB, row0, row1, column0, column1, space);
  }
}

function blockedGemm(
  triangle: i32, c: usize, a: usize, b: usize, n: i32, k: i32, rowBytesA: usize, rowBytesB: usize, transposeA: i32, transposeB: i32,
  row0: i32, row1: i32, column0: i32, column1: i32, space: usize,
): void {
  const packedB = space + PACKED_A_BYTES;
  for (let j = column0; j < column1; j += NC) {
    const columns = min(column1 - j, NC);
    for (let l = 0; l < k; l += KC) {
      const depth = min(k - l, KC);
      packB(packedB, place(b, l, j, rowBytesB, transposeB), depth, columns, rowBytesB, transposeB != 0);
      for (let i = row0; i < row1; i += MC) {
        const rows = min(row1 - i, MC);
        const from = place(a, i, l, rowBytesA, transposeA), to = c + (<usize>i * n + j << 2);
        if (triangle > RESULT) packTriangleA(space, from, rows, depth, rowBytesA, triangle, i - l);
        else packA(space, from, rows, depth, rowBytesA, transposeA != 0);
        block(triangle, triangle == RESULT ? i - j : i - l, to, <usize>n << 2, rows, columns, depth, l > 0, space);
      }
    }
  }
  if (triangle == RESULT) clearAbove(c, n, row0, row1, column0, column1);
}

/** Address of element (i, j) of an operand. */
function place(x: usize, i: i32, j: i32, rowBytes: usize, transposed: i32): usize {
  return transposed ? x + <usize>j * rowBytes + (<usize>i << 2) : x + <usize>i * rowBytes + (<usize>j << 2);
}

/**
 * One block of C from the packed panels. Panels of B stay in the first-level cache while those of A pass by.
 *
 * @param diagonal - Column of the triangle (in this block) in which its diagonal meets row 0 of the block.
 */
function block(
  triangle: i32, diagonal: i32, c: usize, rowBytes: usize, rows: i32, columns: i32, depth: i32, accumulate: bool, space: usize,
): void {
  const spare = space + PACKED_A_BYTES + PACKED_B_BYTES;
  let panelB = space + PACKED_A_BYTES;
  for (let j = 0; j < columns; j += NR, panelB += <usize>depth * 32) {
    // Of a triangular result, from the tile on in which the diagonal leaves these columns.
    const first = triangle == RESULT ? max(0, j - diagonal) / MR * MR : 0;
    let panelA = space + <usize>(first / MR) * depth * 24;
    for (let i = first; i < rows; i += MR, panelA += <usize>depth * 24) {
      const to = c + <usize>i * rowBytes + (<usize>j << 2);
      const start = firstStep(triangle, diagonal + i, depth), steps = stepsEnd(triangle, diagonal + i, depth) - start;
      const a = panelA + <usize>start * 24, b = panelB + <usize>start * 32;
      if (i + MR <= rows && j + NR <= columns) tile(a, b, steps, to, rowBytes, accumulate);
      else edgeTile(a, b, steps, to, rowBytes, accumulate, rows - i, min(columns - j, NR), spare);
    }
  }
}

/** Zeros above the diagonal of C. */
function clearAbove(c: usize, n: i32, row0: i32, row1: i32, column0: i32, column1: i32): void {
  for (let i = row0; i < row1; i++) {
    const first = max(i + 1, column0);
    clear(c + (<usize>i * n + first << 2), column1 - first);
  }
}
