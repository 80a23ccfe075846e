/** @file What rules see of a graph, and what they give. */
import type { Graph, GraphValue, Instruction } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import { primitiveList } from "../../../primitives/index.ts";
import type { Primitive } from "../../../primitives/primitive.ts";

/** What is known when an instruction's turn comes. */
export interface Facts {
  readonly rewriter: GraphRewriter;
  /** How often a value of the old graph is an operand or an output. */
  usesOf(value: GraphValue): number;
}

/** The value that stands for an instruction's output; undefined when there is none. */
export type Rule = (facts: Facts, instruction: Instruction) => GraphValue | undefined;

/** Counts the uses of a graph's values. */
export function usesIn({ instructions, outputs }: Graph): (value: GraphValue) => number {
  const uses = new Map<number, number>();
  for (const { id } of [...instructions.flatMap(({ inputs }) => inputs), ...outputs]) {
    uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  return ({ id }) => uses.get(id) ?? 0;
}

/** The number that all elements of a value are; undefined when it is not made by `fill`. */
export function fillOf(rewriter: GraphRewriter, value: GraphValue): number | undefined {
  const maker = rewriter.makerOf(value);
  if (maker?.primitive.name !== "fill") return undefined;
  const { attributes } = maker;
  if (typeof attributes !== "object" || attributes === null || !("value" in attributes)) return undefined;
  return typeof attributes.value === "number" ? attributes.value : undefined;
}

/** A primitive that graphs can hold. */
export function primitiveNamed(name: string): Primitive {
  const found = primitiveList.find((primitive) => primitive.name === name);
  if (found === undefined) throw new RangeError(`there is no primitive ${name}`);
  return found;
}
