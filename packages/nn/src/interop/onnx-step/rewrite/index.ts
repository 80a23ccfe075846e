/** @file What is computed in another order, or in fewer steps, than it was traced, because onnxruntime has no compiler that would fuse it. */
import { optimize } from "../../../compile/passes/optimize.ts";
import type { Graph } from "../../../ir/graph.ts";
import { GraphRewriter } from "../../../ir/rewrite.ts";
import { causalGradient, causalWeights, trianglesTimes } from "./causal-attention.ts";
import { convolutionWithBias } from "./convolution-with-bias.ts";
import { geluGradient, geluOfHalfErf } from "./gelu.ts";
import { joinPads } from "./joined-pads.ts";
import { matmulWithBias } from "./matmul-with-bias.ts";
import { maskPooledCotangent } from "./pooled-cotangent.ts";
import { factsOf, type Rule } from "./rule.ts";
import { productOfScaled, productTimesNumber } from "./scaled-product.ts";

const RULES: readonly Rule[] = [
  maskPooledCotangent,
  convolutionWithBias,
  matmulWithBias,
  causalWeights,
  trianglesTimes,
  causalGradient,
  geluOfHalfErf,
  geluGradient,
  joinPads,
];

/** Rules for what the first ones leave. */
const LATER_RULES: readonly Rule[] = [productTimesNumber, productOfScaled];

/** The same function. Common subexpressions may come up again, and what nothing needs any more is left in. */
export function rewriteForRuntime(graph: Graph): Graph {
  return rewriteBy(LATER_RULES, optimize(rewriteBy(RULES, graph)));
}

function rewriteBy(rules: readonly Rule[], graph: Graph): Graph {
  const rewriter = new GraphRewriter(graph);
  const facts = factsOf(graph, rewriter);
  for (const old of graph.instructions) {
    const instruction = rewriter.resolveInputs(old);
    let other: ReturnType<Rule>;
    for (const rule of rules) other ??= rule(facts, instruction);
    if (other === undefined) rewriter.keep(instruction);
    else rewriter.replace(old.output, other);
  }
  return rewriter.finish();
}
