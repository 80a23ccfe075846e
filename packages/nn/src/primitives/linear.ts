/**
 * @file Products with a bias, as one step of eager execution.
 *
 * Networks consist of these, and in a small one the way to a kernel costs more than the kernel. Graphs get the product and the sum instead, which their
 * compilers fuse with what follows.
 */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { matmul, matmulPrimitive, matmulSizes } from "./matmul.ts";
import { operand } from "./operands.ts";
import { type Abstract, definePrimitive, type Primitive } from "./primitive.ts";
import { checkSameDType } from "./shape-rules.ts";
import { sumPrimitive } from "./sum.ts";

// Attributes are made once: this runs in every step.
const ATTRIBUTES = { transposeA: false, transposeB: true } as const;
const PLAIN = { transposeA: false, transposeB: false } as const;
const FIRST_TRANSPOSED = { transposeA: true, transposeB: false } as const;
const OVER_ROWS = { axes: [0], keepDims: false } as const;

/** x·Wᵀ + b of x `[m, k]`, W `[n, k]` and b `[n]`. */
export const linearPrimitive: Primitive<undefined> = definePrimitive({
  name: "linear",
  infer: (inputs) => {
    const x = operand(inputs, 0);
    const weight = operand(inputs, 1);
    const bias = operand(inputs, 2);
    checkSameDType("matmul", x.dtype, weight.dtype);
    const { m, n } = matmulSizes(x.shape, weight.shape, ATTRIBUTES);
    checkSameDType("add", x.dtype, bias.dtype);
    return { shape: [m, n], dtype: x.dtype };
  },
  expand: (inputs) => add(matmul(operand(inputs, 0), operand(inputs, 1), ATTRIBUTES), operand(inputs, 2)),
  vjp: (g, inputs, _, __, needs) => [
    needs[0] === true ? apply(matmulPrimitive, [g, operand(inputs, 1)], PLAIN) : undefined,
    needs[1] === true ? apply(matmulPrimitive, [g, operand(inputs, 0)], FIRST_TRANSPOSED) : undefined,
    needs[2] === true ? apply(sumPrimitive, [g], OVER_ROWS) : undefined,
  ],
  reference: (output, inputs) => {
    matmulPrimitive.reference(output, inputs, ATTRIBUTES);
    const { data } = operand(inputs, 2);
    for (let i = 0; i < output.data.length; i += 1) output.data[i] = output.data[i]! + data[i % data.length]!;
  },
});

/**
 * x·Wᵀ + b.
 *
 * @param x - `[m, k]`.
 * @param weight - `[n, k]`.
 * @param bias - `[n]`.
 * @returns `[m, n]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function linear(x: AnyTensor, weight: AnyTensor, bias: AnyTensor): AnyTensor {
  if (isMatrix(x) && isMatrix(weight) && bias.shape.length === 1 && bias.shape[0] === weight.shape[0]) {
    return apply(linearPrimitive, [x, weight, bias], undefined);
  }
  return add(matmul(x, weight, ATTRIBUTES), bias);
}

function isMatrix({ shape }: Abstract): boolean {
  return shape.length === 2;
}
