/** @file Simplification of operations that only move elements, and of those that can take their operands as they lie. */
import type { GraphValue, Instruction } from "../../ir/graph.ts";
import type { GraphRewriter } from "../../ir/rewrite.ts";
import type { Primitive } from "../../primitives/primitive.ts";
import { sameShape } from "../../shape/shape.ts";
import { permutationOf } from "../schedule/classify.ts";
import type { Rule } from "./rule.ts";

/** Rules for layout operations and their consumers. */
export const simplifyLayout: Rule = (rewriter, instruction) => {
  const { primitive, inputs, output } = instruction;
  const [x] = inputs;
  if (x === undefined) return undefined;
  switch (primitive.name) {
    case "reshape":
      return simplifyReshape(rewriter, instruction, x);
    case "transpose":
      return simplifyTranspose(rewriter, instruction, x);
    case "broadcastTo":
      return simplifyBroadcast(rewriter, instruction, x);
    case "slice":
    case "pad":
      return sameShape(x.shape, output.shape) ? x : undefined;
    case "cast":
      return x.dtype === output.dtype ? x : undefined;
    case "matmul":
      return transposesAsFlags(rewriter, instruction);
    default:
      return primitive.elementwise === true ? withoutBroadcasts(rewriter, instruction) : undefined;
  }
};

/** Reshapes to the same shape go; of several in a row the last is enough. */
function simplifyReshape(
  rewriter: GraphRewriter,
  { primitive, attributes, output }: Instruction,
  x: GraphValue,
): GraphValue | undefined {
  if (sameShape(x.shape, output.shape)) return x;
  const source = sourceOf(rewriter, x, "reshape");
  if (source === undefined) return undefined;
  return sameShape(source.shape, output.shape) ? source : rewriter.emit(primitive, [source], attributes);
}

/** Two transposes are one; one that changes no order goes. */
function simplifyTranspose(rewriter: GraphRewriter, instruction: Instruction, x: GraphValue): GraphValue | undefined {
  const permutation = permutationOf(instruction);
  if (permutation.every((axis, i) => axis === i)) return x;
  const inner = rewriter.makerOf(x);
  const [source] = inner?.inputs ?? [];
  if (inner?.primitive.name !== "transpose" || source === undefined) return undefined;
  const innerPermutation = permutationOf(inner);
  const both = permutation.map((axis) => innerPermutation[axis] ?? 0);
  if (both.every((axis, i) => axis === i)) return source;
  return rewriter.emit(instruction.primitive, [source], { perm: both });
}

/** Broadcasting to the same shape goes; of several in a row the last is enough. */
function simplifyBroadcast(
  rewriter: GraphRewriter,
  { primitive, attributes, output }: Instruction,
  x: GraphValue,
): GraphValue | undefined {
  if (sameShape(x.shape, output.shape)) return x;
  const source = sourceOf(rewriter, x, "broadcastTo");
  return source === undefined ? undefined : rewriter.emit(primitive, [source], attributes);
}

/** Elementwise operations broadcast by themselves. */
function withoutBroadcasts(
  rewriter: GraphRewriter,
  { primitive, inputs, attributes, output }: Instruction,
): GraphValue | undefined {
  let current = inputs;
  inputs.forEach((input, at) => {
    const source = sourceOf(rewriter, input, "broadcastTo");
    if (source === undefined) return;
    const candidate = current.with(at, source);
    if (broadcastsTo(primitive, candidate, attributes, output)) current = candidate;
  });
  return current === inputs ? undefined : rewriter.emit(primitive, current, attributes);
}

function broadcastsTo(
  primitive: Primitive,
  inputs: readonly GraphValue[],
  attributes: unknown,
  { shape }: GraphValue,
): boolean {
  const rank = Math.max(...inputs.map((input) => input.shape.length));
  return rank === shape.length && sameShape(primitive.infer(inputs, attributes).shape, shape);
}

/** What is known of `matmul`'s attributes. */
interface MatmulFlags {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** matmul reads its operands transposed for free. */
function transposesAsFlags(
  rewriter: GraphRewriter,
  { primitive, inputs, attributes }: Instruction,
): GraphValue | undefined {
  const [a, b] = inputs;
  if (a === undefined || b === undefined) return undefined;
  const { transposeA = false, transposeB = false } = (attributes ?? {}) as MatmulFlags;
  const sourceA = swappedSource(rewriter, a);
  const sourceB = swappedSource(rewriter, b);
  if (sourceA === undefined && sourceB === undefined) return undefined;
  return rewriter.emit(primitive, [sourceA ?? a, sourceB ?? b], {
    transposeA: transposeA !== (sourceA !== undefined),
    transposeB: transposeB !== (sourceB !== undefined),
  });
}

/** The operand of a transpose that swaps the last two axes and leaves the others. */
function swappedSource(rewriter: GraphRewriter, value: GraphValue): GraphValue | undefined {
  const maker = rewriter.makerOf(value);
  if (maker?.primitive.name !== "transpose") return undefined;
  const permutation = permutationOf(maker);
  const rank = permutation.length;
  const swaps = permutation.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return swaps ? maker.inputs[0] : undefined;
}

/** The operand of the instruction that makes `value`, if it is of this primitive. */
function sourceOf(rewriter: GraphRewriter, value: GraphValue, primitiveName: string): GraphValue | undefined {
  const maker = rewriter.makerOf(value);
  return maker?.primitive.name === primitiveName ? maker.inputs[0] : undefined;
}
