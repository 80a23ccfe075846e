/**
 * @file Two-dimensional convolution (cross-correlation, as everywhere in the field) and its two gradients.
 *
 * The three are bilinear and each one's gradients are the other two, so derivatives of every order stay among them.
 */
import { apply } from "../engine/apply.ts";
import { checkWhole } from "../shape/axes.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import { convSize, type WindowAxis } from "../shape/window.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { convolutionOfExamples } from "./convolution-batch.ts";
import { forwardReference, inputGradReference, weightGradReference } from "./convolution-reference.ts";
import { operand } from "./operands.ts";
import { checkImages, type Pair } from "./pool-windows.ts";
import { type Abstract, definePrimitive, type Primitive } from "./primitive.ts";
import { checkFloat, checkSameDType, checkShapeIs } from "./shape-rules.ts";

/** How a filter is laid over an image; each pair is [vertical, horizontal]. */
export interface ConvolutionAttributes {
  readonly stride: Pair;
  /** Zeros [before, after] the image. */
  readonly padding: Pair<Pair>;
  /** Distance between the filter's taps; 1 is an ordinary filter. */
  readonly dilation: Pair;
  /** Channels are split into that many groups, each with its own filters. */
  readonly groups: number;
}

/** Attributes of {@link conv2dInputGradPrimitive}: with the image's height and width, which the result does not tell when the stride is above 1. */
export interface InputGradAttributes extends ConvolutionAttributes {
  readonly inputSize: Pair;
}

/** Attributes of {@link conv2dWeightGradPrimitive}: with the filter's height and width, for the same reason. */
export interface WeightGradAttributes extends ConvolutionAttributes {
  readonly kernelSize: Pair;
}

function along(axis: 0 | 1, kernel: number, { stride, padding, dilation }: ConvolutionAttributes): WindowAxis {
  return { kernel, stride: stride[axis], padding: padding[axis], dilation: dilation[axis] };
}

/** Shape of the result of a convolution. */
function resultShape(operation: string, image: Shape, weight: Shape, attributes: ConvolutionAttributes): Shape {
  const [batch = 0, channels = 0, height = 0, width = 0] = checkImages(operation, image);
  checkFilters(operation, channels, weight, attributes.groups);
  const [outChannels = 0, , kernelHeight = 0, kernelWidth = 0] = weight;
  const rows = convSize(operation, height, along(0, kernelHeight, attributes));
  return [batch, outChannels, rows, convSize(operation, width, along(1, kernelWidth, attributes))];
}

function checkFilters(operation: string, channels: number, weight: Shape, groups: number): void {
  checkWhole(`${operation}: the number of groups`, groups, 1);
  const [outChannels = 0, perGroup = 0] = weight;
  if (weight.length === 4 && outChannels % groups === 0 && perGroup * groups === channels) return;
  throw shapeError(
    `${operation}: the filters do not fit images of ${channels} channels in ${groups} ${groups === 1 ? "group" : "groups"}`,
    `[out channels${groups === 1 ? "" : `, a multiple of ${groups}`}, ${channels / groups}, height, width]`,
    showShape(weight),
  );
}

function checkOperands(operation: string, a: Abstract, b: Abstract): void {
  checkSameDType(operation, a.dtype, b.dtype);
  checkFloat(operation, a);
}

/** Convolution of images `[n, c, h, w]` with filters `[o, c / groups, kh, kw]`. */
export const conv2dPrimitive: Primitive<ConvolutionAttributes> = definePrimitive({
  name: "conv2d",
  infer: (inputs, attributes) => {
    const x = operand(inputs, 0);
    const w = operand(inputs, 1);
    checkOperands("conv2d", x, w);
    return { shape: resultShape("conv2d", x.shape, w.shape, attributes), dtype: x.dtype };
  },
  vjp: (g, inputs, _, attributes, needs) => {
    const x = operand(inputs, 0);
    const w = operand(inputs, 1);
    return [
      needs[0] === true ? conv2dInputGrad(g, w, { ...attributes, inputSize: spatial(x) }) : undefined,
      needs[1] === true ? conv2dWeightGrad(x, g, { ...attributes, kernelSize: spatial(w) }) : undefined,
    ];
  },
  reference: (output, inputs, attributes) =>
    forwardReference(output, operand(inputs, 0), operand(inputs, 1), attributes),
  batch: (inputs, attributes) =>
    convolutionOfExamples(inputs, attributes, {
      inputs: ["image", "weight"],
      output: "result",
      run: (x, w, grouped) => apply(conv2dPrimitive, [x, w], grouped),
    }),
});

function spatial({ shape }: Abstract): Pair {
  return [shape[2] ?? 0, shape[3] ?? 0];
}

/** Cotangent of the images from that of the result `[n, o, oh, ow]` and the filters. */
export const conv2dInputGradPrimitive: Primitive<InputGradAttributes> = definePrimitive({
  name: "conv2dInputGrad",
  infer: (inputs, attributes) => {
    const g = operand(inputs, 0);
    const w = operand(inputs, 1);
    checkOperands("conv2dInputGrad", g, w);
    const channels = (w.shape[1] ?? 0) * attributes.groups;
    const shape = [g.shape[0] ?? 0, channels, ...attributes.inputSize];
    checkShapeIs(
      "conv2dInputGrad",
      "the result's cotangent",
      g.shape,
      resultShape("conv2dInputGrad", shape, w.shape, attributes),
    );
    return { shape, dtype: g.dtype };
  },
  vjp: (u, inputs, _, { inputSize, ...attributes }, needs) => {
    const g = operand(inputs, 0);
    const w = operand(inputs, 1);
    return [
      needs[0] === true ? conv2d(u, w, attributes) : undefined,
      needs[1] === true ? conv2dWeightGrad(u, g, { ...attributes, kernelSize: spatial(w) }) : undefined,
    ];
  },
  reference: (output, inputs, attributes) =>
    inputGradReference(output, operand(inputs, 0), operand(inputs, 1), attributes),
  batch: (inputs, attributes) =>
    convolutionOfExamples(inputs, attributes, {
      inputs: ["result", "weight"],
      output: "image",
      run: conv2dInputGrad,
    }),
});

/** Cotangent of the filters from the images and that of the result `[n, o, oh, ow]`. */
export const conv2dWeightGradPrimitive: Primitive<WeightGradAttributes> = definePrimitive({
  name: "conv2dWeightGrad",
  infer: (inputs, attributes) => {
    const x = operand(inputs, 0);
    const g = operand(inputs, 1);
    checkOperands("conv2dWeightGrad", x, g);
    const shape = [g.shape[1] ?? 0, (x.shape[1] ?? 0) / attributes.groups, ...attributes.kernelSize];
    checkShapeIs(
      "conv2dWeightGrad",
      "the result's cotangent",
      g.shape,
      resultShape("conv2dWeightGrad", x.shape, shape, attributes),
    );
    return { shape, dtype: x.dtype };
  },
  vjp: (v, inputs, _, { kernelSize, ...attributes }, needs) => {
    const x = operand(inputs, 0);
    const g = operand(inputs, 1);
    return [
      needs[0] === true ? conv2dInputGrad(g, v, { ...attributes, inputSize: spatial(x) }) : undefined,
      needs[1] === true ? conv2d(x, v, attributes) : undefined,
    ];
  },
  reference: (output, inputs, attributes) =>
    weightGradReference(output, operand(inputs, 0), operand(inputs, 1), attributes),
  batch: (inputs, attributes) =>
    convolutionOfExamples(inputs, attributes, {
      inputs: ["image", "result"],
      output: "weight",
      run: conv2dWeightGrad,
    }),
});

/** The cotangent of {@link conv2d}'s images `[n, c, h, w]` from that of its result `[n, o, oh, ow]`. Throws as it does. */
export function conv2dInputGrad(g: AnyTensor, w: AnyTensor, attributes: InputGradAttributes): AnyTensor {
  return apply(conv2dInputGradPrimitive, [g, w], attributes);
}

/** The cotangent of {@link conv2d}'s filters `[o, c / groups, kh, kw]` from that of its result `[n, o, oh, ow]`. Throws as it does. */
export function conv2dWeightGrad(x: AnyTensor, g: AnyTensor, attributes: WeightGradAttributes): AnyTensor {
  return apply(conv2dWeightGradPrimitive, [x, g], attributes);
}

/** Options of {@link conv2d}. */
export type ConvolutionOptions = Partial<ConvolutionAttributes>;

/**
 * Convolution of images with filters: cross-correlation, as `torch.nn.functional.conv2d`.
 *
 * @param x - Images, shape `[n, c, h, w]`.
 * @param w - Filters, shape `[o, c / groups, kh, kw]`.
 * @param options - Default: stride 1, no padding, dilation 1, one group.
 * @returns Shape `[n, o, oh, ow]` with `oh = ⌊(h + padding − dilation · (kh − 1) − 1) / stride⌋ + 1`.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`, `dtype/mismatch`.
 */
export function conv2d(x: AnyTensor, w: AnyTensor, options: ConvolutionOptions = {}): AnyTensor {
  const { stride = [1, 1], padding = NO_PADDING, dilation = [1, 1], groups = 1 } = options;
  return apply(conv2dPrimitive, [x, w], { stride, padding, dilation, groups });
}

const NO_PADDING: Pair<Pair> = [
  [0, 0],
  [0, 0],
];
