/**
 * @file Random numbers from keys as ONNX nodes: Threefry-2x32 in integer arithmetic, bit for bit as in `primitives/threefry.ts`.
 *
 * Words are int32 edges, whose sums wrap around; runtimes shift unsigned numbers only, so rotations go through uint32.
 */
import type { RandomBitsAttributes, SplitKeyAttributes, UniformAttributes } from "../../../../primitives/random.ts";
import { GROUPS, PARITY, ROTATIONS } from "../../../../primitives/threefry.ts";
import { ONNX_TYPES } from "../../proto/messages.ts";
import type { Size } from "../batch-size.ts";
import { allFixed, type Call, type Exporter, exporter, fixed, input } from "../call.ts";
import type { GraphWriter } from "../graph-writer.ts";

/** Edges of two words. */
type WordEdges = readonly [string, string];

const WORD_BITS = 32;

function unsigned(write: GraphWriter, x: string): string {
  return write.node("Cast", [x], { to: { int: ONNX_TYPES.uint32 } });
}

function shifted(write: GraphWriter, x: string, bits: number, direction: "LEFT" | "RIGHT"): string {
  return write.node("BitShift", [x, write.uint32(bits)], { direction: { text: direction } });
}

function rotated(write: GraphWriter, x: string, bits: number): string {
  const word = unsigned(write, x);
  const left = shifted(write, word, bits, "LEFT");
  return write.cast(write.node("BitwiseOr", [left, shifted(write, word, WORD_BITS - bits, "RIGHT")]), "int32");
}

/** 64 scrambled bits for each counter under each key; all four edges broadcast. */
function threefry(write: GraphWriter, [key0, key1]: WordEdges, [counter0, counter1]: WordEdges): WordEdges {
  const add = (a: string, b: string): string => write.node("Add", [a, b]);
  const xor = (a: string, b: string): string => write.node("BitwiseXor", [a, b]);
  const schedule = [key0, key1, xor(xor(key0, key1), write.scalar(PARITY, "int32"))];
  const scheduled = (index: number): string => schedule[index % schedule.length] ?? key0;
  let x0 = add(counter0, key0);
  let x1 = add(counter1, key1);
  for (let group = 0; group < GROUPS; group += 1) {
    for (const bits of ROTATIONS[group % ROTATIONS.length] ?? []) {
      x0 = add(x0, x1);
      x1 = xor(rotated(write, x1, bits), x0);
    }
    x0 = add(x0, scheduled(group + 1));
    x1 = add(add(x1, scheduled(group + 2)), write.scalar(group + 1, "int32"));
  }
  return [x0, x1];
}

/** The words of keys `[…, 2]`, each `[…]`. */
function wordsOf(write: GraphWriter, key: string): WordEdges {
  const word = (index: number): string => write.node("Gather", [key, write.int(index)], { axis: { int: -1 } });
  return [word(0), word(1)];
}

/** Bits for the counters 0 … count − 1 under each key: edges of shape `[…, count]`. */
function counted(write: GraphWriter, key: string, count: number): WordEdges {
  const [key0, key1] = wordsOf(write, key).map((word) => write.node("Unsqueeze", [word, write.ints([-1])]));
  const counters = Int32Array.from({ length: count }, (_, index) => index);
  const low = write.constant("counters", counters, [count], "int32");
  return threefry(write, [key0 ?? "", key1 ?? ""], [write.scalar(0, "int32"), low]);
}

function countOf(call: Call, shape: readonly Size[]): number {
  return allFixed(call, "the shape", shape).reduce((product, length) => product * length, 1);
}

function randomBits(write: GraphWriter, call: Call<RandomBitsAttributes>): string {
  const bits = counted(write, input(call, 0).name, countOf(call, call.attributes.shape));
  return write.node("Reshape", [write.node("BitwiseXor", bits), write.reshapeSizes(call.shape)]);
}

function uniform(write: GraphWriter, call: Call<UniformAttributes>): string {
  const [high, low] = counted(write, input(call, 0).name, countOf(call, call.attributes.shape));
  const fraction = call.dtype === "f64" ? of52Bits(write, high, low) : of23Bits(write, high, low);
  const number = call.dtype === "f64" ? write.cast(fraction, "f64") : fraction;
  return write.node("Reshape", [number, write.reshapeSizes(call.shape)]);
}

/** The upper 23 of 32 bits as a multiple of 2^-23. */
function of23Bits(write: GraphWriter, high: string, low: string): string {
  const bits = shifted(write, unsigned(write, write.node("BitwiseXor", [high, low])), 9, "RIGHT");
  return write.node("Mul", [write.cast(bits, "float"), write.scalar(2 ** -23, "float")]);
}

/** The upper 52 of 64 bits as a multiple of 2^-52, in double precision whatever the file's floats are. */
function of52Bits(write: GraphWriter, high: string, low: string): string {
  const double = (x: string): string => write.node("Cast", [x], { to: { int: ONNX_TYPES.double } });
  const upper = write.node("Mul", [double(unsigned(write, high)), write.double(2 ** -32)]);
  const lower = write.node("Mul", [double(shifted(write, unsigned(write, low), 12, "RIGHT")), write.double(2 ** -52)]);
  return write.node("Add", [upper, lower]);
}

/** Two words as a key, in a last axis of their own. */
function joined(write: GraphWriter, words: WordEdges): string {
  const columns = words.map((word) => write.node("Unsqueeze", [word, write.ints([-1])]));
  return write.node("Concat", columns, { axis: { int: -1 } });
}

/** Random numbers from keys, by name. */
export const RANDOM: Readonly<Record<string, Exporter>> = {
  randomBits: exporter(randomBits),
  uniform: exporter(uniform),
  splitKey: exporter<SplitKeyAttributes>((write, call) =>
    joined(write, counted(write, input(call, 0).name, fixed(call, "the number of keys", call.attributes.count))),
  ),
  foldIn: (write, call) =>
    joined(
      write,
      threefry(write, wordsOf(write, input(call, 0).name), [write.scalar(0, "int32"), input(call, 1).name]),
    ),
};
