/**
 * @file `vmap`: a function of one example as a function of many.
 *
 * The function is traced with the shapes of one example; then its instructions run again, each by the `batch` rule of its primitive on all examples at
 * once. What does not depend on a mapped argument is computed once.
 */

import { apply } from "../engine/apply.ts";
import { TrainlogError } from "../error.ts";
import type { Graph, GraphValue, Instruction } from "../ir/graph.ts";
import { traceHere } from "../ir/trace.ts";
import { checkFunction } from "../options/check-function.ts";
import { checkOptionNames } from "../options/check-options.ts";
import { broadcastTo, transpose } from "../primitives/index.ts";
import type { Abstract, BatchedInput } from "../primitives/primitive.ts";
import { normalAxis } from "../shape/axes.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import { packLike, packTensors, type TensorPack } from "../tensor/pack.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/** A pack of one example as a pack of many: each shape with a size in front that only the data tells. */
export type Batched<P> = [TensorPack] extends [P]
  ? TensorPack
  : P extends Tensor<infer S, infer D>
    ? Tensor<[number, ...S], D>
    : { [Name in keyof P]: Batched<P[Name]> };

/** A pack of the same structure with tensors of any shape. */
export type AnyShapes<P> = [TensorPack] extends [P]
  ? TensorPack
  : P extends Tensor<Shape, infer D>
    ? Tensor<Shape, D>
    : { [Name in keyof P]: AnyShapes<P[Name]> };

/** Which axes of arguments and results count the examples. */
export interface VmapOptions {
  /** For all arguments, or for each one; `null`: the same for every example. Negative axes count from the end. Default 0. */
  readonly inAxes?: number | readonly (number | null)[];
  /** Of all results. Default 0. */
  readonly outAxes?: number;
}

/**
 * The function that computes `fn` for every example at once.
 *
 * @param fn - From packs of one example to a pack; may use tensors from outside, which are the same for all. It runs once, on shapes alone, so it must
 *   not read elements.
 * @throws TrainlogError `tensor/not-a-function`; when called `shape/mismatch` when arguments have different numbers of examples, `shape/bad-axis`, `vmap/nothing-mapped`,
 *   `vmap/no-rule` for an operation that has no rule for examples, `tensor/symbolic`.
 *
 * @example
 * const gradients = vmap(grad(loss), { inAxes: [null, 0, 0] })(params, xs, ys);   // the gradient of each example
 */
export function vmap<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
): (...args: { [At in keyof Args]: Batched<Args[At]> }) => Batched<Out>;
export function vmap<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
  options: VmapOptions,
): (...args: { [At in keyof Args]: AnyShapes<Args[At]> }) => AnyShapes<Out>;
export function vmap(
  fn: (...args: readonly TensorPack[]) => TensorPack,
  options: VmapOptions = {},
): (...args: readonly TensorPack[]) => TensorPack {
  checkFunction("vmap", fn);
  checkOptionNames("vmap", options, ["inAxes", "outAxes"], { area: "vmap" });
  const { inAxes = 0, outAxes = 0 } = options;
  return (...args) => {
    const inputs = args.flatMap((arg, i) => {
      const axis = typeof inAxes === "number" ? inAxes : (inAxes[i] ?? null);
      return packTensors(arg).map((tensor) => batchedInput(tensor, axis));
    });
    let result: TensorPack = [];
    const outputs = vmapTensors(inputs, (examples) => {
      result = fn(...unflatten(args, examples));
      return packTensors(result);
    });
    return packLike(
      result,
      outputs.map((output) => moveAxis(output, 0, normalAxis("vmap", outAxes, output.shape))),
    );
  };
}

function batchedInput(tensor: AnyTensor, axis: number | null): BatchedInput {
  return { tensor, axis: axis === null ? undefined : normalAxis("vmap", axis, tensor.shape) };
}

/** Tensors of one example in the structure of the arguments. */
function unflatten(args: readonly TensorPack[], examples: readonly AnyTensor[]): TensorPack[] {
  let start = 0;
  return args.map((arg) => {
    const count = packTensors(arg).length;
    start += count;
    return packLike(arg, examples.slice(start - count, start));
  });
}

/** @internal As {@link vmap}, on lists: results have the examples along their first axis. */
export function vmapTensors(
  inputs: readonly BatchedInput[],
  fn: (examples: readonly AnyTensor[]) => readonly AnyTensor[],
): AnyTensor[] {
  const size = exampleCount(inputs);
  const { graph, release } = traceHere(inputs.map(exampleOf), fn);
  try {
    return evaluateBatched(graph, inputs).map(({ tensor, axis }) =>
      axis === undefined ? broadcastTo(tensor, [size, ...tensor.shape]) : moveAxis(tensor, axis, 0),
    );
  } finally {
    release();
  }
}

function exampleOf({ tensor, axis }: BatchedInput): Abstract {
  return { shape: axis === undefined ? tensor.shape : tensor.shape.toSpliced(axis, 1), dtype: tensor.dtype };
}

function exampleCount(inputs: readonly BatchedInput[]): number {
  let size: number | undefined;
  for (const { tensor, axis } of inputs) {
    if (axis === undefined) continue;
    const own = tensor.shape[axis] ?? 0;
    if (size !== undefined && own !== size) {
      throw shapeError(
        "vmap: all mapped axes must have one size",
        `${size} along axis ${axis}`,
        showShape(tensor.shape),
      );
    }
    size = own;
  }
  if (size !== undefined) return size;
  throw new TrainlogError(
    "vmap/nothing-mapped",
    "vmap: none of the arguments has a tensor with an axis of examples; inAxes must name an axis for at least one",
  );
}

/** Runs the instructions of a graph of one example for all examples. */
function evaluateBatched(graph: Graph, inputs: readonly BatchedInput[]): BatchedInput[] {
  const values = new Map<number, BatchedInput>();
  for (const [id, tensor] of graph.constants) values.set(id, { tensor, axis: undefined });
  graph.inputs.forEach(({ id }, i) => {
    const input = inputs[i];
    if (input !== undefined) values.set(id, input);
  });
  const found = ({ id }: GraphValue): BatchedInput => {
    const value = values.get(id);
    if (value !== undefined) return value;
    throw new TrainlogError("compile/broken-graph", `value ${id} of the graph is used before it is made`);
  };
  for (const instruction of graph.instructions) {
    values.set(instruction.output.id, runBatched(instruction, instruction.inputs.map(found)));
  }
  return graph.outputs.map(found);
}

function runBatched({ primitive, attributes }: Instruction, inputs: readonly BatchedInput[]): BatchedInput {
  if (inputs.every(({ axis }) => axis === undefined)) {
    const tensors = inputs.map(({ tensor }) => tensor);
    return { tensor: apply(primitive, tensors, attributes), axis: undefined };
  }
  if (primitive.batch === undefined) {
    throw new TrainlogError(
      "vmap/no-rule",
      `vmap: ${primitive.name} has no rule for many examples at once; call it for each`,
    );
  }
  const { output, axis } = primitive.batch(inputs, attributes);
  return { tensor: output, axis };
}

function moveAxis(x: AnyTensor, from: number, to: number): AnyTensor {
  if (from === to) return x;
  const order = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  return transpose(x, order.toSpliced(to, 0, from));
}
