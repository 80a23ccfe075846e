/** @file Common subexpressions: what is computed twice from the same values is computed once. */
import type { Graph, Instruction } from "../../ir/graph.ts";
import { GraphRewriter } from "../../ir/rewrite.ts";
import { structuralKey } from "../../ir/structural-key.ts";

/** The graph with equal instructions merged. All primitives are functions of their inputs; `barrier` alone exists to be computed again. */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const rewriter = new GraphRewriter(graph);
  const seen = new SeenInstructions();
  for (const old of graph.instructions) {
    const instruction = rewriter.resolveInputs(old);
    const same = old.primitive.name === "barrier" ? undefined : seen.likeOrAdd(instruction);
    if (same === undefined) rewriter.keep(instruction);
    else rewriter.replace(old.output, same.output);
  }
  return rewriter.finish();
}

/** Ids of values are below it: two of them make one number. */
const MAX_ID = 2 ** 26;

/** Different instructions, found by their first and last operand: few read the same, so attributes are seldom compared. */
class SeenInstructions {
  private readonly byOperands = new Map<number, Instruction[]>();
  /** Those that read nothing. */
  private readonly sources = new Map<string, Instruction>();

  /** The instruction like this one that is there already; otherwise this one is there from now on. */
  likeOrAdd(instruction: Instruction): Instruction | undefined {
    const first = instruction.inputs[0];
    const last = instruction.inputs.at(-1);
    if (first === undefined || last === undefined) return this.sourceLikeOrAdd(instruction);
    const operands = first.id * MAX_ID + last.id;
    const others = this.byOperands.get(operands);
    const same = others?.find((other) => isSame(other, instruction));
    if (others === undefined) this.byOperands.set(operands, [instruction]);
    else if (same === undefined) others.push(instruction);
    return same;
  }

  private sourceLikeOrAdd(instruction: Instruction): Instruction | undefined {
    const { primitive, attributes } = instruction;
    const key = `${primitive.name} ${structuralKey(attributes)}`;
    const same = this.sources.get(key);
    if (same === undefined) this.sources.set(key, instruction);
    return same?.primitive === primitive ? same : undefined;
  }
}

function isSame(a: Instruction, b: Instruction): boolean {
  return (
    a.primitive === b.primitive &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((input, i) => input === b.inputs[i]) &&
    (a.attributes === b.attributes || structuralKey(a.attributes) === structuralKey(b.attributes))
  );
}
