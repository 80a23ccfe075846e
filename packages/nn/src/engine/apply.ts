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
  // From here on the attributes are the primitive's own affair.
  const erased = primitive as Primitive;
  const inGraph = isPartOfGraph(inputs);
  if (inGraph && primitive.expand !== undefined) return primitive.expand(inputs, attributes);
  const output = inGraph
    ? new Tensor(emitInstruction(erased, inputs, attributes, shape, dtype), shape, dtype)
    : execute(erased, inputs, attributes, shape, dtype);
  record(erased, inputs, attributes, output);
  return output;
}

/** A loop instead of `some`: this runs for every operation of every step. */
function isPartOfGraph(inputs: readonly AnyTensor[]): boolean {
  if (inputs.length === 0) return isTracing();
  for (const input of inputs) if (isSymbolic(input)) return true;
  return false;
}
