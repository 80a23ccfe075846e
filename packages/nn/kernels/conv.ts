/**
 * @file Two-dimensional convolution of floats, images `[N, C, H, W]`, weights `[O, C / groups, KH, KW]`, and its gradient by the input.
 *
 * No column matrix is built: with the images padded (`./conv-pad.ts`) the 8 inputs under one weight, for 8 neighbouring outputs, are 8 neighbours, so the
 * matrix multiplication's 6 × 8 tile reads them in place. Each sum runs over (c, i, j) in order.
 */
import {
  aligned, C, DILATION_H, DILATION_W, GROUPS, H, KH, KW, MIRRORED, N, O, OH, OTHER, OUT, OW, PAD_H, PAD_W, paddedChannel, phaseWidth, SCRATCH, SLOTS,
  SPREAD_H, SPREAD_W, STRIDE_H, STRIDE_W, W, windowOffset, X,
} from "./conv-arguments";
import { padImage } from "./conv-pad";
import { JOB_CONV } from "./job-numbers";
import { madd, storeUpTo4 } from "./lanes";
import { MR } from "./memory-map";
import { argument, isBig, partStart, pointer, run, runAlone, setArgument } from "./threads";

/**
 * out `[n, o, oh, ow]` = x `[n, c, h, w]` convolved with the weights.
 *
 * @param scratch - Working memory, of the size that `convolutionScratch` (`src/engine/lowerings/convolution.ts`) says.
 * @param slots - For how many threads it is.
 * @param padH - Rows of zeros above; below, as many as the output's size asks for. So `padW`.
 */
export function conv2d_f32(
  out: usize, x: usize, weights: usize, scratch: usize, slots: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  strideH: i32, strideW: i32, padH: i32, padW: i32, dilationH: i32, dilationW: i32, groups: i32,
): void {
  setOperands(out, x, weights, scratch, slots);
  setSizes(n, c, h, w, o, kh, kw, oh, ow);
  setWindow(strideH, strideW, padH, padW, dilationH, dilationW, groups, 1, 1, 0);
  start();
}

/**
 * Gradient by the input: out `[n, c, h, w]` from the cotangent g `[n, o, oh, ow]`. It is the convolution of g, spread by the stride, with the mirrored
 * weights. Sizes are those of the forward convolution.
 */
export function conv2d_input_grad_f32(
  out: usize, g: usize, weights: usize, scratch: usize, slots: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  strideH: i32, strideW: i32, padH: i32, padW: i32, dilationH: i32, dilationW: i32, groups: i32,
): void {
  setOperands(out, g, weights, scratch, slots);
  setSizes(n, o, oh, ow, c, kh, kw, h, w);
  setWindow(1, 1, (kh - 1) * dilationH - padH, (kw - 1) * dilationW - padW, dilationH, dilationW, groups, strideH, strideW, 1);
  start();
}

export function setOperands(out: usize, x: usize, other: usize, scratch: usize, slots: i32): void {
  setArgument(OUT, out); setArgument(X, x); setArgument(OTHER, other); setArgument(SCRATCH, scratch); setArgument(SLOTS, slots);
}

export function setSizes(n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32): void {
  setArgument(N, n); setArgument(C, c); setArgument(H, h); setArgument(W, w); setArgument(O, o);
  setArgument(KH, kh); setArgument(KW, kw); setArgument(OH, oh); setArgument(OW, ow);
}

export function setWindow(
  strideH: i32, strideW: i32, padH: i32, padW: i32, dilationH: i32, dilationW: i32, groups: i32, spreadH: i32, spreadW: i32, mirrored: i32,
): void {
  setArgument(STRIDE_H, strideH); setArgument(STRIDE_W, strideW); setArgument(PAD_H, padH); setArgument(PAD_W, padW);
  setArgument(DILATION_H, dilationH); setArgument(DILATION_W, dilationW); setArgument(GROUPS, groups);
  setArgument(SPREAD_H, spreadH); setArgument(SPREAD_W, spreadW); setArgument(MIRRORED, mirrored);
}

/** Length of one sum: places of the window times channels of a group. */
function depth(): i32 {
  return argument(C) / argument(GROUPS) * argument(KH) * argument(KW);
}

/** Six outputs' weights side by side, for each group: panels in a group. */
function panels(): i32 {
  return (argument(O) / argument(GROUPS) + MR - 1) / MR;
}

function panelBytes(): usize {
  return <usize>(depth() * MR) << 2;
}

function offsetsAt(): usize {
  return pointer(SCRATCH) + aligned(<usize>(panels() * argument(GROUPS)) * panelBytes());
}

function slotAt(slot: i32): usize {
  const bytes = aligned(<usize>(argument(C) * paddedChannel()) << 2);
  return offsetsAt() + aligned(<usize>depth() << 2) + <usize>slot * bytes;
}

function start(): void {
  packWeights();
  writeOffsets();
  const work = 2.0 * argument(N) * argument(O) * argument(OH) * argument(OW) * depth();
  if (isBig(work)) run(JOB_CONV);
  else runAlone(JOB_CONV);
}

/** Panels `[k][6]` of six output channels, with zeros where a group has no more. */
function packWeights(): void {
  const perGroup = argument(O) / argument(GROUPS), length = depth(), blocks = panels();
  let to = pointer(SCRATCH);
  for (let group = 0; group < argument(GROUPS); group++) {
    for (let block = 0; block < blocks; block++, to += panelBytes()) {
      for (let row = 0; row < MR; row++) {
        const channel = block * MR + row;
        for (let l = 0; l < length; l++) {
          store<f32>(to + (<usize>(l * MR + row) << 2), channel < perGroup ? load<f32>(weightAt(group, channel, l)) : 0);
        }
      }
    }
  }
}

/** Address of the weight of an output channel of a group at place `l` of the sum. */
function weightAt(group: i32, channel: i32, l: i32): usize {
  const window = argument(KH) * argument(KW), groups = argument(GROUPS);
  const perGroupIn = argument(C) / groups, perGroupOut = argument(O) / groups;
  const c = l / window, place = l - c * window;
  // Mirrored weights are stored [C, O / groups, KH, KW] from here: input and output channels have changed places.
  const index = argument(MIRRORED)
    ? ((group * perGroupIn + c) * perGroupOut + channel) * window + (window - 1 - place)
    : ((group * perGroupOut + channel) * perGroupIn + c) * window + place;
  return pointer(OTHER) + (<usize>index << 2);
}

function writeOffsets(): void {
  let to = offsetsAt();
  for (let c = 0; c < argument(C) / argument(GROUPS); c++) {
    for (let i = 0; i < argument(KH); i++) for (let j = 0; j < argument(KW); j++, to += 4) store<usize>(to, windowOffset(c, i, j));
  }
}

/** Images are shared out, or where there are too few, the rows of each. */
export function convJob(part: i32, allParts: i32): void {
  const parts = min(allParts, argument(SLOTS)), images = argument(N), rows = argument(OH);
  if (part >= parts) return;
  let first = 0, last = images, row0 = 0, row1 = rows;
  if (images >= parts) {
    first = partStart(images, part, parts);
    last = partStart(images, part + 1, parts);
  } else {
    row0 = partStart(rows, part, parts);
    row1 = partStart(rows, part + 1, parts);
  }
  const padded = slotAt(part);
  for (let image = first; image < last; image++) {
    padImage(padded, pointer(X) + (<usize>(image * argument(C) * argument(H) * argument(W)) << 2));
    for (let group = 0; group < argument(GROUPS); group++) convolveGroup(image, group, padded, row0, row1);
  }
}

function convolveGroup(image: i32, group: i32, padded: usize, row0: i32, row1: i32): void {
  const groups = argument(GROUPS), perGroup = argument(O) / groups, length = depth(), blocks = panels();
  const width = argument(OW), plane = argument(OH) * width;
  const rowBytes = <usize>(argument(STRIDE_H) * argument(STRIDE_W) * phaseWidth()) << 2;
  const offsets = offsetsAt(), weights = pointer(SCRATCH) + <usize>(group * blocks) * panelBytes();
  const x = padded + (<usize>(group * (argument(C) / groups) * paddedChannel()) << 2);
  const out = pointer(OUT) + (<usize>((image * argument(O) + group * perGroup) * plane) << 2);
  for (let row = row0; row < row1; row++) {
    for (let column = 0; column < width; column += 8) {
      const from = x + <usize>row * rowBytes + (<usize>column << 2);
      let to = out + (<usize>(row * width + column) << 2), panel = weights;
      for (let block = 0; block < blocks; block++, panel += panelBytes(), to += <usize>(MR * plane) << 2) {
        convTile(panel, from, offsets, length, to, <usize>plane << 2, min(perGroup - block * MR, MR), width - column);
      }
    }
  }
}

/** 6 channels × 8 neighbouring outputs; `rows` and `columns` say how many of them exist. */
function convTile(a: usize, x: usize, offsets: usize, length: i32, to: usize, planeBytes: usize, rows: i32, columns: i32): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let end = a + <usize>length * 24; a < end; a += 24, offsets += 4) {
    const b = x + load<usize>(offsets);
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let y = v128.load32_splat(a);
    c00 = madd(y, b0, c00); c01 = madd(y, b1, c01);
    y = v128.load32_splat(a, 4);
    c10 = madd(y, b0, c10); c11 = madd(y, b1, c11);
    y = v128.load32_splat(a, 8);
    c20 = madd(y, b0, c20); c21 = madd(y, b1, c21);
    y = v128.load32_splat(a, 12);
    c30 = madd(y, b0, c30); c31 = madd(y, b1, c31);
    y = v128.load32_splat(a, 16);
    c40 = madd(y, b0, c40); c41 = madd(y, b1, c41);
    y = v128.load32_splat(a, 20);
    c50 = madd(y, b0, c50); c51 = madd(y, b1, c51);
  }
  store8(to, c00, c01, columns);
  if (rows > 1) store8(to += planeBytes, c10, c11, columns);
  if (rows > 2) store8(to += planeBytes, c20, c21, columns);
  if (rows > 3) store8(to += planeBytes, c30, c31, columns);
  if (rows > 4) store8(to += planeBytes, c40, c41, columns);
  if (rows > 5) store8(to + planeBytes, c50, c51, columns);
}

function store8(to: usize, x0: v128, x1: v128, columns: i32): void {
  storeUpTo4(to, x0, columns);
  if (columns > 4) storeUpTo4(to + 16, x1, columns - 4);
}
