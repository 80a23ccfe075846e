/** @file Convolutions with a number per channel added: one operation of ONNX. */
import type { GraphValue } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import { type ConvolutionAttributes, conv2dPrimitive } from "../../../primitives/convolution.ts";
import { reshapePrimitive } from "../../../primitives/layout.ts";
import type { Primitive } from "../../../primitives/primitive.ts";
import type { Rule } from "./rule.ts";
import { runtimePrimitive } from "./runtime-primitive.ts";

/** Name of the primitive. */
export const CONVOLUTION_WITH_BIAS = "conv2dWithBias";

/** conv2d of images and filters, plus a bias `[channels]`. */
const conv2dWithBias = runtimePrimitive(CONVOLUTION_WITH_BIAS, (inputs, attributes) =>
  // The attributes are those of the conv2d that it replaces.
  conv2dPrimitive.infer(inputs.slice(0, 2), attributes as ConvolutionAttributes),
);

/** conv2d(x, w) + b as one operation, if nothing else needs the sum's operand. */
export const convolutionWithBias: Rule = ({ rewriter, isUsedOnce }, { primitive: { name }, inputs }) => {
  if (name !== "add") return undefined;
  for (const [images, added] of [inputs, inputs.toReversed()]) {
    const convolution = images === undefined ? undefined : rewriter.makerOf(images);
    if (images === undefined || added === undefined || convolution?.primitive.name !== "conv2d") continue;
    const bias = isUsedOnce(images) ? biasOf(rewriter, added, images.shape[1] ?? 0) : undefined;
    if (bias !== undefined) return rewriter.emit(conv2dWithBias, [...convolution.inputs, bias], convolution.attributes);
  }
  return undefined;
};

/** A row `[channels]` of what is broadcast over images as `[channels, 1, 1]` or `[1, channels, 1, 1]`. */
function biasOf(rewriter: GraphRewriter, value: GraphValue, channels: number): GraphValue | undefined {
  const shape = value.shape.length === 4 ? value.shape.slice(1) : value.shape;
  const isRow = shape.length === 3 && shape[0] === channels && shape[1] === 1 && shape[2] === 1;
  if (!isRow || (value.shape.length === 4 && value.shape[0] !== 1)) return undefined;
  return rewriter.emit(reshapePrimitive as Primitive, [value], { shape: [channels] });
}
