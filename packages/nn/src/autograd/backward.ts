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
  /** A list that holds the nodes one after the other: the tape itself while the level is open. Leaves come first. */
  readonly nodes: readonly TapeNode[];
  /** Place of the first leaf in the list. */
  readonly start: number;
  readonly count: number;
  /** Place of the first leaf on the tape. */
  readonly first: number;
  readonly level: number;
  readonly leafCount: number;
}

/** Cotangents of the leaves, in order; undefined where the seeds do not depend on a leaf. */
export function backward(seeds: readonly Seed[], recording: Recording): (AnyTensor | undefined)[] {
  const { nodes, start, count, leafCount } = recording;
  const cotangents = new Cotangents(recording);
  for (const { tensor, cotangent } of seeds) cotangents.accumulate(tensor, cotangent);
  for (let at = count - 1; at >= leafCount; at -= 1) {
    const node = nodes[start + at];
    if (node === undefined) continue;
    if (node.call === undefined) propagate(node, at, cotangents);
    // All uses of the results lie behind the last of them: at the first one all their cotangents are complete.
    else if (node.index === node.call.first) propagateCall(node.call, at, cotangents);
  }
  return cotangents.first(leafCount);
}

/** Cotangents of one level's nodes. */
class Cotangents {
  declare private readonly recording: Recording;
  declare private readonly byPlace: (AnyTensor | undefined)[];

  constructor(recording: Recording) {
    this.recording = recording;
    this.byPlace = new Array(recording.count);
  }

  /** Says whether a tensor depends on this level's leaves. */
  wants({ node }: AnyTensor): boolean {
    if (node === undefined) return false;
    const { nodes, start, count, first, level } = this.recording;
    const at = node.index - first;
    return node.level >= level && at >= 0 && at < count && nodes[start + at] === node;
  }

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

  /** The cotangents at the first places. */
  first(count: number): (AnyTensor | undefined)[] {
    return this.byPlace.slice(0, count);
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
  // Plain loops: small networks spend their time here.
  const needs = inputs.map((input) => cotangents.wants(input));
  const parts = primitive.vjp(cotangent, inputs, node.output, node.attributes, needs);
  for (let i = 0; i < inputs.length; i += 1) {
    const part = parts[i];
    const input = inputs[i];
    if (part !== undefined && input !== undefined && needs[i] === true) cotangents.accumulate(input, part);
  }
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
