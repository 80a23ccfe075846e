/** @file Tracing: runs a function once with symbolic tensors and keeps what it did. */
import { Buffer } from "../engine/buffer.ts";
import { TrainlogError } from "../error.ts";
import type { FillAttributes } from "../primitives/create.ts";
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
  readonly lifted: Map<AnyTensor | AnyTensor["value"], GraphValue>;
  readonly instructions: Instruction[];
  /** Scalars of one number that are there already, by element type: optimisers ask for the same few for every parameter. */
  readonly numbers: Readonly<Record<DType, Map<number, GraphValue>>>;
  readonly owned: Set<GraphValue>;
  /** For a graph that is evaluated where it is traced: the builder around it, and the buffers that are kept until then. */
  readonly around: Around | undefined;
}

/** What a graph that is evaluated at once has to do with its surroundings. */
interface Around {
  readonly outer: Builder | undefined;
  readonly kept: Buffer[];
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
  return traceInto(newBuilder(undefined), inputs, fn);
}

/** A graph that is evaluated where it was traced. */
export interface LocalGraph {
  readonly graph: Graph;
  /** To be called after the evaluation: gives the graph's constants back to the scopes that made them. */
  release(): void;
}

/**
 * As {@link trace}, for a graph that is evaluated at once, in the same place: it may use everything that can be used there, values of a trace around it
 * and tracked tensors included. (Tensors with one memory stay apart, because one may be tracked and the other not.)
 *
 * @throws TrainlogError `compile/leaked-value` when a tensor of a finished trace is used.
 */
export function traceHere(
  inputs: readonly Abstract[],
  fn: (args: readonly AnyTensor[]) => readonly AnyTensor[],
): LocalGraph {
  const kept: Buffer[] = [];
  const graph = traceInto(newBuilder({ outer: builder, kept }), inputs, fn);
  const release = (): void => {
    for (const buffer of kept) buffer.kept = false;
  };
  return { graph, release };
}

function newBuilder(around: Around | undefined): Builder {
  return {
    nextId: 0,
    constants: new Map(),
    constantValues: [],
    lifted: new Map(),
    instructions: [],
    numbers: { float: new Map(), f64: new Map(), int32: new Map() },
    owned: new Set(),
    around,
  };
}

function traceInto(
  mine: Builder,
  inputs: readonly Abstract[],
  fn: (args: readonly AnyTensor[]) => readonly AnyTensor[],
): Graph {
  const outer = builder;
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
  if (!(value instanceof Buffer)) {
    if (b.owned.has(value)) return value;
    if (!isAround(b, value)) throw leakedValue();
  } else if (!value.kept) {
    // The graph needs it for as long as it lives, whatever scope made it.
    value.kept = true;
    b.around?.kept.push(value);
  }
  const key = b.around === undefined ? value : tensor;
  const known = b.lifted.get(key);
  if (known !== undefined && known.shape === tensor.shape) return known;
  const constant = newValue(b, "constant", tensor.shape, tensor.dtype);
  b.constants.set(constant.id, tensor);
  b.constantValues.push(constant);
  b.lifted.set(key, constant);
  return constant;
}

/** Says whether a value belongs to a trace that goes on around this one, and may be used in it. */
function isAround({ around }: Builder, value: GraphValue): boolean {
  if (around?.outer === undefined) return false;
  return around.outer.owned.has(value) || isAround(around.outer, value);
}

function leakedValue(): TrainlogError {
  return new TrainlogError(
    "compile/leaked-value",
    "a tensor that was made inside another compiled function (or in an earlier call) is used here; a compiled function may only use its arguments and concrete tensors: " +
      "return it from the function that made it",
  );
}

/** @internal Says whether a value belongs to a trace that goes on. */
export function isBeingTraced(value: GraphValue): boolean {
  return builder !== undefined && (builder.owned.has(value) || isAround(builder, value));
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
      `${primitive.name} got a tensor that was made inside compile(), vmap() or a compiled step and kept beyond it; return it from the function and use what the call gives`,
    );
  }
  const number = numberOf(primitive, attributes, shape);
  const known = number === undefined ? undefined : b.numbers[dtype].get(number);
  if (known !== undefined) return known;
  const output = newValue(b, "instruction", shape, dtype);
  if (number !== undefined) b.numbers[dtype].set(number, output);
  b.instructions.push({ primitive, inputs: inputs.map((input) => lift(b, input)), attributes, output });
  return output;
}

/** The number that a scalar is made of; undefined for all else, and for −0, which maps take for 0. */
function numberOf(primitive: Primitive, attributes: unknown, shape: Shape): number | undefined {
  if (primitive.name !== "fill" || shape.length > 0) return undefined;
  const { value } = attributes as FillAttributes; // what `fill` has
  return Object.is(value, -0) ? undefined : value;
}
