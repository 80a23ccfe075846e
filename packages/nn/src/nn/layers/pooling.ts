/** @file Pooling: maxima and averages of windows. */

import { TrainlogError } from "../../error.ts";
import { anything, type Checks, flag } from "../../options/check-options.ts";
import { avgPool2d as averageWindows, maxPool2d as maximalWindows, reshape } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions } from "../layer-options.ts";
import type { LayerType } from "../layer-type.ts";
import { ANY_SIZE, checkCount, showSizes, wrongInput } from "../shape-check.ts";
import type { Pool1d, Pool2d } from "../window-type.ts";
import { type AxisWindow, type Pair, pairOf, windowCount } from "./window.ts";

/** Options of two-dimensional pooling; pairs are `[height, width]`. */
export interface Pool2dOptions {
  /** Default: the window's size, so that windows do not overlap. */
  readonly stride?: Pair;
  /** Cells around the input, at most half of the window: zeros for averages, left out of maxima. Default 0. */
  readonly padding?: Pair;
}

/** Options of one-dimensional pooling. */
export interface Pool1dOptions {
  /** Default: the window's size. */
  readonly stride?: number;
  /** As in two dimensions. Default 0. */
  readonly padding?: number;
}

/** What average pooling has beside. */
export interface AverageOptions {
  /** Whether padded zeros count in the mean. Default true, as in PyTorch. */
  readonly countPadding?: boolean;
}

const MAX_CHECKS: Checks = { stride: anything, padding: anything };
const AVERAGE_CHECKS: Checks = { ...MAX_CHECKS, countPadding: flag };

/** No options: a window that moves by its size. */
type Plain = Record<never, never>;

/** A pooling with every option decided. */
interface Pooling {
  readonly label: string;
  readonly windows: readonly [AxisWindow, AxisWindow];
  readonly apply: (images: AnyTensor) => AnyTensor;
}

/**
 * The largest element of each window. As `torch.nn.MaxPool2d`.
 *
 * Shape `[channels, height, width]` → `[channels, ⌊(height + 2·padding − size) / stride⌋ + 1, …]`.
 *
 * @param size - Of the window.
 * @throws TrainlogError `nn/bad-option`.
 */
export function maxPool2d<const K extends Pair, const O extends Pool2dOptions = Plain>(
  size: K,
  options?: O,
): M<Pool2d<"maxPool2d", K, O>> {
  checkNnOptions("maxPool2d", options ?? {}, MAX_CHECKS);
  return imageLayer<Pool2d<"maxPool2d", K, O>>("maxPool2d", poolingOf("maxPool2d", size, options, maxima));
}

/** The mean of each window. As `torch.nn.AvgPool2d`. Shapes and errors as {@link maxPool2d}. */
export function avgPool2d<const K extends Pair, const O extends Pool2dOptions & AverageOptions = Plain>(
  size: K,
  options?: O,
): M<Pool2d<"avgPool2d", K, O>> {
  checkNnOptions("avgPool2d", options ?? {}, AVERAGE_CHECKS);
  const means = averages(options?.countPadding ?? true);
  return imageLayer<Pool2d<"avgPool2d", K, O>>("avgPool2d", poolingOf("avgPool2d", size, options, means));
}

/**
 * The largest element of each window of a sequence. As `torch.nn.MaxPool1d`.
 *
 * Shape `[channels, length]` → `[channels, ⌊(length + 2·padding − size) / stride⌋ + 1]`.
 *
 * @param size - Of the window.
 * @throws TrainlogError `nn/bad-option`.
 */
export function maxPool1d<const K extends number, const O extends Pool1dOptions = Plain>(
  size: K,
  options?: O,
): M<Pool1d<"maxPool1d", K, O>> {
  checkNnOptions("maxPool1d", options ?? {}, MAX_CHECKS);
  return sequenceLayer<Pool1d<"maxPool1d", K, O>>("maxPool1d", flatPooling("maxPool1d", size, options, maxima));
}

/** The mean of each window of a sequence. As `torch.nn.AvgPool1d`. Shapes and errors as {@link maxPool1d}. */
export function avgPool1d<const K extends number, const O extends Pool1dOptions & AverageOptions = Plain>(
  size: K,
  options?: O,
): M<Pool1d<"avgPool1d", K, O>> {
  checkNnOptions("avgPool1d", options ?? {}, AVERAGE_CHECKS);
  const means = averages(options?.countPadding ?? true);
  return sequenceLayer<Pool1d<"avgPool1d", K, O>>("avgPool1d", flatPooling("avgPool1d", size, options, means));
}

/** How windows become numbers, as attributes of the primitives. */
interface Windows {
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

type Apply = (images: AnyTensor, windows: Windows) => AnyTensor;

const maxima: Apply = (images, windows) => maximalWindows(images, windows);

function averages(countPadding: boolean): Apply {
  return (images, windows) => averageWindows(images, { ...windows, countPadding });
}

function poolingOf(
  kind: string,
  size: Pair,
  { stride = size, padding = 0 }: Pool2dOptions = {},
  apply: Apply,
): Pooling {
  return decide(
    kind,
    pairOf(`the size of ${kind}`, size, 1),
    pairOf(`the stride of ${kind}`, stride, 1),
    pairOf(`the padding of ${kind}`, padding, 0),
    apply,
  );
}

/** Pooling of sequences as one of images of height 1. */
function flatPooling(
  kind: string,
  size: number,
  { stride = size, padding = 0 }: Pool1dOptions = {},
  apply: Apply,
): Pooling {
  checkCount(`the size of ${kind}`, size);
  checkCount(`the stride of ${kind}`, stride);
  checkCount(`the padding of ${kind}`, padding, 0);
  return decide(kind, [1, size], [1, stride], [0, padding], apply);
}

function decide(
  kind: string,
  window: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number],
  apply: Apply,
): Pooling {
  padding.forEach((cells, axis) => {
    if (2 * cells <= (window[axis] ?? 0)) return;
    // A window that lies in the padding alone has no maximum.
    throw new TrainlogError(
      "nn/bad-option",
      `the padding of ${kind} is at most half of the window's size; got ${cells} for ${window[axis]}`,
    );
  });
  const axisWindow = (axis: 0 | 1): AxisWindow => ({
    size: window[axis],
    stride: stride[axis],
    padding: [padding[axis], padding[axis]],
    dilation: 1,
  });
  const windows = [axisWindow(0), axisWindow(1)] as const;
  const attributes: Windows = { window, stride, padding: [windows[0].padding, windows[1].padding] };
  return { label: `${kind}(${showWindow(kind, window)})`, windows, apply: (images) => apply(images, attributes) };
}

function showWindow(kind: string, [height, width]: readonly [number, number]): string {
  return kind.endsWith("1d") || height === width ? String(width) : showSizes([height, width]);
}

function placesOf({ label, windows }: Pooling, input: Shape, sizes: Shape): readonly [number, number] {
  const [height, width] = [windowCount(sizes[0] ?? 0, windows[0]), windowCount(sizes[1] ?? 0, windows[1])];
  const fits = (count: number): boolean => count >= 1 || count === ANY_SIZE;
  if (fits(height) && fits(width)) return [height, width];
  throw wrongInput(label, "an input of at least the window's size (padding counted)", input);
}

function imageLayer<L extends LayerType>(kind: string, pooling: Pooling): M<L> {
  return defineLayer<L>({
    kind,
    label: pooling.label,
    inputShape: [ANY_SIZE, ANY_SIZE, ANY_SIZE],
    outputShape: (input) => {
      if (input.length !== 3) throw wrongInput(pooling.label, "[channels, height, width]", input);
      return [input[0] ?? 0, ...placesOf(pooling, input, input.slice(1))];
    },
    forward: (_, x) => pooling.apply(x),
  });
}

function sequenceLayer<L extends LayerType>(kind: string, pooling: Pooling): M<L> {
  const check = (input: Shape): Shape => {
    if (input.length === 2) return input;
    throw wrongInput(pooling.label, "[channels, length]", input);
  };
  return defineLayer<L>({
    kind,
    label: pooling.label,
    inputShape: [ANY_SIZE, ANY_SIZE],
    outputShape: (input) => [check(input)[0] ?? 0, placesOf(pooling, input, [1, input[1] ?? 0])[1]],
    forward: (_, x) => {
      check(x.shape.slice(1));
      const [batch = 0, channels = 0, length = 0] = x.shape;
      const y = pooling.apply(reshape(x, [batch, channels, 1, length]));
      return reshape(y, [batch, channels, y.shape[3] ?? 0]);
    },
  });
}
