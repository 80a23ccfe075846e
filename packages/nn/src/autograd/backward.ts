/** @file The backward pass over one level of the tape. */
import { add } from "../primitives/binary.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { TapeNode } from "./tape.ts";

/** One result of the differentiated function, with the cotangent that flows into it. */
export interface Seed {
  readonly tensor: AnyTensor;
  readonly cotangent: AnyTensor;
}

/** What one transform recorded. */
export interface Recording {
  /** Nodes from the first leaf on. */
  readonly nodes: readonly TapeNode[];
  /** Place of the first leaf on the tape. */
  readonly first: number;
  readonly level: number;
  readonly leaves: readonly TapeNode[];
}

/** Cotangents of the leaves, in order; undefined where the seeds do not depend on a leaf. */
export function backward(
  seeds: readonly Seed[],
  { nodes, first, level, leaves }: Recording,
): (AnyTensor | undefined)[] {
  const cotangents: (AnyTensor | undefined)[] = new Array(nodes.length);
  const isOurs = ({ node }: AnyTensor): boolean =>
    node !== undefined && node.level >= level && nodes[node.index - first] === node;
  const accumulate = (tensor: AnyTensor, cotangent: AnyTensor): void => {
    if (tensor.node === undefined || !isOurs(tensor)) return;
    const at = tensor.node.index - first;
    const before = cotangents[at];
    cotangents[at] = before === undefined ? cotangent : add(before, cotangent);
  };
  for (const { tensor, cotangent } of seeds) accumulate(tensor, cotangent);
  for (let at = nodes.length - 1; at >= leaves.length; at -= 1) {
    const cotangent = cotangents[at];
    const node = nodes[at];
    if (cotangent === undefined || node === undefined) continue;
    propagate(node, cotangent, isOurs, accumulate);
    cotangents[at] = undefined;
  }
  return leaves.map((_, at) => cotangents[at]);
}

function propagate(
  node: TapeNode,
  cotangent: AnyTensor,
  isOurs: (tensor: AnyTensor) => boolean,
  accumulate: (tensor: AnyTensor, cotangent: AnyTensor) => void,
): void {
  const { primitive, inputs } = node;
  if (primitive === undefined) {
    // The leaf of an inner transform is its argument under another name.
    for (const input of inputs) accumulate(input, cotangent);
    return;
  }
  if (primitive.vjp === undefined) return;
  const needs = inputs.map(isOurs);
  const parts = primitive.vjp(cotangent, inputs, node.output, node.attributes, needs);
  inputs.forEach((input, i) => {
    const part = parts[i];
    if (part !== undefined && needs[i] === true) accumulate(input, part);
  });
}
