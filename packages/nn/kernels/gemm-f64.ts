/** @file Matrix multiplication of doubles: for checking, so plain. */

/** As `matmul_f32`. */
export function matmul_f64(
  c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, transposeA: i32, transposeB: i32, batch: i32, stepA: i32, stepB: i32,
): void {
  const stepI: usize = transposeA ? 8 : <usize>k << 3, stepL: usize = transposeA ? <usize>m << 3 : 8;
  for (let i = 0; i < batch; i++) {
    for (let row = 0; row < m; row++, c += <usize>n << 3) {
      if (transposeB) rowByDots(c, a + <usize>row * stepI, stepL, b, n, k);
      else rowByColumns(c, a + <usize>row * stepI, stepL, b, n, k);
    }
    a += <usize>stepA << 3;
    b += <usize>stepB << 3;
  }
}

function rowByDots(c: usize, a: usize, stepL: usize, b: usize, n: i32, k: i32): void {
  for (let j = 0; j < n; j++, c += 8) {
    let sum: f64 = 0;
    for (let l = 0, at = a; l < k; l++, at += stepL, b += 8) sum += load<f64>(at) * load<f64>(b);
    store<f64>(c, sum);
  }
}

function rowByColumns(c: usize, a: usize, stepL: usize, b: usize, n: i32, k: i32): void {
  memory.fill(c, 0, <usize>n << 3);
  for (let l = 0; l < k; l++, a += stepL) {
    const x = load<f64>(a);
    let to = c;
    for (let j = 0; j < n; j++, to += 8, b += 8) store<f64>(to, load<f64>(to) + x * load<f64>(b));
  }
}
