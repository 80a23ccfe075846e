/**
 * @file Gradient of the convolution by its weights: each is a sum over all images and places of an output's cotangent times the input under the weight.
 *
 * Sums of 4 output channels × 3 places of the window are kept in registers, four neighbouring columns at a time. Threads share out the channels, so every
 * sum is made by one thread, image by image.
 */
import {
  aligned, C, GROUPS, H, KH, KW, N, O, OH, OTHER, OUT, OW, paddedChannel, phaseWidth, SCRATCH, SLOTS, STRIDE_H, STRIDE_W, W, windowOffset, X,
} from "./conv-arguments";
import { setOperands, setSizes, setWindow } from "./conv";
import { padImage } from "./conv-pad";
import { JOB_CONV_WEIGHTS } from "./job-numbers";
import { horizontalSum, madd } from "./lanes";
import { argument, isBig, partStart, pointer, run, runAlone } from "./threads";

/** Output channels per tile. */
const ROWS: i32 = 4;

/** out `[o, c / groups, kh, kw]` from the input x and the cotangent g `[n, o, oh, ow]`; the rest as in `conv2d_f32`. */
export function conv2d_weight_grad_f32(
  out: usize, x: usize, g: usize, scratch: usize, slots: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  strideH: i32, strideW: i32, padH: i32, padW: i32, dilationH: i32, dilationW: i32, groups: i32,
): void {
  setOperands(out, x, g, scratch, slots);
  setSizes(n, c, h, w, o, kh, kw, oh, ow);
  setWindow(strideH, strideW, padH, padW, dilationH, dilationW, groups, 1, 1, 0);
  if (isBig(2.0 * n * o * oh * ow * (c / groups) * kh * kw)) run(JOB_CONV_WEIGHTS);
  else runAlone(JOB_CONV_WEIGHTS);
}

/** Columns of a padded cotangent row: whole vectors, the last filled up with zeros. */
function gradientWidth(): i32 {
  return (argument(OW) + 3) & ~3;
}

/** Working memory of one thread: a padded image, and the cotangents of four channels. */
function slotAt(slot: i32): usize {
  const gradients = aligned(<usize>(ROWS * argument(OH) * gradientWidth()) << 2);
  return pointer(SCRATCH) + <usize>slot * (aligned(<usize>(argument(C) * paddedChannel()) << 2) + gradients);
}

export function convWeightsJob(part: i32, allParts: i32): void {
  const parts = min(allParts, argument(SLOTS));
  if (part >= parts) return;
  const groups = argument(GROUPS), perGroup = argument(O) / groups, blocks = (perGroup + ROWS - 1) / ROWS;
  const first = partStart(groups * blocks, part, parts), last = partStart(groups * blocks, part + 1, parts);
  const padded = slotAt(part), gradients = padded + aligned(<usize>(argument(C) * paddedChannel()) << 2);
  if (first == last) return;
  clearBlocks(first, last, perGroup, blocks);
  for (let image = 0; image < argument(N); image++) {
    padImage(padded, pointer(X) + (<usize>(image * argument(C) * argument(H) * argument(W)) << 2));
    for (let block = first; block < last; block++) {
      const group = block / blocks, channel = (block - group * blocks) * ROWS;
      const rows = min(perGroup - channel, ROWS);
      padGradients(gradients, image, group * perGroup + channel, rows);
      addBlock(group, group * perGroup + channel, rows, padded, gradients);
    }
  }
}

/** Floats of one output channel's weights. */
function filterSize(): i32 {
  return argument(C) / argument(GROUPS) * argument(KH) * argument(KW);
}

function clearBlocks(first: i32, last: i32, perGroup: i32, blocks: i32): void {
  for (let block = first; block < last; block++) {
    const group = block / blocks, channel = (block - group * blocks) * ROWS;
    const floats = min(perGroup - channel, ROWS) * filterSize();
    memory.fill(pointer(OUT) + (<usize>((group * perGroup + channel) * filterSize()) << 2), 0, <usize>floats << 2);
  }
}

/** Cotangents of `rows` channels with rows of whole vectors; channels that do not exist repeat zeros. */
function padGradients(to: usize, image: i32, channel: i32, rows: i32): void {
  const width = argument(OW), padded = gradientWidth(), height = argument(OH);
  let from = pointer(OTHER) + (<usize>((image * argument(O) + channel) * height * width) << 2);
  for (let row = 0; row < ROWS * height; row++, to += <usize>padded << 2) {
    const exists = row < rows * height;
    for (let j: usize = 0; j < <usize>padded; j++) store<f32>(to + (j << 2), exists && <i32>j < width ? load<f32>(from + (j << 2)) : 0);
    if (exists) from += <usize>width << 2;
  }
}

/** Adds one image's part to the weights' gradients of up to four channels. */
function addBlock(group: i32, channel: i32, rows: i32, padded: usize, gradients: usize): void {
  const perGroup = argument(C) / argument(GROUPS), window = argument(KH) * argument(KW), width = argument(KW);
  const places = perGroup * window;
  const x = padded + (<usize>(group * perGroup * paddedChannel()) << 2);
  const out = pointer(OUT) + (<usize>(channel * places) << 2);
  for (let place = 0; place < places; place += 3) {
    const count = min(places - place, 3);
    addTile(
      out + (<usize>place << 2), <usize>places << 2, rows, count, gradients,
      x + offsetOf(place, window, width), x + offsetOf(min(place + 1, places - 1), window, width), x + offsetOf(min(place + 2, places - 1), window, width),
    );
  }
}

function offsetOf(place: i32, window: i32, width: i32): usize {
  const c = place / window, rest = place - c * window, i = rest / width;
  return windowOffset(c, i, rest - i * width);
}

function addTile(out: usize, filterBytes: usize, rows: i32, count: i32, g: usize, x0: usize, x1: usize, x2: usize): void {
  const height = argument(OH), rowVectors = gradientWidth() >> 2;
  const plane = <usize>(height * gradientWidth()) << 2;
  const skip = (<usize>(argument(STRIDE_H) * argument(STRIDE_W) * phaseWidth()) << 2) - (<usize>rowVectors << 4);
  let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s10 = s00, s11 = s00, s12 = s00;
  let s20 = s00, s21 = s00, s22 = s00, s30 = s00, s31 = s00, s32 = s00;
  for (let row = 0; row < height; row++) {
    for (let end = g + (<usize>rowVectors << 4); g < end; g += 16, x0 += 16, x1 += 16, x2 += 16) {
      const y0 = v128.load(x0), y1 = v128.load(x1), y2 = v128.load(x2);
      let z = v128.load(g);
      s00 = madd(z, y0, s00); s01 = madd(z, y1, s01); s02 = madd(z, y2, s02);
      z = v128.load(g + plane);
      s10 = madd(z, y0, s10); s11 = madd(z, y1, s11); s12 = madd(z, y2, s12);
      z = v128.load(g + 2 * plane);
      s20 = madd(z, y0, s20); s21 = madd(z, y1, s21); s22 = madd(z, y2, s22);
      z = v128.load(g + 3 * plane);
      s30 = madd(z, y0, s30); s31 = madd(z, y1, s31); s32 = madd(z, y2, s32);
    }
    x0 += skip;
    x1 += skip;
    x2 += skip;
  }
  addThree(out, s00, s01, s02, count);
  if (rows > 1) addThree(out += filterBytes, s10, s11, s12, count);
  if (rows > 2) addThree(out += filterBytes, s20, s21, s22, count);
  if (rows > 3) addThree(out + filterBytes, s30, s31, s32, count);
}

function addThree(out: usize, x0: v128, x1: v128, x2: v128, count: i32): void {
  store<f32>(out, load<f32>(out) + horizontalSum(x0));
  if (count > 1) store<f32>(out, load<f32>(out, 4) + horizontalSum(x1), 4);
  if (count > 2) store<f32>(out, load<f32>(out, 8) + horizontalSum(x2), 8);
}
