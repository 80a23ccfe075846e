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

/** One recorded operation, or a leaf. */
export interface TapeNode {
  /** Place on the tape. */
  readonly index: number;
  /** Highest level of the transforms that its value depends on. */
  readonly level: number;
  /** What computes cotangents; undefined for a leaf. */
  readonly primitive: Primitive | undefined;
  readonly inputs: readonly AnyTensor[];
  readonly attributes: unknown;
  /** The tensor that was computed. */
  readonly output: AnyTensor;
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

/** @internal Puts `output = primitive(inputs)` on the tape if one of the inputs is tracked. */
export function record(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  attributes: unknown,
  output: AnyTensor,
): void {
  if (tape.level === 0 || !tape.recording) return;
  let level = 0;
  for (const input of inputs) {
    const node = liveNode(input);
    if (node !== undefined && node.level > level) level = node.level;
  }
  if (level === 0) return;
  const node: TapeNode = { index: tape.nodes.length, level, primitive, inputs, attributes, output };
  output.node = node;
  tape.nodes.push(node);
}
