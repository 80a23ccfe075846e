/** @file The inner tile of matrix multiplication: 6 × 8 sums in registers over packed panels. */
import { MR, NR } from "./memory-map";
import { madd } from "./lanes";

/**
 * C[6, 8] (+)= Aᵀ · B for one panel of A (`[k][6]`) and one of B (`[k][8]`).
 *
 * Twelve sums, two vectors of B and one broadcast element of A fill the 16 registers of SSE/AVX; more would spill.
 */
export function tile(a: usize, b: usize, k: i32, c: usize, rowBytes: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let end = a + <usize>k * 24; a < end; a += 24, b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
  }
  if (accumulate) {
    storeSum(c, c00, c01); c += rowBytes;
    storeSum(c, c10, c11); c += rowBytes;
    storeSum(c, c20, c21); c += rowBytes;
    storeSum(c, c30, c31); c += rowBytes;
    storeSum(c, c40, c41); c += rowBytes;
    storeSum(c, c50, c51);
  } else {
    v128.store(c, c00); v128.store(c, c01, 16); c += rowBytes;
    v128.store(c, c10); v128.store(c, c11, 16); c += rowBytes;
    v128.store(c, c20); v128.store(c, c21, 16); c += rowBytes;
    v128.store(c, c30); v128.store(c, c31, 16); c += rowBytes;
    v128.store(c, c40); v128.store(c, c41, 16); c += rowBytes;
    v128.store(c, c50); v128.store(c, c51, 16);
  }
}

function storeSum(c: usize, x0: v128, x1: v128): void {
  v128.store(c, f32x4.add(v128.load(c), x0));
  v128.store(c, f32x4.add(v128.load(c, 16), x1), 16);
}

/** As {@link tile} at the edge of C, where only `rows` × `columns` exist: through a whole tile in `spare`. */
export function edgeTile(a: usize, b: usize, k: i32, c: usize, rowBytes: usize, accumulate: bool, rows: i32, columns: i32, spare: usize): void {
  tile(a, b, k, spare, NR << 2, false);
  for (let i = 0; i < min(rows, MR); i++) {
    for (let j: usize = 0; j < <usize>columns; j++) {
      const x = load<f32>(spare + (j << 2));
      const at = c + (j << 2);
      store<f32>(at, accumulate ? load<f32>(at) + x : x);
    }
    spare += NR << 2;
    c += rowBytes;
  }
}
