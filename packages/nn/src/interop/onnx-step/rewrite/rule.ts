/** @file What rules see of a graph, and what they give. */
import type { Graph, GraphValue, Instruction } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import { primitiveList } from "../../../primitives/index.ts";
import type { Primitive } from "../../../primitives/primitive.ts";

/** What is known when an instruction's turn comes. */
export interface Facts {
  readonly rewriter: GraphRewriter;
  /** The instructions of the old graph that have a value of it as an operand. */
  usersOf(value: GraphValue): readonly Instruction[];
  /** Says whether nothing but one operand of one instruction is a value of the old graph. */
  isUsedOnce(value: GraphValue): boolean;
}

/** The value that stands for an instruction's output; undefined when there is none. */
export type Rule = (facts: Facts, instruction: Instruction) => GraphValue | undefined;

/** What is known of a graph before its first instruction's turn. */
export function factsOf(graph: Graph, rewriter: GraphRewriter): Facts {
  const users = new Map<number, Instruction[]>();
  for (const instruction of graph.instructions) {
    for (const { id } of instruction.inputs) {
      const known = users.get(id);
      if (known === undefined) users.set(id, [instruction]);
      else known.push(instruction);
    }
  }
  const usersOf = ({ id }: GraphValue): readonly Instruction[] => users.get(id) ?? [];
  const isUsedOnce = (value: GraphValue): boolean => usersOf(value).length === 1 && !graph.outputs.includes(value);
  return { rewriter, usersOf, isUsedOnce };
}

/** The operands of the instruction that makes a value, if it is of this primitive; none otherwise. */
export function operandsOf(
  rewriter: GraphRewriter,
  value: GraphValue | undefined,
  primitiveName: string,
): readonly GraphValue[] {
  const maker = value === undefined ? undefined : rewriter.makerOf(value);
  return maker?.primitive.name === primitiveName ? maker.inputs : [];
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
