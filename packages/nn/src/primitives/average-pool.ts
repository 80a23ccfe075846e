/** @file Means of windows. The operation is linear: its gradient is its transpose, whose gradient is the operation. */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { operand } from "./operands.ts";
import { eachPlace, type Pair, type PoolAttributes, pooledShape, poolOfExamples } from "./pool-windows.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkFloat, checkShapeIs } from "./shape-rules.ts";

/** Attributes of {@link avgPool2dPrimitive}. */
export interface AveragePoolAttributes extends PoolAttributes {
  /** Padding counts as zeros; otherwise it is left out and fewer elements are averaged. */
  readonly countPadding: boolean;
}

/** Attributes of {@link avgPool2dGradPrimitive}: with the images' height and width. */
export interface AveragePoolGradAttributes extends AveragePoolAttributes {
  readonly inputSize: Pair;
}

/** What the sum of each window is divided by. */
function divisor(elements: readonly number[], { window, countPadding }: AveragePoolAttributes): number {
  return countPadding ? window[0] * window[1] : elements.length;
}

/** Mean of each window of images `[n, c, h, w]`. */
export const avgPool2dPrimitive: Primitive<AveragePoolAttributes> = definePrimitive({
  name: "avgPool2d",
  infer: (inputs, attributes) => {
    const x = operand(inputs, 0);
    checkFloat("avgPool2d", x);
    return { shape: pooledShape("avgPool2d", x.shape, attributes), dtype: x.dtype };
  },
  vjp: (g, inputs, _, attributes) => {
    const [, , height = 0, width = 0] = operand(inputs, 0).shape;
    return [apply(avgPool2dGradPrimitive, [g], { ...attributes, inputSize: [height, width] })];
  },
  reference: (output, inputs, attributes) => {
    const x = operand(inputs, 0);
    eachPlace(x.shape, output.shape, attributes, (at, elements) => {
      let total = 0;
      for (const i of elements) total += x.data[i]!;
      output.data[at] = total / divisor(elements, attributes);
    });
  },
  batch: (inputs, attributes) => poolOfExamples(avgPool2dPrimitive, inputs, attributes),
});

/** Numbers of shape `[n, c, oh, ow]` spread evenly over their windows and added up. */
export const avgPool2dGradPrimitive: Primitive<AveragePoolGradAttributes> = definePrimitive({
  name: "avgPool2dGrad",
  infer: (inputs, attributes) => {
    const g = operand(inputs, 0);
    const shape = [g.shape[0] ?? 0, g.shape[1] ?? 0, ...attributes.inputSize];
    checkShapeIs("avgPool2dGrad", "the result's cotangent", g.shape, pooledShape("avgPool2dGrad", shape, attributes));
    return { shape, dtype: g.dtype };
  },
  vjp: (u, _, __, { inputSize, ...attributes }) => [avgPool2d(u, attributes)],
  reference: (output, inputs, attributes) => {
    const g = operand(inputs, 0);
    output.data.fill(0);
    eachPlace(output.shape, g.shape, attributes, (at, elements) => {
      const share = g.data[at]! / divisor(elements, attributes);
      for (const i of elements) output.data[i] = output.data[i]! + share;
    });
  },
  batch: (inputs, attributes) => poolOfExamples(avgPool2dGradPrimitive, inputs, attributes),
});

/**
 * The mean of each window of floats.
 *
 * @param x - Images, shape `[n, c, h, w]`.
 * @param attributes - Padding is smaller than the window; `countPadding` (default true, as in PyTorch) says whether it counts as zeros.
 * @returns Shape `[n, c, oh, ow]` with `oh = ⌊(h + padding − window) / stride⌋ + 1`.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`, `dtype/mismatch`.
 */
export function avgPool2d(
  x: AnyTensor,
  { window, stride, padding, countPadding = true }: PoolAttributes & { readonly countPadding?: boolean },
): AnyTensor {
  return apply(avgPool2dPrimitive, [x], { window, stride, padding, countPadding });
}
