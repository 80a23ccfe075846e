/** @file Tracing: runs a function once with symbolic tensors and keeps what it did. */
import { TrainlogError } from "../error.ts";
import type { Abstract, Primitive } from "../primitives/primitive.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { Graph, GraphValue, Instruction } from "./graph.ts";

/** A graph under construction. */
interface Builder {
  nextId: number;
  readonly constants: Map<number, AnyTensor>;
  readonly constantValues: GraphValue[];
  /** The value that stands for a concrete tensor, so that each is a constant once. */
  readonly lifted: Map<AnyTensor["value"], GraphValue>;
  readonly instructions: Instruction[];
  readonly owned: Set<GraphValue>;
}

let builder: Builder | undefined;

/**
 * Runs `fn` on symbolic tensors and returns the graph of what it computed.
 *
 * @param inputs - Shapes and element types of the arguments.
 * @param fn - Gets one tensor per input; returns the outputs. Runs exactly once, and must not read elements.
 * @throws TrainlogError `compile/leaked-value` when a tensor of another trace is used.
 */
export function trace(inputs: readonly Abstract[], fn: (args: readonly AnyTensor[]) => readonly AnyTensor[]): Graph {
  const outer = builder;
  const mine: Builder = {
    nextId: 0,
    constants: new Map(),
    constantValues: [],
    lifted: new Map(),
    instructions: [],
    owned: new Set(),
  };
  builder = mine;
  try {
    const args = inputs.map(({ shape, dtype }) => new Tensor(newValue(mine, "input", shape, dtype), shape, dtype));
    const outputs = fn(args).map((output) => lift(mine, output));
    return {
      inputs: args.map((arg) => lift(mine, arg)),
      constants: mine.constants,
      constantValues: mine.constantValues,
      instructions: mine.instructions,
      outputs,
    };
  } finally {
    builder = outer;
  }
}

function newValue(b: Builder, op: GraphValue["op"], shape: Shape, dtype: DType): GraphValue {
  const value: GraphValue = { op, id: b.nextId, shape, dtype };
  b.nextId += 1;
  b.owned.add(value);
  return value;
}

/** The graph value of a tensor; a concrete one becomes a constant. */
function lift(b: Builder, tensor: AnyTensor): GraphValue {
  const { value } = tensor;
  if ("op" in value) {
    if (b.owned.has(value)) return value;
    throw new TrainlogError(
      "compile/leaked-value",
      "a tensor of another compiled function (or of an earlier call) is used here; a compiled function may only use its arguments and concrete tensors",
    );
  }
  const known = b.lifted.get(value);
  if (known !== undefined && known.shape === tensor.shape) return known;
  // The graph needs it for as long as it lives, whatever scope made it.
  value.kept = true;
  const constant = newValue(b, "constant", tensor.shape, tensor.dtype);
  b.constants.set(constant.id, tensor);
  b.constantValues.push(constant);
  b.lifted.set(value, constant);
  return constant;
}

/** @internal Says whether a function is being traced. */
export function isTracing(): boolean {
  return builder !== undefined;
}

/** @internal Adds an instruction to the graph that is being traced. */
export function emitInstruction(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  shape: Shape,
  dtype: DType,
): GraphValue {
  const b = builder;
  if (b === undefined) {
    throw new TrainlogError(
      "compile/leaked-value",
      `${primitive.name} got a tensor of a compiled function whose tracing is over; return tensors from the function instead of keeping them`,
    );
  }
  const output = newValue(b, "instruction", shape, dtype);
  b.instructions.push({ primitive, inputs: inputs.map((input) => lift(b, input)), attributes, output });
  return output;
}
