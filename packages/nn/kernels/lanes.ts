/** @file Vectors of four floats: what all kernels share. */

/** a · b + c: one rounding where the machine has it, two otherwise (or where `without-relaxed.ts` has rewritten it). */
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

/** c − a · b, as {@link madd}. */
export function nmadd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_nmadd(a, b, c);
}

/**
 * Stores the first 1 to 3 of four lanes. The loads beside it may read up to 12 bytes too far, into the rounding of the buffer; stores may not, because
 * there another row (or another thread's part) begins.
 */
export function storeFirst(ptr: usize, x: v128, count: i32): void {
  if (count == 1) v128.store32_lane(ptr, x, 0);
  else {
    v128.store64_lane(ptr, x, 0);
    if (count == 3) v128.store32_lane(ptr, x, 2, 8);
  }
}

/** Stores as many of four lanes as there are elements left. */
export function storeUpTo4(ptr: usize, x: v128, left: i32): void {
  if (left >= 4) v128.store(ptr, x);
  else storeFirst(ptr, x, left);
}

/** Sum of four lanes, in the order (0 + 2) + (1 + 3). */
export function horizontalSum(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Largest of four lanes; NaN if one is. */
export function horizontalMax(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** All ones in the first `count` of four lanes. */
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Zeros from `ptr` on. For the rests of rows: `memory.fill` leaves WebAssembly. */
export function clear(ptr: usize, count: i32): void {
  for (; count >= 4; count -= 4, ptr += 16) v128.store(ptr, f32x4.splat(0));
  for (; count > 0; count--, ptr += 4) store<f32>(ptr, 0);
}
