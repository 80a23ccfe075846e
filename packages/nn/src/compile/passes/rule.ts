/** @file The form of one simplification. */
import type { GraphValue, Instruction } from "../../ir/graph.ts";
import type { GraphRewriter } from "../../ir/rewrite.ts";

/** The value that can stand for an instruction's output; undefined when there is none. May emit instructions. */
export type Rule = (rewriter: GraphRewriter, instruction: Instruction) => GraphValue | undefined;
