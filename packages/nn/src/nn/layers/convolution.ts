/** @file Convolutions in one and two dimensions. */

import { TrainlogError } from "../../error.ts";
import { anything, type Checks, must } from "../../options/check-options.ts";
import { add, conv2d as convolve, reshape } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { fanInUniform, kaimingUniform } from "../init/init.ts";
import type { Initializer } from "../init/initializer.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import { ANY_SIZE, checkCount, showSizes, sizeFits, wrongInput } from "../shape-check.ts";
import type { Conv1d, Conv2d } from "../window-type.ts";
import { type Padding, type Pair, paddingOf, pairOf, windowCount } from "./window.ts";

/** What convolutions of any dimension share. */
interface ConvOptions {
  /** Groups of channels that do not see each other; divides both numbers of channels. Default 1. */
  readonly groups?: number;
  /** Add a bias. Default true. */
  readonly bias?: boolean;
  /** First weight. Default `init.kaimingUniform({ a: √5 })`, as in PyTorch. */
  readonly weightInit?: Initializer;
  /** First bias. Default uniform in ±1/√fan in. */
  readonly biasInit?: Initializer;
}

/** Options of {@link conv2d}; pairs are `[height, width]`. */
export interface Conv2dOptions extends ConvOptions {
  readonly kernelSize: Pair;
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros around the input. Default 0. */
  readonly padding?: Padding;
  /** Distance of the kernel's elements. Default 1. */
  readonly dilation?: Pair;
}

/** Options of {@link conv1d}. */
export interface Conv1dOptions extends ConvOptions {
  readonly kernelSize: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zeros around the input. Default 0. */
  readonly padding?: number | "valid" | "same";
  /** Distance of the kernel's elements. Default 1. */
  readonly dilation?: number;
}

const { bias, weightInit, biasInit } = SHARED_CHECKS;
/** Sizes are checked with the words of their dimension. */
const CHECKS: Checks = {
  kernelSize: must("the size of the window", (value) => value !== undefined),
  stride: anything,
  padding: anything,
  dilation: anything,
  groups: anything,
  bias,
  weightInit,
  biasInit,
};

/** A convolution with every option decided. */
interface Convolution {
  readonly label: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/**
 * Convolution (cross-correlation) of images. As `torch.nn.Conv2d`: parameters `weight` `[outChannels, inChannels / groups, kernel height, kernel
 * width]` and `bias` `[outChannels]`.
 *
 * Shape `[inChannels, height, width]` → `[outChannels, ⌊(height + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, …]`.
 *
 * @throws TrainlogError `nn/bad-option`.
 *
 * @example
 * nn.conv2d(3, 16, { kernelSize: 3, padding: 1 })   // [3, 32, 32] → [16, 32, 32]
 */
export function conv2d<const In extends number, const Out extends number, const O extends Conv2dOptions>(
  inChannels: In,
  outChannels: Out,
  options: O,
): M<Conv2d<In, Out, O>> {
  checkNnOptions("conv2d", options, CHECKS, ["kernelSize"]);
  const { kernelSize, stride = 1, padding = 0, dilation = 1 } = options;
  const kernel = pairOf("the kernelSize of conv2d", kernelSize, 1);
  const strides = pairOf("the stride of conv2d", stride, 1);
  const dilations = pairOf("the dilation of conv2d", dilation, 1);
  const convolution: Convolution = {
    label: `conv2d(${inChannels}, ${outChannels})`,
    inChannels,
    outChannels,
    kernel,
    stride: strides,
    padding: paddingOf("the padding of conv2d", padding, kernel, dilations, strides),
    dilation: dilations,
    groups: options.groups ?? 1,
  };
  const weightShape = checkedWeightShape(convolution, kernel);
  return defineLayer<Conv2d<In, Out, O>>({
    kind: "conv2d",
    label: convolution.label,
    inputShape: [inChannels, ANY_SIZE, ANY_SIZE],
    parameters: weights(weightShape, options),
    outputShape: (input) => {
      checkImage(convolution.label, input, inChannels);
      return [outChannels, ...placesOf(convolution, input)];
    },
    forward: (self, x) => {
      const bias = options.bias === false ? undefined : reshape(self.parameter("bias"), [outChannels, 1, 1]);
      return convolveImages(x, self.parameter("weight"), bias, convolution);
    },
  });
}

/**
 * Convolution (cross-correlation) of sequences. As `torch.nn.Conv1d`: parameters `weight` `[outChannels, inChannels / groups, kernelSize]` and `bias`
 * `[outChannels]`.
 *
 * Shape `[inChannels, length]` → `[outChannels, ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1]`.
 *
 * @throws TrainlogError `nn/bad-option`.
 */
export function conv1d<const In extends number, const Out extends number, const O extends Conv1dOptions>(
  inChannels: In,
  outChannels: Out,
  options: O,
): M<Conv1d<In, Out, O>> {
  checkNnOptions("conv1d", options, CHECKS, ["kernelSize"]);
  const convolution = asImages(inChannels, outChannels, options);
  const weightShape = checkedWeightShape(convolution, [options.kernelSize]);
  const check = (input: Shape): void => {
    if (input.length === 2 && sizeFits(input[0], inChannels)) return;
    throw wrongInput(convolution.label, `[${inChannels}, length]`, input);
  };
  return defineLayer<Conv1d<In, Out, O>>({
    kind: "conv1d",
    label: convolution.label,
    inputShape: [inChannels, ANY_SIZE],
    parameters: weights(weightShape, options),
    outputShape: (input) => {
      check(input);
      return [outChannels, placesOf(convolution, [inChannels, 1, input[1] ?? 0])[1]];
    },
    forward: (self, x) => {
      check(x.shape.slice(1));
      const [batch = 0, , length = 0] = x.shape;
      const image = reshape(x, [batch, inChannels, 1, length]);
      const [out, perGroup, size] = weightShape;
      const weight = reshape(self.parameter("weight"), [out ?? 0, perGroup ?? 0, 1, size ?? 0]);
      const bias = options.bias === false ? undefined : reshape(self.parameter("bias"), [outChannels, 1, 1]);
      const y = convolveImages(image, weight, bias, convolution);
      return reshape(y, [batch, outChannels, y.shape[3] ?? 0]);
    },
  });
}

/** A convolution of sequences as one of images of height 1. */
function asImages(inChannels: number, outChannels: number, options: Conv1dOptions): Convolution {
  const { kernelSize, stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  checkCount("the kernelSize of conv1d", kernelSize);
  checkCount("the stride of conv1d", stride);
  checkCount("the dilation of conv1d", dilation);
  if (typeof padding === "number") checkCount("the padding of conv1d", padding, 0);
  const kernel = [1, kernelSize] as const;
  const zeros = typeof padding === "number" ? ([0, padding] as const) : padding;
  return {
    label: `conv1d(${inChannels}, ${outChannels})`,
    inChannels,
    outChannels,
    kernel,
    stride: [1, stride],
    padding: paddingOf("the padding of conv1d", zeros, kernel, [1, dilation], [1, stride]),
    dilation: [1, dilation],
    groups,
  };
}

function checkedWeightShape({ label, inChannels, outChannels, groups }: Convolution, kernel: Shape): Shape {
  checkCount(`the number of input channels of ${label}`, inChannels);
  checkCount(`the number of output channels of ${label}`, outChannels);
  checkCount(`the number of groups of ${label}`, groups);
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new TrainlogError(
      "nn/bad-option",
      `groups divide both numbers of channels, but ${groups} groups do not divide those of ${label}`,
    );
  }
  return [outChannels, inChannels / groups, ...kernel];
}

function weights(
  shape: Shape,
  { bias = true, weightInit = kaimingUniform({ a: Math.sqrt(5) }), biasInit }: ConvOptions,
): M["parameters"] {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const weight = { shape, init: weightInit };
  if (!bias) return { weight };
  return { weight, bias: { shape: shape.slice(0, 1), init: biasInit ?? fanInUniform(fanIn) } };
}

/** Refuses what is not an image of so many channels. */
function checkImage(label: string, input: Shape, channels: number): void {
  if (input.length === 3 && sizeFits(input[0], channels)) return;
  throw wrongInput(label, `[${channels}, height, width]`, input);
}

function placesOf(convolution: Convolution, input: Shape): readonly [number, number] {
  const places = (axis: 0 | 1): number => {
    const window = {
      size: convolution.kernel[axis],
      stride: convolution.stride[axis],
      padding: convolution.padding[axis],
      dilation: convolution.dilation[axis],
    };
    const count = windowCount(input[axis + 1] ?? 0, window);
    if (count >= 1 || count === ANY_SIZE) return count;
    throw wrongInput(
      convolution.label,
      `at least the kernel's ${showSizes(convolution.kernel)} (padding counted)`,
      input,
    );
  };
  return [places(0), places(1)];
}

function convolveImages(
  x: AnyTensor,
  weight: AnyTensor,
  bias: AnyTensor | undefined,
  { stride, padding, dilation, groups }: Convolution,
): AnyTensor {
  const y = convolve(x, weight, { stride, padding, dilation, groups });
  return bias === undefined ? y : add(y, bias);
}
