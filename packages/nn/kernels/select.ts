/** @file `where`: one of two operands by a condition, with broadcasting as in `./binary.ts`. */
import { storeUpTo4 } from "./lanes";

/**
 * out = condition ≠ 0 ? a : b, elements of 4 bytes; steps as in `binary`.
 *
 * @param isInt - The condition is int32 instead of float (where −0 is false too).
 */
export function select_4(
  isInt: i32, out: usize, n2: i32, n1: i32, n0: i32,
  condition: usize, c2: i32, c1: i32, c0: i32, a: usize, a2: i32, a1: i32, a0: i32, b: usize, b2: i32, b1: i32, b0: i32,
): void {
  for (let i2 = 0; i2 < n2; i2++) {
    for (let i1 = 0; i1 < n1; i1++, out += <usize>n0 << 2) {
      selectRow(
        isInt, out, n0, condition + (<usize>(i2 * c2 + i1 * c1) << 2), c0, a + (<usize>(i2 * a2 + i1 * a1) << 2), a0, b + (<usize>(i2 * b2 + i1 * b1) << 2), b0,
      );
    }
  }
}

function selectRow(isInt: i32, out: usize, size: i32, condition: usize, c0: i32, a: usize, a0: i32, b: usize, b0: i32): void {
  for (let at: usize = 0; size > 0; size -= 4, at += 16) {
    const c = next(condition, c0, at);
    const chosen = isInt ? i32x4.ne(c, i32x4.splat(0)) : f32x4.ne(c, f32x4.splat(0));
    storeUpTo4(out + at, v128.bitselect(next(a, a0, at), next(b, b0, at), chosen), size);
  }
}

function next(x: usize, step: i32, offset: usize): v128 {
  return step ? v128.load(x + offset) : v128.load32_splat(x);
}
