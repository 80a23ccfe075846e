/**
 * @file Eager execution: allocate the output, run the fast kernel if there is one, else the reference.
 *
 * A small network spends its time here and not in kernels, so the way to a kernel makes no arrays, closures or descriptions of operands: the ones below
 * are used again by every call (lowerings may look at them during the call only).
 */
import type { FillAttributes } from "../primitives/create.ts";
import type { Operand, Primitive, ReferenceView } from "../primitives/primitive.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { BYTES_PER_ELEMENT, type DType } from "../tensor/dtype.ts";
import { type AnyTensor, concrete } from "../tensor/tensor.ts";
import type { Buffer } from "./buffer.ts";
import { allocateBytes, checkAlive, engine, viewOf } from "./engine.ts";
import { kernelLowerings } from "./lowerings.ts";
import { scalarConstant } from "./scalar-constants.ts";

/** An operand that is filled in anew for every call. */
class ReusedOperand implements Operand {
  ptr = 0;
  shape: Shape = [];
  dtype: DType = "float";
}

const reusedOutput = new ReusedOperand();
/** By number of inputs, so that lists have the right length. */
const reusedInputs: readonly (readonly ReusedOperand[])[] = [0, 1, 2, 3, 4].map((count) =>
  Array.from({ length: count }, () => new ReusedOperand()),
);

/**
 * Computes one primitive now.
 *
 * A reshape computes nothing (nor does an identity): its output lies in the buffer of its input. Nor does a scalar constant, after its first use.
 */
export function execute(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  shape: Shape,
  dtype: DType,
): Buffer {
  if (primitive.name === "reshape" || primitive.identity === true)
    return checkAlive(concrete(firstOf(inputs), primitive.name));
  if (primitive.name === "fill" && shape.length === 0)
    return scalarConstant((attributes as FillAttributes).value, dtype);
  const current = engine();
  const output = allocateBytes(sizeOf(shape) * BYTES_PER_ELEMENT[dtype]);
  const lowering = kernelLowerings[primitive.name];
  if (lowering !== undefined) {
    describe(reusedOutput, output, shape, dtype);
    if (lowering(current.kernels, reusedOutput, operandsOf(inputs), attributes)) {
      current.kernels.scratch.release();
      return output;
    }
  }
  runReference(primitive, output, inputs, attributes, shape, dtype);
  return output;
}

function firstOf(inputs: readonly AnyTensor[]): AnyTensor {
  const [first] = inputs;
  if (first === undefined) throw new RangeError("a reshape without an input");
  return first;
}

function operandsOf(inputs: readonly AnyTensor[]): readonly Operand[] {
  const operands = reusedInputs[inputs.length] ?? inputs.map(() => new ReusedOperand());
  for (let i = 0; i < inputs.length; i += 1) {
    const input = inputs[i];
    const operand = operands[i];
    if (input === undefined || operand === undefined) continue;
    describe(operand, concrete(input, "an operation"), input.shape, input.dtype);
  }
  return operands;
}

function describe(operand: ReusedOperand, buffer: Buffer, shape: Shape, dtype: DType): void {
  operand.ptr = checkAlive(buffer).ptr;
  operand.shape = shape;
  operand.dtype = dtype;
}

function runReference(
  primitive: Primitive,
  output: Buffer,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  shape: Shape,
  dtype: DType,
): void {
  const views = inputs.map((input): ReferenceView => {
    const data = viewOf(concrete(input, primitive.name), input.size, input.dtype);
    return { shape: input.shape, dtype: input.dtype, data };
  });
  primitive.reference({ shape, dtype, data: viewOf(output, sizeOf(shape), dtype) }, views, attributes);
}
