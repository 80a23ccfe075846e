/**
 * @file Sums, maxima and minima along one run of axes: the operand is seen as `[outer, length, inner]`, the middle is reduced.
 *
 * Sums are made in blocks whose partial sums are added in double precision, so the error does not grow with the length (a plain float loop loses three
 * digits at a million elements).
 */
import { horizontalMax, horizontalSum, storeUpTo4 } from "./lanes";
import { JOB_REDUCE } from "./job-numbers";
import { argument, isBig, partStart, run, setArgument } from "./threads";

const SUM: i32 = 0;
const MAX: i32 = 1;

/** Elements (or rows) per block. */
const BLOCK: i32 = 512;

/** out[o, i] = sum (0), largest (1) or smallest (2) of x[o, :, i]; `length` at least 1 for the last two. NaN wins. */
export function reduce_f32(operation: i32, out: usize, x: usize, outer: i32, length: i32, inner: i32): void {
  if (!isBig(<f64>outer * length * inner * 4)) {
    reducePart(operation, out, x, length, inner, 0, outer, 0, inner);
    return;
  }
  setArgument(0, operation); setArgument(1, out); setArgument(2, x);
  setArgument(3, outer); setArgument(4, length); setArgument(5, inner);
  run(JOB_REDUCE);
}

/** Cut along `outer`, or along `inner` in whole vectors; a sum of everything stays with one thread. */
export function reduceJob(part: i32, parts: i32): void {
  const outer = argument(3), length = argument(4), inner = argument(5);
  if (outer >= 4 * parts) {
    reducePart(argument(0), argument(1), argument(2), length, inner, partStart(outer, part, parts), partStart(outer, part + 1, parts), 0, inner);
  } else if (inner > 1) {
    const vectors = (inner + 3) >> 2;
    reducePart(
      argument(0), argument(1), argument(2), length, inner, 0, outer, partStart(vectors, part, parts) << 2, min(inner, partStart(vectors, part + 1, parts) << 2),
    );
  } else if (part == 0) reducePart(argument(0), argument(1), argument(2), length, inner, 0, outer, 0, inner);
}

function reducePart(operation: i32, out: usize, x: usize, length: i32, inner: i32, first: i32, last: i32, column0: i32, column1: i32): void {
  for (let o = first; o < last; o++) {
    const from = x + (<usize>o * length * inner << 2), to = out + (<usize>o * inner << 2);
    if (inner == 1) store<f32>(to, operation == SUM ? sumRow(from, length) : extremeRow(operation, from, length));
    else {
      let j = column0;
      if (operation == SUM) for (; j + 16 <= column1; j += 16) sumColumns16(to + (<usize>j << 2), from + (<usize>j << 2), length, inner);
      for (; j < column1; j += 4) {
        const at = from + (<usize>j << 2);
        storeUpTo4(to + (<usize>j << 2), operation == SUM ? sumColumns(at, length, inner) : extremeColumns(operation, at, length, inner), column1 - j);
      }
    }
  }
}

/** Sum of `length` neighbours. */
export function sumRow(x: usize, length: i32): f32 {
  if (length <= BLOCK) return blockSum(x, length);
  let sum: f64 = 0;
  for (; length > 0; length -= BLOCK, x += BLOCK << 2) sum += blockSum(x, min(length, BLOCK));
  return <f32>sum;
}

function blockSum(x: usize, length: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; length >= 16; length -= 16, x += 64) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
  }
  for (; length >= 4; length -= 4, x += 16) s0 = f32x4.add(s0, v128.load(x));
  let sum = horizontalSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; length > 0; length--, x += 4) sum += load<f32>(x);
  return sum;
}

/** Sums of four neighbouring columns over `length` rows of `inner` elements. */
function sumColumns(x: usize, length: i32, inner: i32): v128 {
  const rowBytes = <usize>inner << 2;
  if (length <= BLOCK) return blockColumns(x, length, rowBytes);
  let low = f64x2.splat(0), high = low;
  for (; length > 0; length -= BLOCK, x += <usize>BLOCK * rowBytes) {
    const block = blockColumns(x, min(length, BLOCK), rowBytes);
    low = f64x2.add(low, f64x2.promote_low_f32x4(block));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(block, block, 1, 1)));
  }
  return floats(low, high);
}

/** As four times {@link sumColumns}, to the bit: a row's 16 neighbours are one cache line. */
function sumColumns16(to: usize, x: usize, length: i32, inner: i32): void {
  const rowBytes = <usize>inner << 2;
  if (length <= BLOCK) {
    blockColumns16(to, x, length, rowBytes);
    return;
  }
  let d0 = f64x2.splat(0), d1 = d0, d2 = d0, d3 = d0, d4 = d0, d5 = d0, d6 = d0, d7 = d0;
  for (; length > 0; length -= BLOCK, x += <usize>BLOCK * rowBytes) {
    blockColumns16(to, x, min(length, BLOCK), rowBytes);
    d0 = f64x2.add(d0, doubles(to)); d1 = f64x2.add(d1, doubles(to + 8));
    d2 = f64x2.add(d2, doubles(to + 16)); d3 = f64x2.add(d3, doubles(to + 24));
    d4 = f64x2.add(d4, doubles(to + 32)); d5 = f64x2.add(d5, doubles(to + 40));
    d6 = f64x2.add(d6, doubles(to + 48)); d7 = f64x2.add(d7, doubles(to + 56));
  }
  v128.store(to, floats(d0, d1));
  v128.store(to, floats(d2, d3), 16);
  v128.store(to, floats(d4, d5), 32);
  v128.store(to, floats(d6, d7), 48);
}

function doubles(x: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x));
}

function floats(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Sums of 16 columns over one block of rows; even and odd rows apart, as in {@link blockColumns}. */
function blockColumns16(to: usize, x: usize, length: i32, rowBytes: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  for (; length >= 2; length -= 2) {
    s0 = f32x4.add(s0, v128.load(x)); s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32)); s3 = f32x4.add(s3, v128.load(x, 48));
    x += rowBytes;
    t0 = f32x4.add(t0, v128.load(x)); t1 = f32x4.add(t1, v128.load(x, 16));
    t2 = f32x4.add(t2, v128.load(x, 32)); t3 = f32x4.add(t3, v128.load(x, 48));
    x += rowBytes;
  }
  if (length) {
    s0 = f32x4.add(s0, v128.load(x)); s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32)); s3 = f32x4.add(s3, v128.load(x, 48));
  }
  v128.store(to, f32x4.add(s0, t0));
  v128.store(to, f32x4.add(s1, t1), 16);
  v128.store(to, f32x4.add(s2, t2), 32);
  v128.store(to, f32x4.add(s3, t3), 48);
}

function blockColumns(x: usize, length: i32, rowBytes: usize): v128 {
  let s0 = f32x4.splat(0), s1 = s0;
  for (; length >= 2; length -= 2, x += 2 * rowBytes) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x + rowBytes));
  }
  if (length) s0 = f32x4.add(s0, v128.load(x));
  return f32x4.add(s0, s1);
}

function extreme(operation: i32, a: v128, b: v128): v128 {
  return operation == MAX ? f32x4.max(a, b) : f32x4.min(a, b);
}

function extremeRow(operation: i32, x: usize, length: i32): f32 {
  return operation == MAX ? maxRow(x, length) : -maxOfNegated(x, length);
}

/** Largest of `length` neighbours, NaN if one is. */
function maxRow(x: usize, length: i32): f32 {
  let y = f32x4.splat(-Infinity);
  for (; length >= 4; length -= 4, x += 16) y = f32x4.max(y, v128.load(x));
  let largest = horizontalMax(y);
  for (; length > 0; length--, x += 4) largest = max<f32>(largest, load<f32>(x));
  return largest;
}

function maxOfNegated(x: usize, length: i32): f32 {
  let y = f32x4.splat(-Infinity);
  for (; length >= 4; length -= 4, x += 16) y = f32x4.max(y, f32x4.neg(v128.load(x)));
  let largest = horizontalMax(y);
  for (; length > 0; length--, x += 4) largest = max<f32>(largest, -load<f32>(x));
  return largest;
}

function extremeColumns(operation: i32, x: usize, length: i32, inner: i32): v128 {
  let y = v128.load(x);
  for (let i = 1; i < length; i++) {
    x += <usize>inner << 2;
    y = extreme(operation, y, v128.load(x));
  }
  return y;
}
