/** @file Common subexpressions: what is computed twice from the same values is computed once. */
import type { Graph, Instruction } from "../../ir/graph.ts";
import { GraphRewriter } from "../../ir/rewrite.ts";
import { structuralKey } from "../../ir/structural-key.ts";
import type { Primitive } from "../../primitives/primitive.ts";

/** The graph with equal instructions merged. All primitives are functions of their inputs; `barrier` alone exists to be computed again. */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const rewriter = new GraphRewriter(graph);
  const numbers = new Map<Primitive, number>();
  const seen = new Map<string, Instruction>();
  for (const old of graph.instructions) {
    const instruction = rewriter.resolveInputs(old);
    const key = keyOf(instruction, numbers);
    const same = old.primitive.name === "barrier" ? undefined : seen.get(key);
    if (same !== undefined) {
      rewriter.replace(old.output, same.output);
      continue;
    }
    seen.set(key, instruction);
    rewriter.keep(instruction);
  }
  return rewriter.finish();
}

function keyOf({ primitive, inputs, attributes }: Instruction, numbers: Map<Primitive, number>): string {
  const number = numbers.get(primitive) ?? numbers.size;
  numbers.set(primitive, number);
  let key = `${number}`;
  for (const { id } of inputs) key += `,${id}`;
  return attributes === undefined ? key : `${key} ${structuralKey(attributes)}`;
}
