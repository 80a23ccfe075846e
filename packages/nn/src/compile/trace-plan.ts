/** @file From a function to a plan: trace, optimise, emit; with the time that each took. */
import type { Graph, GraphValue } from "../ir/graph.ts";
import { trace } from "../ir/trace.ts";
import type { Abstract } from "../primitives/primitive.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { optimize } from "./passes/optimize.ts";
import { ownOutputs } from "./passes/own-outputs.ts";
import { createPlan, type Plan } from "./plan/plan.ts";

/** A plan and how it came about. */
export interface TracedPlan {
  readonly plan: Plan;
  /** What is computed, after all passes. */
  readonly graph: Graph;
  /** Instructions before the passes. */
  readonly tracedInstructions: number;
  readonly traceMs: number;
  readonly optimizeMs: number;
  readonly emitMs: number;
}

/** What is traced. */
export interface TraceRequest {
  readonly inputs: readonly Abstract[];
  readonly fn: (args: readonly AnyTensor[]) => readonly AnyTensor[];
  /** Addresses of the first inputs, which are states: the first outputs replace them. */
  readonly statePtrs: readonly number[];
  /** The last output is an int32 scalar; where it is 0 the states stay as they are. */
  readonly guarded?: boolean;
  /** The caller makes room for the outputs of each run. */
  readonly callerKeepsOutputs: boolean;
}

/** Makes a plan of a function. */
export function tracePlan({ inputs, fn, statePtrs, guarded, callerKeepsOutputs }: TraceRequest): TracedPlan {
  const start = performance.now();
  const traced = trace(inputs, fn);
  const tracedAt = performance.now();
  const graph = ownOutputs(optimize(traced), statePtrs.length);
  const optimizedAt = performance.now();
  const states = statePtrs.map((ptr, i) => ({ before: at(graph.inputs, i), after: at(graph.outputs, i), ptr }));
  const plan = createPlan({ graph, states, guard: guarded ? graph.outputs.at(-1) : undefined, callerKeepsOutputs });
  return {
    plan,
    graph,
    tracedInstructions: traced.instructions.length,
    traceMs: tracedAt - start,
    optimizeMs: optimizedAt - tracedAt,
    emitMs: performance.now() - optimizedAt,
  };
}

function at(values: readonly GraphValue[], index: number): GraphValue {
  const value = values[index];
  if (value === undefined) throw new RangeError("a state has no value");
  return value;
}
