/** @file Pooling of image planes `[planes, h, w]` to `[planes, oh, ow]`, with gradients. */
import { JOB_POOL } from "./job-numbers";
import { argument, isBig, partStart, pointer, run, runAlone, setArgument } from "./threads";

const MAX: i32 = 0;
const MAX_GRAD: i32 = 1;
const MAX_PICK: i32 = 2;
const MEAN: i32 = 3;

/**
 * One of five operations on windows of kh × kw:
 *
 * - 0: `out` are the windows' maxima (NaN if one is NaN).
 * - 1: zeros of the shape of x, but at the first maximum of each window the sum of its `other` `[planes, oh, ow]`.
 * - 2: elements of `other`, of the shape of x, at the places of the windows' first maxima in x.
 * - 3: `out` are the windows' means.
 * - 4: `out` of shape `[planes, h, w]`: x `[planes, oh, ow]` spread evenly over the windows.
 *
 * @param countPadding - 1: padding counts as zeros in means; 0: it is left out.
 */
export function pool2d_f32(
  operation: i32, out: usize, x: usize, other: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32, strideH: i32, strideW: i32,
  padH: i32, padW: i32, countPadding: i32,
): void {
  setArgument(0, operation); setArgument(1, out); setArgument(2, x); setArgument(3, other); setArgument(4, planes);
  setArgument(5, h); setArgument(6, w); setArgument(7, oh); setArgument(8, ow); setArgument(9, kh); setArgument(10, kw);
  setArgument(11, strideH); setArgument(12, strideW); setArgument(13, padH); setArgument(14, padW); setArgument(15, countPadding);
  if (isBig(4.0 * planes * oh * ow * kh * kw)) run(JOB_POOL);
  else runAlone(JOB_POOL);
}

export function poolJob(part: i32, parts: i32): void {
  const operation = argument(0), plane = argument(5) * argument(6) << 2, pooled = argument(7) * argument(8) << 2;
  const isHalving = isHalvingWindow();
  const last = partStart(argument(4), part + 1, parts);
  for (let i = partStart(argument(4), part, parts); i < last; i++) {
    const small = i * pooled, large = i * plane;
    if (operation == MAX && isHalving) halve(pointer(1) + small, pointer(2) + large);
    else if (operation == MAX_GRAD && isHalving) halveGrad(pointer(1) + large, pointer(2) + large, pointer(3) + small);
    else if (operation == MAX) extremes(pointer(1) + small, pointer(2) + large, pointer(2) + large, 0);
    else if (operation == MAX_GRAD) extremes(pointer(1) + large, pointer(2) + large, 0, pointer(3) + small);
    else if (operation == MAX_PICK) extremes(pointer(1) + small, pointer(2) + large, pointer(3) + large, 0);
    else if (operation == MEAN) means(pointer(1) + small, pointer(2) + large);
    else spreadMeans(pointer(1) + large, pointer(2) + small);
  }
}

/** 2 × 2 windows that neither overlap nor reach over an edge. */
function isHalvingWindow(): bool {
  for (let i = 9; i < 13; i++) if (argument(i) != 2) return false;
  return argument(13) == 0 && argument(14) == 0 && 2 * argument(7) <= argument(5) && 2 * argument(8) <= argument(6);
}

/** Maxima of such windows: four at a time. */
function halve(out: usize, x: usize): void {
  const rowBytes = <usize>argument(6) << 2, columns = argument(8);
  for (let row = 0; row < argument(7); row++, x += 2 * rowBytes) {
    let at = x, column = 0;
    for (; column + 4 <= columns; column += 4, at += 32, out += 16) {
      const top = f32x4.max(evens(at), odds(at)), bottom = f32x4.max(evens(at + rowBytes), odds(at + rowBytes));
      v128.store(out, f32x4.max(top, bottom));
    }
    for (; column < columns; column++, at += 8, out += 4) {
      store<f32>(out, max<f32>(max<f32>(load<f32>(at), load<f32>(at, 4)), max<f32>(load<f32>(at + rowBytes), load<f32>(at + rowBytes, 4))));
    }
  }
}

function evens(x: usize): v128 {
  return v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 0, 2, 4, 6);
}

function odds(x: usize): v128 {
  return v128.shuffle<f32>(v128.load(x), v128.load(x, 16), 1, 3, 5, 7);
}

function halveGrad(out: usize, x: usize, g: usize): void {
  const width = argument(6), columns = argument(8), rowBytes = <usize>width << 2;
  memory.fill(out, 0, <usize>argument(5) * rowBytes);
  for (let row = 0; row < argument(7); row++, x += 2 * rowBytes, out += 2 * rowBytes, g += <usize>columns << 2) {
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const offset = <usize>column << 3;
      halveGrad4(out + offset, x + offset, v128.load(g + (<usize>column << 2)), rowBytes);
    }
    for (; column < columns; column++) windowMaximum(out, x, 0, g + (<usize>column << 2), 0, 2, 2 * column, 2 * column + 2, width);
  }
}

/** Four windows: who equals the maximum (or is NaN) and comes first in the order of rows gets the cotangent. */
function halveGrad4(out: usize, x: usize, g: v128, rowBytes: usize): void {
  const a = evens(x), b = odds(x), c = evens(x + rowBytes), d = odds(x + rowBytes);
  const largest = f32x4.max(f32x4.max(a, b), f32x4.max(c, d));
  const isA = isMaximum(a, largest);
  const isB = v128.andnot(isMaximum(b, largest), isA);
  const isC = v128.andnot(isMaximum(c, largest), v128.or(isA, isB));
  const isD = v128.not(v128.or(v128.or(isA, isB), isC));
  const ga = v128.and(g, isA), gb = v128.and(g, isB), gc = v128.and(g, isC), gd = v128.and(g, isD);
  v128.store(out, v128.shuffle<f32>(ga, gb, 0, 4, 1, 5));
  v128.store(out, v128.shuffle<f32>(ga, gb, 2, 6, 3, 7), 16);
  v128.store(out + rowBytes, v128.shuffle<f32>(gc, gd, 0, 4, 1, 5));
  v128.store(out + rowBytes, v128.shuffle<f32>(gc, gd, 2, 6, 3, 7), 16);
}

function isMaximum(x: v128, largest: v128): v128 {
  return v128.or(f32x4.eq(x, largest), f32x4.ne(x, x));
}

/** First row or column of a window inside of the image. */
function begin(place: i32, stride: i32, pad: i32): i32 {
  return max(place * stride - pad, 0);
}

/** One behind the last row or column of a window inside of the image. */
function end(place: i32, stride: i32, pad: i32, window: i32, size: i32): i32 {
  return min(place * stride - pad + window, size);
}

/** All windows of a plane. With `source` the maxima's elements of it are written in order, with `g` its elements are added at the maxima. */
function extremes(out: usize, x: usize, source: usize, g: usize): void {
  const h = argument(5), w = argument(6);
  if (g) memory.fill(out, 0, <usize>(h * w) << 2);
  for (let row = 0; row < argument(7); row++) {
    const top = begin(row, argument(11), argument(13)), bottom = end(row, argument(11), argument(13), argument(9), h);
    for (let column = 0; column < argument(8); column++) {
      const left = begin(column, argument(12), argument(14)), right = end(column, argument(12), argument(14), argument(10), w);
      windowMaximum(out, x, source, g, top, bottom, left, right, w);
      if (g) g += 4;
      else out += 4;
    }
  }
}

function windowMaximum(out: usize, x: usize, source: usize, g: usize, top: i32, bottom: i32, left: i32, right: i32, width: i32): void {
  let best: usize = <usize>(top * width + left) << 2;
  let largest = load<f32>(x + best);
  for (let i = top; i < bottom; i++) {
    for (let j = left; j < right; j++) {
      const at = <usize>(i * width + j) << 2, value = load<f32>(x + at);
      if (value > largest || (value != value && largest == largest)) {
        largest = value;
        best = at;
      }
    }
  }
  if (g) store<f32>(out + best, load<f32>(out + best) + load<f32>(g));
  else store<f32>(out, load<f32>(source + best));
}

/** What the sum of a window is divided by. */
function divisor(rows: i32, columns: i32): f32 {
  return <f32>(argument(15) ? argument(9) * argument(10) : rows * columns);
}

function means(out: usize, x: usize): void {
  const h = argument(5), w = argument(6);
  for (let row = 0; row < argument(7); row++) {
    const top = begin(row, argument(11), argument(13)), bottom = end(row, argument(11), argument(13), argument(9), h);
    for (let column = 0; column < argument(8); column++, out += 4) {
      const left = begin(column, argument(12), argument(14)), right = end(column, argument(12), argument(14), argument(10), w);
      let sum: f32 = 0;
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += load<f32>(x + (<usize>(i * w + j) << 2));
      store<f32>(out, sum / divisor(bottom - top, right - left));
    }
  }
}

function spreadMeans(out: usize, g: usize): void {
  const h = argument(5), w = argument(6);
  memory.fill(out, 0, <usize>(h * w) << 2);
  for (let row = 0; row < argument(7); row++) {
    const top = begin(row, argument(11), argument(13)), bottom = end(row, argument(11), argument(13), argument(9), h);
    for (let column = 0; column < argument(8); column++, g += 4) {
      const left = begin(column, argument(12), argument(14)), right = end(column, argument(12), argument(14), argument(10), w);
      const share = load<f32>(g) / divisor(bottom - top, right - left);
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) {
          const at = out + (<usize>(i * w + j) << 2);
          store<f32>(at, load<f32>(at) + share);
        }
      }
    }
  }
}
