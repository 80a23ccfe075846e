/**
 * @file One convolution as its parts see it: places in the list of job arguments.
 *
 * All three directions use the same words: `x` is what is read through the window, padded in working memory; C, H, W are its sizes.
 */
import { argument } from "./threads";

export const OUT: i32 = 0;
export const X: i32 = 1;
/** Weights, or for the weights' gradient the cotangent of the output. */
export const OTHER: i32 = 2;
export const SCRATCH: i32 = 3;
/** Threads that have a place for padded images in the working memory. */
export const SLOTS: i32 = 4;
export const N: i32 = 5;
export const C: i32 = 6;
export const H: i32 = 7;
export const W: i32 = 8;
export const O: i32 = 9;
export const KH: i32 = 10;
export const KW: i32 = 11;
export const OH: i32 = 12;
export const OW: i32 = 13;
export const STRIDE_H: i32 = 14;
export const STRIDE_W: i32 = 15;
/** Zeros before the first row and column; negative crops. */
export const PAD_H: i32 = 16;
export const PAD_W: i32 = 17;
export const DILATION_H: i32 = 18;
export const DILATION_W: i32 = 19;
export const GROUPS: i32 = 20;
/** Distance that neighbours of x are pulled apart to, with zeros between: the stride of the convolution that this is the gradient of. */
export const SPREAD_H: i32 = 21;
export const SPREAD_W: i32 = 22;
/** 1: the weights are used mirrored and with their channels swapped, as the input's gradient needs them. */
export const MIRRORED: i32 = 23;

/** Rows of a padded image. */
export function paddedRows(): i32 {
  return (argument(OH) - 1) * argument(STRIDE_H) + (argument(KH) - 1) * argument(DILATION_H) + 1;
}

/**
 * Floats in one phase of a padded row. With stride s a row is kept as s phases, of every s-th column each, so that the 8 inputs of 8 neighbouring outputs
 * are neighbours as well.
 */
export function phaseWidth(): i32 {
  return ((argument(OW) + 7) & ~7) + (((argument(KW) - 1) * argument(DILATION_W)) / argument(STRIDE_W) + 3 & ~3);
}

/** Floats of a padded channel. */
export function paddedChannel(): i32 {
  return paddedRows() * argument(STRIDE_W) * phaseWidth();
}

/** Bytes, rounded up so that what follows is aligned. */
export function aligned(bytes: usize): usize {
  return (bytes + 63) & ~63;
}

/** Byte offset in a padded image, from the place of an output, of the input under the window's place (c, i, j). */
export function windowOffset(c: i32, i: i32, j: i32): usize {
  const column = j * argument(DILATION_W), stride = argument(STRIDE_W);
  const row = i * argument(DILATION_H) * stride + (column % stride);
  return <usize>(c * paddedChannel() + row * phaseWidth() + column / stride) << 2;
}
