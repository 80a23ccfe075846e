/**
 * @file A plan: a graph as one WebAssembly function over memory that is laid out once.
 *
 * `run` computes every step and writes new states over the old ones, all in one call from JavaScript and without allocating. Addresses are constants of the
 * generated code, but for arguments and results, which are read and written where the caller has them. Where an instruction has neither loop nor kernel,
 * the code calls back into its reference.
 */
import type { Graph, GraphValue } from "../../ir/graph.ts";
import { concrete } from "../../tensor/tensor.ts";
import { assignMemory, type StateSlot } from "../memory/assign.ts";
import { schedule as scheduleGraph } from "../schedule/fuse.ts";
import { computeFirst, type GuardedSchedule } from "../schedule/guard.ts";
import { memoryOf, type Schedule } from "../schedule/schedule.ts";
import { PlanWriter } from "./plan-writer.ts";
import { slotAddress } from "./slots.ts";
import { createWorkspace } from "./workspace.ts";

/** A state that a plan keeps: the graph's input for it, the output that replaces it, and where it lies. */
export interface PlanState extends StateSlot {
  readonly ptr: number;
}

/** A graph that can be run. */
export interface Plan {
  /**
   * Computes everything once.
   *
   * @param ptrs - Byte offsets of the graph's inputs that are no states, and then of the outputs that the caller makes room for, in order.
   */
  run(ptrs: Int32Array): void;
  /** Byte offset of each output of the graph that the plan has room for, valid until the next run. */
  readonly outputPtrs: readonly number[];
  readonly figures: PlanFigures;
  /** Frees the plan's memory. */
  readonly free: () => void;
}

/** What a plan is made of. */
export interface PlanFigures {
  /** Fused loops. */
  readonly loops: number;
  /** Instructions that the loops compute. */
  readonly fusedInstructions: number;
  /** Instructions that are calls of kernels. */
  readonly kernelCalls: number;
  /** Primitives that are computed by their reference, outside of WebAssembly, in order. */
  readonly references: readonly string[];
  /** Static memory for values, working memory included. */
  readonly memoryBytes: number;
  /** Results that were written over an operand or an old state. */
  readonly reusedInPlace: number;
  /** States that had to be copied home. */
  readonly stateCopies: number;
  /** Size of the generated module. */
  readonly codeBytes: number;
}

/** What a plan is made for. */
export interface PlanRequest {
  readonly graph: Graph;
  readonly states: readonly PlanState[];
  /** An int32 scalar among the outputs: where it is 0 the run ends with the outputs, and the states stay as they are. */
  readonly guard?: GraphValue | undefined;
  /** Outputs go to memory that the caller gives for each run. They are then distinct results of instructions (see `ownOutputs`). */
  readonly callerKeepsOutputs: boolean;
}

/**
 * Makes a graph runnable.
 *
 * @throws TrainlogError `compile/no-webassembly` where code may not be generated, `engine/out-of-memory`.
 */
export function createPlan({ graph, states, guard, callerKeepsOutputs }: PlanRequest): Plan {
  const workspace = createWorkspace();
  try {
    const { schedule, guardedFrom } = orderOf(graph, states, guard);
    const addresses = outsideAddresses(graph, schedule, states, callerKeepsOutputs);
    const outside = new Set(addresses.keys());
    const memory = assignMemory({ schedule, outside, states, guardedFrom, outputs: graph.outputs });
    return new PlanWriter({ graph, schedule, guard, guardedFrom, memory, addresses, workspace }).plan();
  } catch (error) {
    workspace.free();
    throw error;
  }
}

/** The steps in order; with a guard it and all that is no state come first. */
function orderOf(graph: Graph, states: readonly PlanState[], guard: GraphValue | undefined): GuardedSchedule {
  const schedule = scheduleGraph(graph);
  if (guard === undefined) return { schedule, guardedFrom: 0 };
  return computeFirst(schedule, graph.outputs.slice(states.length));
}

/** Addresses of what lies outside of the plan's memory: states, constants, and slots for arguments and results. */
function outsideAddresses(
  graph: Graph,
  schedule: Schedule,
  states: readonly PlanState[],
  callerKeepsOutputs: boolean,
): Map<GraphValue, number> {
  const addresses = new Map(states.map(({ before, ptr }) => [before, ptr]));
  for (const value of graph.constantValues) {
    const tensor = graph.constants.get(value.id);
    if (tensor !== undefined) addresses.set(value, concrete(tensor, "a compiled function").ptr);
  }
  const inputs = graph.inputs.filter((value) => !addresses.has(value));
  const outputs = callerKeepsOutputs ? graph.outputs.map((value) => memoryOf(schedule, value)) : [];
  [...inputs, ...outputs].forEach((value, slot) => {
    addresses.set(value, slotAddress(slot));
  });
  return addresses;
}
