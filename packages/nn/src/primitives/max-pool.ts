/**
 * @file Maxima of windows, and how gradients find their way back through them.
 *
 * The place of a maximum is the first one in its window, a NaN before all, as in PyTorch. The gradient puts numbers there, its own gradient picks
 * numbers from there: the two are each other's transpose, so derivatives of every order stay among them.
 */
import { apply } from "../engine/apply.ts";
import type { Shape } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { operand } from "./operands.ts";
import { eachPlace, type PoolAttributes, pooledShape, poolOfExamples } from "./pool-windows.ts";
import { definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { checkSameDType, checkShapeIs } from "./shape-rules.ts";

/** Place among the elements of x of the first maximum of each window. */
function eachMaximum(
  x: ReferenceView,
  pooled: Shape,
  attributes: PoolAttributes,
  visit: (at: number, maximum: number) => void,
): void {
  eachPlace(x.shape, pooled, attributes, (at, elements) => {
    let best = elements[0] ?? 0;
    for (const i of elements) {
      const value = x.data[i]!;
      if (value > x.data[best]! || (Number.isNaN(value) && !Number.isNaN(x.data[best]))) best = i;
    }
    visit(at, best);
  });
}

/** Largest element of each window of images `[n, c, h, w]`. */
export const maxPool2dPrimitive: Primitive<PoolAttributes> = definePrimitive({
  name: "maxPool2d",
  infer: (inputs, attributes) => {
    const { shape, dtype } = operand(inputs, 0);
    return { shape: pooledShape("maxPool2d", shape, attributes), dtype };
  },
  vjp: (g, inputs, _, attributes) => [apply(maxPool2dGradPrimitive, [operand(inputs, 0), g], attributes)],
  reference: (output, inputs, attributes) => {
    const x = operand(inputs, 0);
    eachMaximum(x, output.shape, attributes, (at, maximum) => {
      output.data[at] = x.data[maximum]!;
    });
  },
  batch: (inputs, attributes) => poolOfExamples(maxPool2dPrimitive, inputs, attributes),
});

/** Numbers of shape `[n, c, oh, ow]` added up at the places of the maxima of x, among zeros. */
export const maxPool2dGradPrimitive: Primitive<PoolAttributes> = definePrimitive({
  name: "maxPool2dGrad",
  infer: (inputs, attributes) => {
    const x = operand(inputs, 0);
    const g = operand(inputs, 1);
    checkSameDType("maxPool2dGrad", x.dtype, g.dtype);
    checkShapeIs("maxPool2dGrad", "the result's cotangent", g.shape, pooledShape("maxPool2dGrad", x.shape, attributes));
    return x;
  },
  vjp: (u, inputs, _, attributes) => [undefined, apply(maxPool2dPickPrimitive, [operand(inputs, 0), u], attributes)],
  reference: (output, inputs, attributes) => {
    const g = operand(inputs, 1);
    output.data.fill(0);
    eachMaximum(operand(inputs, 0), g.shape, attributes, (at, maximum) => {
      output.data[maximum] = output.data[maximum]! + g.data[at]!;
    });
  },
  batch: (inputs, attributes) => poolOfExamples(maxPool2dGradPrimitive, inputs, attributes),
});

/** Elements of a tensor of the shape of x, from the places of the maxima of x. */
export const maxPool2dPickPrimitive: Primitive<PoolAttributes> = definePrimitive({
  name: "maxPool2dPick",
  infer: (inputs, attributes) => {
    const x = operand(inputs, 0);
    const u = operand(inputs, 1);
    checkSameDType("maxPool2dPick", x.dtype, u.dtype);
    checkShapeIs("maxPool2dPick", "the other images", u.shape, x.shape);
    return { shape: pooledShape("maxPool2dPick", x.shape, attributes), dtype: u.dtype };
  },
  vjp: (v, inputs, _, attributes) => [undefined, apply(maxPool2dGradPrimitive, [operand(inputs, 0), v], attributes)],
  reference: (output, inputs, attributes) => {
    const u = operand(inputs, 1);
    eachMaximum(operand(inputs, 0), output.shape, attributes, (at, maximum) => {
      output.data[at] = u.data[maximum]!;
    });
  },
  batch: (inputs, attributes) => poolOfExamples(maxPool2dPickPrimitive, inputs, attributes),
});

/**
 * The largest element of each window; padding is left out of it. NaN if one is NaN. The gradient goes to the first maximum of a window, as in PyTorch.
 *
 * @param x - Images, shape `[n, c, h, w]`.
 * @param attributes - Padding is smaller than the window.
 * @returns Shape `[n, c, oh, ow]` with `oh = ⌊(h + padding − window) / stride⌋ + 1`.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 */
export function maxPool2d(x: AnyTensor, { window, stride, padding }: PoolAttributes): AnyTensor {
  return apply(maxPool2dPrimitive, [x], { window, stride, padding });
}
