/**
 * @file `apply`: the one door through which every operation goes.
 *
 * Concrete inputs: the operation runs now. A symbolic input (or, while tracing, no input at all): it becomes an instruction of the graph that is being
 * traced. Either way the tape notes it when something differentiates through one of its inputs.
 */
import { record } from "../autograd/tape.ts";
import { emitInstruction, isTracing } from "../ir/trace.ts";
import type { Primitive } from "../primitives/primitive.ts";
import { type AnyTensor, isSymbolic, Tensor } from "../tensor/tensor.ts";
import { execute } from "./execute.ts";

/**
 * Applies a primitive.
 *
 * @throws TrainlogError as the primitive's `infer` does.
 */
export function apply<A>(primitive: Primitive<A>, inputs: readonly AnyTensor[], attributes: A): AnyTensor {
  const { shape, dtype } = primitive.infer(inputs, attributes);
  const symbolic = inputs.length === 0 ? isTracing() : inputs.some(isSymbolic);
  const value = symbolic
    ? emitInstruction(primitive as Primitive, inputs, attributes, shape, dtype)
    : execute(primitive as Primitive, inputs, attributes, shape, dtype);
  const output = new Tensor(value, shape, dtype);
  record(primitive as Primitive, inputs, attributes, output);
  return output;
}
