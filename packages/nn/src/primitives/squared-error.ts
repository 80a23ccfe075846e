/**
 * @file The mean squared error, and its gradient, each as one step of eager execution: in a small network the way to a kernel costs more than the kernel.
 * Graphs get the steps that it consists of, with the same roundings.
 */
import { apply } from "../engine/apply.ts";
import { type Shape, sameShape, sizeOf } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { scalar } from "./create.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkFloat, checkSameDType } from "./shape-rules.ts";
import { mean, sum } from "./sum.ts";
import { neg, square } from "./unary.ts";

const SCALAR: Shape = [];

/** mean((a − b)²) of tensors of one shape. */
export const meanSquaredErrorPrimitive: Primitive<undefined> = definePrimitive({
  name: "meanSquaredError",
  infer: (inputs) => {
    const a = operand(inputs, 0);
    checkSameDType("sub", a.dtype, operand(inputs, 1).dtype);
    checkFloat("mean", a);
    return { shape: SCALAR, dtype: a.dtype };
  },
  expand: (inputs) => mean(square(sub(operand(inputs, 0), operand(inputs, 1)))),
  vjp: (g, inputs, _, __, needs) => {
    const byFirst = apply(meanSquaredErrorGradPrimitive, [g, operand(inputs, 0), operand(inputs, 1)], undefined);
    return [byFirst, needs[1] === true ? neg(byFirst) : undefined];
  },
  reference: (output, inputs) => {
    const [a, b] = [operand(inputs, 0).data, operand(inputs, 1).data];
    let total = 0;
    for (let i = 0; i < a.length; i += 1) total += (a[i]! - b[i]!) ** 2;
    output.data[0] = total / a.length;
  },
});

/** Its gradient by a: g/n · 2(a − b), from g, a and b. */
export const meanSquaredErrorGradPrimitive: Primitive<undefined> = definePrimitive({
  name: "meanSquaredErrorGrad",
  infer: (inputs) => operand(inputs, 1),
  expand: (inputs) => {
    const [g, a, b] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    return mul(div(g, countOf(a)), twice(sub(a, b)));
  },
  vjp: (c, inputs, _, __, needs) => {
    const [g, a, b] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
    const byFirst = needs[1] === true || needs[2] === true ? mul(c, div(twice(g), countOf(a))) : undefined;
    return [
      needs[0] === true ? div(sum(mul(c, twice(sub(a, b)))), countOf(a)) : undefined,
      byFirst,
      needs[2] === true && byFirst !== undefined ? neg(byFirst) : undefined,
    ];
  },
  reference: (output, inputs) => {
    const [g, a, b] = [operand(inputs, 0).data, operand(inputs, 1).data, operand(inputs, 2).data];
    const scale = g[0]! / a.length;
    for (let i = 0; i < a.length; i += 1) output.data[i] = scale * 2 * (a[i]! - b[i]!);
  },
});

function twice(x: AnyTensor): AnyTensor {
  return add(x, x);
}

/** Number of elements as a scalar. */
function countOf({ shape, dtype }: AnyTensor): AnyTensor {
  return scalar(sizeOf(shape), dtype);
}

/**
 * mean((a − b)²) over all elements: a scalar. Shapes broadcast.
 *
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function meanSquaredError(a: AnyTensor, b: AnyTensor): AnyTensor {
  return sameShape(a.shape, b.shape) ? apply(meanSquaredErrorPrimitive, [a, b], undefined) : mean(square(sub(a, b)));
}
