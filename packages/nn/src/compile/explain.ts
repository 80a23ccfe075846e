/** @file What became of a compiled function: instructions, loops, memory, time. */
import type { Graph } from "../ir/graph.ts";
import { showGraph } from "../ir/show.ts";
import type { PlanFigures } from "./plan/plan.ts";
import type { TracedPlan } from "./trace-plan.ts";

/** One plan of a compiled function: it has one per structure of its arguments. */
export interface PlanExplanation extends PlanFigures {
  /** Instructions that tracing gave. */
  readonly tracedInstructions: number;
  /** Instructions that the passes left. */
  readonly instructions: number;
  /** Time to run the function once symbolically, in milliseconds; so are the others. */
  readonly traceMs: number;
  readonly optimizeMs: number;
  /** Time to fuse, lay out memory, and generate and load the code. */
  readonly emitMs: number;
  /** What is computed, after all passes, as text. */
  showGraph(): string;
}

/** A compiled function, as {@link explain} sees it. */
export interface Explainable {
  /** Its plans, the one that was used last first. */
  plans(): readonly TracedPlan[];
}

/**
 * Says what a compiled function is made of.
 *
 * @param compiled - What `compile` or `compileStep` returned.
 * @returns One entry per plan, the one that was used last first; empty before the first call.
 *
 * @example
 * const [plan] = explain(step);
 * console.log(`${plan.loops} loops for ${plan.fusedInstructions} of ${plan.instructions} instructions, ${plan.memoryBytes} bytes`);
 */
export function explain(compiled: Explainable): PlanExplanation[] {
  return compiled.plans().map(explainPlan);
}

function explainPlan({ plan, graph, tracedInstructions, traceMs, optimizeMs, emitMs }: TracedPlan): PlanExplanation {
  const shown: Graph = graph;
  return {
    ...plan.figures,
    tracedInstructions,
    instructions: graph.instructions.length,
    traceMs,
    optimizeMs,
    emitMs,
    showGraph: () => showGraph(shown),
  };
}
