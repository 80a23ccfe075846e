/** @file The passes in their order. */
import type { Graph } from "../../ir/graph.ts";
import { mergeCommonSubexpressions } from "./common-subexpressions.ts";
import { removeDeadCode } from "./dead-code.ts";
import { foldConstants } from "./fold-constants.ts";
import { simplify } from "./simplify.ts";

/**
 * The graph that is computed in place of a traced one: same inputs, same outputs (to the bit, where the order of additions is the same), fewer instructions.
 *
 * Each pass is one walk. Folding comes before merging, because equal numbers come from different computations, and again after it there is nothing new.
 */
export function optimize(graph: Graph): Graph {
  return removeDeadCode(mergeCommonSubexpressions(simplify(foldConstants(removeDeadCode(graph)))));
}
