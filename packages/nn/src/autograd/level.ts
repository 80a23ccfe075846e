/** @file Opening and closing a level of the tape: what every transform does around the function that it differentiates. */
import { Buffer } from "../engine/buffer.ts";
import { withScope } from "../engine/engine.ts";
import { TrainlogError } from "../error.ts";
import { showShape } from "../shape/shape.ts";
import { isFloat } from "../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import { backward, type Recording, type Seed } from "./backward.ts";
import { forgetFrom, recordLeaf, tape } from "./tape.ts";

/** One open transform. */
export interface Level {
  readonly level: number;
  /** Place of its first leaf on the tape. */
  readonly first: number;
  /** The differentiated tensors as the function sees them. */
  readonly leaves: readonly AnyTensor[];
  /** Whether the enclosing code was recorded. */
  readonly recordedBefore: boolean;
}

/**
 * Opens a level whose leaves stand for the given tensors.
 *
 * @throws TrainlogError `grad/not-differentiable` for int32.
 */
export function openLevel(tensors: readonly AnyTensor[]): Level {
  for (const tensor of tensors) checkDifferentiable(tensor);
  const level = tape.level + 1;
  const first = tape.nodes.length;
  const leaves = tensors.map((tensor) => {
    const leaf = new Tensor(tensor.value, tensor.shape, tensor.dtype);
    recordLeaf(tensor, leaf, level);
    return leaf;
  });
  const recordedBefore = tape.recording;
  tape.level = level;
  tape.recording = true;
  return { level, first, leaves, recordedBefore };
}

function checkDifferentiable(tensor: AnyTensor): void {
  if (isFloat(tensor.dtype)) return;
  throw new TrainlogError(
    "grad/not-differentiable",
    `a tensor of shape ${showShape(tensor.shape)} has dtype int32, through which no gradient flows; pass it as a later argument, only the first is differentiated`,
  );
}

/** What was recorded on a level so far, to be looked at after it is closed. */
export function recordingOf({ level, first, leaves }: Level): Recording {
  const nodes = tape.nodes.slice(first);
  return { nodes, start: 0, count: nodes.length, first, level, leafCount: leaves.length };
}

/** The same while the level is open: nothing is copied. */
function openRecording({ level, first, leaves }: Level): Recording {
  const { nodes } = tape;
  return { nodes, start: first, count: nodes.length - first, first, level, leafCount: leaves.length };
}

/** The backward pass of an open level; recorded only when an enclosing transform wants to differentiate it. */
export function pullBack(level: Level, seeds: readonly Seed[]): (AnyTensor | undefined)[] {
  const recording = openRecording(level);
  tape.recording = level.recordedBefore && level.level > 1;
  try {
    return backward(seeds, recording);
  } finally {
    tape.recording = true;
  }
}

/** Closes the level. What an enclosing transform still needs stays on the tape. */
export function closeLevel({ level, first, recordedBefore }: Level): void {
  tape.level = level - 1;
  tape.recording = recordedBefore;
  if (tape.level === 0 || !recordedBefore) forgetFrom(first);
}

/** @internal The buffers of a pack's tensors (of any nested plain data that holds tensors), for scopes. A list and not a generator: every step runs it. */
export function buffersOf(value: unknown, found: Buffer[] = []): Buffer[] {
  if (value instanceof Tensor) {
    if (value.value instanceof Buffer) found.push(value.value);
  } else if (Array.isArray(value)) {
    for (const inner of value) buffersOf(inner, found);
  } else if (typeof value === "object" && value !== null) {
    const record = value as Readonly<Record<string, unknown>>; // whatever it is, it is read by name
    for (const name in record) if (Object.hasOwn(record, name)) buffersOf(record[name], found);
  }
  return found;
}

/**
 * Runs `fn` and frees every tensor that it makes and does not return.
 *
 * @example
 * const norm = scope(() => sqrt(sum(mul(x, x))));   // the square and the sum are freed here
 */
export function scope<T>(fn: () => T): T {
  return withScope(fn, (result) => buffersOf(result));
}

/** In the outermost transform: frees what `fn` makes and does not return. Inside of another one everything stays for its backward pass. */
export function outermostScope<T>(fn: () => T): T {
  return tape.level === 0 ? scope(fn) : fn();
}
