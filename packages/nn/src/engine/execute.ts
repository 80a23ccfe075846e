/**
 * @file Eager execution: allocate the output, run the fast kernel if there is one, else the reference.
 *
 * A small network spends its time here and not in kernels, so the way to a kernel makes no arrays, closures or descriptions of operands: concrete tensors
 * are operands.
 */
import type { FillAttributes } from "../primitives/create.ts";
import type { Primitive, ReferenceView } from "../primitives/primitive.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { BYTES_PER_ELEMENT, type DType } from "../tensor/dtype.ts";
import { type AnyTensor, concrete, Tensor } from "../tensor/tensor.ts";
import { allocateBytes, checkAlive, engine, viewOf } from "./engine.ts";
import type { KernelLowering } from "./lowerings/kernel-lowering.ts";
import { kernelLowerings } from "./lowerings.ts";
import { scalarConstant } from "./scalar-constants.ts";

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
): AnyTensor {
  if (primitive.name === "reshape" || primitive.identity === true)
    return new Tensor(checkAlive(concrete(firstOf(inputs), primitive.name)), shape, dtype);
  if (primitive.name === "fill" && shape.length === 0)
    return new Tensor(scalarConstant((attributes as FillAttributes).value, dtype), shape, dtype);
  const { kernels } = engine();
  const output = new Tensor(allocateBytes(sizeOf(shape) * BYTES_PER_ELEMENT[dtype]), shape, dtype);
  const lowering = primitive.kernels === undefined ? findKernels(primitive) : primitive.kernels;
  if (lowering?.(kernels, output, inputs, attributes) === true) kernels.scratch.release();
  else runReference(primitive, output, inputs, attributes);
  return output;
}

/** The kernels of a primitive, noted for the next time: looking names up costs something beside a small operation. */
function findKernels(primitive: Primitive): KernelLowering | null {
  const found = kernelLowerings[primitive.name] ?? null;
  primitive.kernels = found;
  return found;
}

function firstOf(inputs: readonly AnyTensor[]): AnyTensor {
  const [first] = inputs;
  if (first === undefined) throw new RangeError("a reshape without an input");
  return first;
}

function runReference(
  primitive: Primitive,
  output: AnyTensor,
  inputs: readonly AnyTensor[],
  attributes: unknown,
): void {
  primitive.reference(
    viewed(output, primitive.name),
    inputs.map((input) => viewed(input, primitive.name)),
    attributes,
  );
}

function viewed(tensor: AnyTensor, what: string): ReferenceView {
  const { shape, dtype, size } = tensor;
  return { shape, dtype, data: viewOf(concrete(tensor, what), size, dtype) };
}
