/** @file The backward pass over one level of the tape. */
import { add } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Call, TapeNode } from "./tape.ts";

/** One result of the differentiated function, with the cotangent that flows into it. */
export interface Seed {
  readonly tensor: AnyTensor;
  readonly cotangent: AnyTensor;
}

/** What one transform recorded. */
export interface Recording {
  /** Nodes from the first leaf on; leaves come first. */
  readonly nodes: readonly TapeNode[];
  /** Place of the first leaf on the tape. */
  readonly first: number;
  readonly level: number;
  readonly leafCount: number;
}

/** Cotangents of the leaves, in order; undefined where the seeds do not depend on a leaf. */
export function backward(seeds: readonly Seed[], recording: Recording): (AnyTensor | undefined)[] {
  const { nodes, leafCount } = recording;
  const cotangents = new Cotangents(recording);
  for (const { tensor, cotangent } of seeds) cotangents.accumulate(tensor, cotangent);
  for (let at = nodes.length - 1; at >= leafCount; at -= 1) {
    const node = nodes[at];
    if (node === undefined) continue;
    if (node.call === undefined) propagate(node, at, cotangents);
    // All uses of the results lie behind the last of them: at the first one all their cotangents are complete.
    else if (node.index === node.call.first) propagateCall(node.call, at, cotangents);
  }
  return nodes.slice(0, leafCount).map((_, at) => cotangents.take(at));
}

/** Cotangents of one level's nodes. */
class Cotangents {
  private readonly recording: Recording;
  private readonly byPlace: (AnyTensor | undefined)[];

  constructor(recording: Recording) {
    this.recording = recording;
    this.byPlace = new Array(recording.nodes.length);
  }

  /** Says whether a tensor depends on this level's leaves. */
  readonly wants = ({ node }: AnyTensor): boolean => {
    const { nodes, first, level } = this.recording;
    return node !== undefined && node.level >= level && nodes[node.index - first] === node;
  };

  accumulate(tensor: AnyTensor, cotangent: AnyTensor): void {
    if (tensor.node === undefined || !this.wants(tensor)) return;
    const at = tensor.node.index - this.recording.first;
    const before = this.byPlace[at];
    this.byPlace[at] = before === undefined ? cotangent : add(before, cotangent);
  }

  /** The cotangent at a place, which is not needed there any more. */
  take(at: number): AnyTensor | undefined {
    const cotangent = this.byPlace[at];
    this.byPlace[at] = undefined;
    return cotangent;
  }
}

function propagate(node: TapeNode, at: number, cotangents: Cotangents): void {
  const cotangent = cotangents.take(at);
  if (cotangent === undefined) return;
  const { primitive, inputs } = node;
  if (primitive === undefined) {
    // The leaf of an inner transform is its argument under another name.
    for (const input of inputs) cotangents.accumulate(input, cotangent);
    return;
  }
  if (primitive.vjp === undefined) return;
  const needs = inputs.map(cotangents.wants);
  const parts = primitive.vjp(cotangent, inputs, node.output, node.attributes, needs);
  inputs.forEach((input, i) => {
    const part = parts[i];
    if (part !== undefined && needs[i] === true) cotangents.accumulate(input, part);
  });
}

function propagateCall({ inputs, count, pull }: Call, at: number, cotangents: Cotangents): void {
  const given = Array.from({ length: count }, (_, i) => cotangents.take(at + i));
  if (given.every((cotangent) => cotangent === undefined)) return;
  const parts = pull(given);
  inputs.forEach((input, i) => {
    const part = parts[i];
    if (part !== undefined) cotangents.accumulate(input, part);
  });
}
