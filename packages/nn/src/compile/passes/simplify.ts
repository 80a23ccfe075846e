/**
 * @file Algebraic simplification: instructions that change nothing, or that a cheaper one replaces.
 *
 * Only what gives the same bits for every input, NaN, infinities and −0 included: x + 0 stays (it makes 0 of −0), x·0 stays (it keeps NaN).
 */
import type { Graph } from "../../ir/graph.ts";
import { GraphRewriter } from "../../ir/rewrite.ts";
import { sameShape } from "../../shape/shape.ts";
import { fillOf } from "./fold-constants.ts";
import { simplifyLayout } from "./layout.ts";
import type { Rule } from "./rule.ts";

/** The graph with each instruction simplified as far as the rules go, in one walk. */
export function simplify(graph: Graph): Graph {
  const rewriter = new GraphRewriter(graph);
  for (const old of graph.instructions) {
    const instruction = rewriter.resolveInputs(old);
    const simpler = simplifyArithmetic(rewriter, instruction) ?? simplifyLayout(rewriter, instruction);
    if (simpler === undefined) rewriter.keep(instruction);
    else rewriter.replace(old.output, simpler);
  }
  return rewriter.finish();
}

/** By primitive: which operand (0 or 1) is the result when the other one is all this number. */
const NEUTRAL: Readonly<Record<string, readonly { readonly number: number; readonly at: 0 | 1 }[] | undefined>> = {
  mul: [
    { number: 1, at: 1 },
    { number: 1, at: 0 },
  ],
  div: [{ number: 1, at: 1 }],
  pow: [{ number: 1, at: 1 }],
  sub: [{ number: 0, at: 1 }],
  add: [
    { number: -0, at: 1 },
    { number: -0, at: 0 },
  ],
};

const simplifyArithmetic: Rule = (rewriter, instruction) => {
  const { primitive, inputs, output } = instruction;
  const [x] = inputs;
  if (x === undefined) return undefined;
  if (primitive.identity === true) return x;
  if (primitive.name === "neg") {
    const inner = rewriter.makerOf(x);
    return inner?.primitive.name === "neg" ? inner.inputs[0] : undefined;
  }
  for (const { number, at } of NEUTRAL[primitive.name] ?? []) {
    const [kept, other] = at === 1 ? inputs : inputs.toReversed();
    if (kept === undefined || other === undefined || !sameShape(kept.shape, output.shape)) continue;
    const value = fillOf(rewriter, other);
    // −0 and 0 are one number for integers.
    if (value !== undefined && (output.dtype === "int32" ? value === number : Object.is(value, number))) return kept;
  }
  return undefined;
};
