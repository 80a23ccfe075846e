/** @file Layer normalisation of rows, without scale and shift, and its gradient. */
import { firstLanes, horizontalSum, madd, storeUpTo4 } from "./lanes";
import { JOB_LAYER_NORM } from "./job-numbers";
import { sumRow } from "./reduce";
import { argument, floatArgument, isBig, partStart, run, setArgument } from "./threads";

/** Each of `rows` rows of `length` floats: (x − mean) / √(variance + epsilon), the variance divided by `length`. */
export function layer_norm_f32(out: usize, x: usize, rows: i32, length: i32, epsilon: f32): void {
  start(out, x, 0, rows, length, epsilon);
}

/** Gradient by x from the cotangent g: (g − mean(g) − y · mean(g · y)) / √(variance + epsilon), where y is the normalised row. */
export function layer_norm_grad_f32(out: usize, x: usize, g: usize, rows: i32, length: i32, epsilon: f32): void {
  start(out, x, g, rows, length, epsilon);
}

function start(out: usize, x: usize, g: usize, rows: i32, length: i32, epsilon: f32): void {
  setArgument(0, out); setArgument(1, x); setArgument(2, g); setArgument(3, rows); setArgument(4, length);
  setArgument(5, reinterpret<i32>(epsilon));
  if (isBig(<f64>rows * length * 10)) run(JOB_LAYER_NORM);
  else layerNormJob(0, 1);
}

export function layerNormJob(part: i32, parts: i32): void {
  const length = argument(4), last = partStart(argument(3), part + 1, parts);
  const out = argument(0), x = argument(1), g = argument(2), epsilon = floatArgument(5);
  for (let row = partStart(argument(3), part, parts); row < last; row++) {
    const offset = (row * length) << 2;
    if (g) gradientRow(out + offset, x + offset, g + offset, length, epsilon);
    else normalizeRow(out + offset, x + offset, length, epsilon);
  }
}

function inverseDeviation(x: usize, length: i32, mean: f32, epsilon: f32): f32 {
  const means = f32x4.splat(mean);
  let sums = f32x4.splat(0);
  for (let left = length; left > 0; left -= 4, x += 16) {
    let d = f32x4.sub(v128.load(x), means);
    if (left < 4) d = v128.and(d, firstLanes(left));
    sums = madd(d, d, sums);
  }
  return 1 / sqrt<f32>(horizontalSum(sums) / <f32>length + epsilon);
}

function normalizeRow(out: usize, x: usize, length: i32, epsilon: f32): void {
  const mean = sumRow(x, length) / <f32>length;
  const factor = f32x4.splat(inverseDeviation(x, length, mean, epsilon)), means = f32x4.splat(mean);
  for (let left = length; left > 0; left -= 4, x += 16, out += 16) {
    storeUpTo4(out, f32x4.mul(f32x4.sub(v128.load(x), means), factor), left);
  }
}

function gradientRow(out: usize, x: usize, g: usize, length: i32, epsilon: f32): void {
  const mean = sumRow(x, length) / <f32>length, inverse = inverseDeviation(x, length, mean, epsilon);
  const factor = f32x4.splat(inverse), means = f32x4.splat(mean);
  let products = f32x4.splat(0);
  for (let left = length, at: usize = 0; left > 0; left -= 4, at += 16) {
    const y = f32x4.mul(f32x4.sub(v128.load(x + at), means), factor);
    let product = f32x4.mul(v128.load(g + at), y);
    if (left < 4) product = v128.and(product, firstLanes(left));
    products = f32x4.add(products, product);
  }
  const meanG = f32x4.splat(sumRow(g, length) / <f32>length), meanProduct = f32x4.splat(horizontalSum(products) / <f32>length);
  for (let left = length; left > 0; left -= 4, out += 16, x += 16, g += 16) {
    const y = f32x4.mul(f32x4.sub(v128.load(x), means), factor);
    const centred = f32x4.sub(f32x4.sub(v128.load(g), meanG), f32x4.mul(y, meanProduct));
    storeUpTo4(out, f32x4.mul(centred, factor), left);
  }
}
