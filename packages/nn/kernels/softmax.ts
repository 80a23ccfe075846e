/** @file Softmax and its logarithm over rows, with gradients. */
import { clear, firstLanes, horizontalMax, horizontalSum, storeUpTo4 } from "./lanes";
import { JOB_SOFTMAX } from "./job-numbers";
import { argument, isBig, partStart, run, setArgument } from "./threads";
import { exp, log } from "./vector-math";

/** Each of `rows` rows of `length` floats: e^(x − max) / Σ e^(x − max), or its logarithm. A row that holds NaN or +Infinity becomes NaN. */
export function softmax_f32(logarithm: i32, out: usize, x: usize, rows: i32, length: i32): void {
  start(logarithm, out, x, 0, rows, length);
}

/** Gradient of softmax from its output y: y · (g − Σ g·y); of its logarithm: g − e^y · Σ g. */
export function softmax_grad_f32(logarithm: i32, out: usize, g: usize, y: usize, rows: i32, length: i32): void {
  start(2 + logarithm, out, g, y, rows, length);
}

/** Softmax of the first i + 1 elements of row i of each matrix of `queries` rows; 0 behind them, whatever x holds there. */
export function causal_softmax_f32(out: usize, x: usize, rows: i32, length: i32, queries: i32): void {
  start(4, out, x, queries, rows, length);
}

function start(what: i32, out: usize, x: usize, y: usize, rows: i32, length: i32): void {
  if (!isBig(<f64>rows * length * 20)) {
    for (let i = 0; i < rows; i++) oneRow(what, out, x, y, i, length);
    return;
  }
  setArgument(0, what); setArgument(1, out); setArgument(2, x); setArgument(3, y);
  setArgument(4, rows); setArgument(5, length);
  run(JOB_SOFTMAX);
}

export function softmaxJob(part: i32, parts: i32): void {
  const rows = argument(4), last = partStart(rows, part + 1, parts);
  for (let i = partStart(rows, part, parts); i < last; i++) oneRow(argument(0), argument(1), argument(2), argument(3), i, argument(5));
}

function oneRow(what: i32, out: usize, x: usize, y: usize, row: i32, length: i32): void {
  const offset = <usize>row * length << 2;
  if (what == 0) softmaxRow(out + offset, x + offset, length);
  else if (what == 1) logSoftmaxRow(out + offset, x + offset, length);
  else if (what == 2) softmaxGradRow(out + offset, x + offset, y + offset, length);
  else if (what == 3) logSoftmaxGradRow(out + offset, x + offset, y + offset, length);
  else causalRow(out + offset, x + offset, length, min(length, row % <i32>y + 1));
}

function causalRow(out: usize, x: usize, length: i32, visible: i32): void {
  softmaxRow(out, x, visible);
  clear(out + (<usize>visible << 2), length - visible);
}

/**
 * Largest of a row, or of what is before and behind a NaN: that makes the whole row NaN anyway, and a maximum that keeps it would cost four times as
 * much.
 */
function largest(x: usize, length: i32): f32 {
  let y = f32x4.splat(-Infinity), z = y;
  for (; length >= 8; length -= 8, x += 32) {
    y = f32x4.pmax(y, v128.load(x));
    z = f32x4.pmax(z, v128.load(x, 16));
  }
  y = f32x4.pmax(y, z);
  if (length >= 4) y = f32x4.pmax(y, v128.load(x));
  if (length & 3) {
    x += <usize>(length & 4) << 2;
    y = f32x4.pmax(y, v128.bitselect(v128.load(x), f32x4.splat(-Infinity), firstLanes(length & 3)));
  }
  return horizontalMax(y);
}

function softmaxRow(out: usize, x: usize, length: i32): void {
  const shift = f32x4.splat(largest(x, length));
  let sums = f32x4.splat(0);
  for (let left = length, at: usize = 0; left > 0; left -= 4, at += 16) {
    const e = exp(f32x4.sub(v128.load(x + at), shift));
    sums = f32x4.add(sums, left >= 4 ? e : v128.and(e, firstLanes(left)));
    storeUpTo4(out + at, e, left);
  }
  const factor = f32x4.splat(1 / horizontalSum(sums));
  for (let left = length; left > 0; left -= 4, out += 16) storeUpTo4(out, f32x4.mul(v128.load(out), factor), left);
}

function logSoftmaxRow(out: usize, x: usize, length: i32): void {
  const shift = f32x4.splat(largest(x, length));
  let sums = f32x4.splat(0);
  for (let left = length, at: usize = 0; left > 0; left -= 4, at += 16) {
    const e = exp(f32x4.sub(v128.load(x + at), shift));
    sums = f32x4.add(sums, left >= 4 ? e : v128.and(e, firstLanes(left)));
  }
  const logarithm = log(f32x4.splat(horizontalSum(sums)));
  for (let left = length; left > 0; left -= 4, out += 16, x += 16) {
    storeUpTo4(out, f32x4.sub(f32x4.sub(v128.load(x), shift), logarithm), left);
  }
}

function softmaxGradRow(out: usize, g: usize, y: usize, length: i32): void {
  let sums = f32x4.splat(0);
  for (let left = length, at: usize = 0; left > 0; left -= 4, at += 16) {
    const product = f32x4.mul(v128.load(g + at), v128.load(y + at));
    sums = f32x4.add(sums, left >= 4 ? product : v128.and(product, firstLanes(left)));
  }
  const sum = f32x4.splat(horizontalSum(sums));
  for (let left = length; left > 0; left -= 4, out += 16, g += 16, y += 16) {
    storeUpTo4(out, f32x4.mul(v128.load(y), f32x4.sub(v128.load(g), sum)), left);
  }
}

function logSoftmaxGradRow(out: usize, g: usize, y: usize, length: i32): void {
  let sums = f32x4.splat(0);
  for (let left = length, at: usize = 0; left > 0; left -= 4, at += 16) {
    const part = v128.load(g + at);
    sums = f32x4.add(sums, left >= 4 ? part : v128.and(part, firstLanes(left)));
  }
  const sum = f32x4.splat(horizontalSum(sums));
  for (let left = length; left > 0; left -= 4, out += 16, g += 16, y += 16) {
    storeUpTo4(out, f32x4.sub(v128.load(g), f32x4.mul(exp(v128.load(y)), sum)), left);
  }
}
