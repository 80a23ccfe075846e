/**
 * @file What the per-example rules of `vmap` share.
 *
 * A rule gets some inputs with one more axis, at any place, and the others without. It moves the axis to the front and applies the same primitive to
 * larger tensors; the result has its batch axis in front too unless it says otherwise.
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import { broadcastTo, reshape, transpose } from "./layout.ts";
import type { BatchedInput } from "./primitive.ts";

/** What a batch rule returns. */
export interface Batched {
  readonly output: AnyTensor;
  readonly axis: number;
}

/** A result whose batch axis is the first. */
export function inFront(output: AnyTensor): Batched {
  return { output, axis: 0 };
}

/** Number of examples. */
export function batchSize(inputs: readonly BatchedInput[]): number {
  for (const { tensor, axis } of inputs) if (axis !== undefined) return tensor.shape[axis] ?? 1;
  return 1;
}

/** An axis moved to another place; the others keep their order. */
export function moveAxis(x: AnyTensor, from: number, to: number): AnyTensor {
  if (from === to) return x;
  const perm = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  perm.splice(to, 0, from);
  return transpose(x, perm);
}

/** The tensor with its batch axis in front; as it is when it has none. */
export function batchFirst({ tensor, axis }: BatchedInput): AnyTensor {
  return axis === undefined ? tensor : moveAxis(tensor, axis, 0);
}

/** The tensor with a batch axis in front, repeated along it when it has none. */
export function batchRepeated(input: BatchedInput, size: number): AnyTensor {
  return input.axis === undefined
    ? broadcastTo(input.tensor, [size, ...input.tensor.shape])
    : moveAxis(input.tensor, input.axis, 0);
}

/** Rank of one example. */
export function exampleRank({ tensor, axis }: BatchedInput): number {
  return tensor.shape.length - (axis === undefined ? 0 : 1);
}

/** Batch axis in front and as many axes of length 1 behind it as make examples of this rank: ready to broadcast. */
export function batchAligned(input: BatchedInput, rank: number): AnyTensor {
  const x = batchFirst(input);
  const missing = rank - exampleRank(input);
  if (input.axis === undefined || missing === 0) return x;
  const [size = 1, ...example] = x.shape;
  return reshape(x, [size, ...new Array<number>(missing).fill(1), ...example]);
}

/** All inputs ready to broadcast against each other. */
export function alignAll(inputs: readonly BatchedInput[]): AnyTensor[] {
  const rank = Math.max(...inputs.map(exampleRank));
  return inputs.map((input) => batchAligned(input, rank));
}
