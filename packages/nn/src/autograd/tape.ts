/**
 * @file The tape: what was computed from the inputs of an enclosing transform, in order.
 *
 * Each open transform (`grad`, `vjp`, …) is a level. Its inputs become fresh leaves of that level; an operation is recorded when one of its inputs is
 * tracked, with the highest level among them. The backward pass of a level walks its part of the tape backwards and looks only at nodes of at least
 * that level: a leaf belongs to one transform alone, so nested derivatives cannot mix. While the outermost level runs its backward pass nothing is
 * recorded; inside of an outer transform the backward pass is recorded like any other code, which is all that higher order needs.
 */
import type { Primitive } from "../primitives/primitive.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** One recorded operation, a leaf, or a result of a {@link Call}. */
export interface TapeNode {
  /** Place on the tape. */
  readonly index: number;
  /** Highest level of the transforms that its value depends on. */
  readonly level: number;
  /** What computes cotangents; undefined for a leaf and for a result of a call. */
  readonly primitive: Primitive | undefined;
  readonly inputs: readonly AnyTensor[];
  readonly attributes: unknown;
  /** The tensor that was computed. */
  readonly output: AnyTensor;
  /** The call that this is a result of. */
  readonly call: Call | undefined;
}

/** A whole function recorded as one step, with one rule for all its results. */
export interface Call {
  readonly inputs: readonly AnyTensor[];
  /** Where the results' nodes lie: `count` of them from `first` on. */
  readonly first: number;
  readonly count: number;
  /** Cotangents of the inputs from those of the results; undefined stands for zero. */
  pull(cotangents: readonly (AnyTensor | undefined)[]): readonly (AnyTensor | undefined)[];
}

/** The tape of this thread: empty outside of transforms. */
export interface Tape {
  readonly nodes: TapeNode[];
  /** Number of open transforms. */
  level: number;
  /** False while the outermost backward pass runs. */
  recording: boolean;
}

/** @internal This thread's tape: with the engine the only module-level state. */
export const tape: Tape = { nodes: [], level: 0, recording: true };

/** @internal The node of a tensor while its tape lives; tensors outlive the transforms that tracked them, their nodes do not. */
export function liveNode(tensor: AnyTensor): TapeNode | undefined {
  const { node } = tensor;
  return node !== undefined && tape.nodes[node.index] === node ? node : undefined;
}

/** The highest level that one of the tensors depends on; 0 for none. */
function levelOf(tensors: readonly AnyTensor[]): number {
  let level = 0;
  for (const tensor of tensors) {
    const node = liveNode(tensor);
    if (node !== undefined && node.level > level) level = node.level;
  }
  return level;
}

/** @internal Puts `output = primitive(inputs)` on the tape if one of the inputs is tracked. */
export function record(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  output: AnyTensor,
): void {
  if (tape.level === 0 || !tape.recording) return;
  const level = levelOf(inputs);
  if (level === 0) return;
  push({ index: tape.nodes.length, level, primitive, inputs, attributes, output, call: undefined });
}

/** @internal Puts a whole function on the tape if one of its inputs is tracked. Results that are no floats are left out by the caller. */
export function recordCall(
  inputs: readonly AnyTensor[],
  results: readonly AnyTensor[],
  pull: (cotangents: readonly (AnyTensor | undefined)[]) => readonly (AnyTensor | undefined)[],
): void {
  if (tape.level === 0 || !tape.recording) return;
  const level = levelOf(inputs);
  if (level === 0) return;
  const call: Call = { inputs, first: tape.nodes.length, count: results.length, pull };
  for (const output of results) {
    push({
      index: tape.nodes.length,
      level,
      primitive: undefined,
      inputs: NOTHING,
      attributes: undefined,
      output,
      call,
    });
  }
}

const NOTHING: readonly AnyTensor[] = [];

/** @internal Puts a leaf on the tape: `output` is `source` under another name, tracked by `level`. */
export function recordLeaf(source: AnyTensor, output: AnyTensor, level: number): TapeNode {
  const inputs = [source];
  return push({
    index: tape.nodes.length,
    level,
    primitive: undefined,
    inputs,
    attributes: undefined,
    output,
    call: undefined,
  });
}

/** @internal Takes off the tape what lies from a place on. One by one: setting the length makes the list small, and the next step has to grow it again. */
export function forgetFrom(first: number): void {
  while (tape.nodes.length > first) tape.nodes.pop();
}

function push(node: TapeNode): TapeNode {
  node.output.node = node;
  tape.nodes.push(node);
  return node;
}
