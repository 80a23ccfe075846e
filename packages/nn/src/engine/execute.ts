/** @file Eager execution: allocate the output, run the fast kernel if there is one, else the reference. */
import type { Lowering, Operand, Primitive } from "../primitives/primitive.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { type AnyTensor, concrete } from "../tensor/tensor.ts";
import type { Buffer } from "./buffer.ts";
import { eagerCalls } from "./eager-calls.ts";
import { allocate, checkAlive, viewOf } from "./engine.ts";
import { lowerings } from "./lowerings.ts";

/** Computes one primitive now. */
export function execute(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  shape: Shape,
  dtype: DType,
): Buffer {
  const output = allocate(shape, dtype);
  const lowering: Lowering | undefined = lowerings[primitive.name];
  if (lowering?.(eagerCalls, operand(output, shape, dtype), inputs.map(operandOf), attributes) !== true) {
    runReference(primitive, output, inputs, attributes, shape, dtype);
  }
  return output;
}

function operand(buffer: Buffer, shape: Shape, dtype: DType): Operand {
  return { ptr: checkAlive(buffer).ptr, shape, dtype };
}

function operandOf(tensor: AnyTensor): Operand {
  return operand(concrete(tensor, "an operation"), tensor.shape, tensor.dtype);
}

function runReference(
  primitive: Primitive,
  output: Buffer,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  shape: Shape,
  dtype: DType,
): void {
  const views = inputs.map((input) => ({
    shape: input.shape,
    dtype: input.dtype,
    data: viewOf(concrete(input, primitive.name), input.size, input.dtype),
  }));
  const size = shape.reduce((product, length) => product * length, 1);
  primitive.reference({ shape, dtype, data: viewOf(output, size, dtype) }, views, attributes);
}
