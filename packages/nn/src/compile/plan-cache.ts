/** @file The plans of one function: one per structure of its arguments, a bounded number. */
import type { Buffer } from "../engine/buffer.ts";
import { checkAlive } from "../engine/engine.ts";
import type { TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, concrete } from "../tensor/tensor.ts";
import { collectTensors, type PackStructure, structureOf } from "./pack-structure.ts";
import type { TracedPlan } from "./trace-plan.ts";

/** A plan for arguments of one structure. */
export interface CachedPlan {
  readonly traced: TracedPlan;
  /** Structure of the arguments that the plan is for. */
  readonly structure: PackStructure;
  /** The arguments of the current call; filled in anew for each. */
  readonly tensors: AnyTensor[];
  readonly inputs: number;
  /** Byte offsets for the current call: of the arguments, and of results that the caller makes room for. */
  readonly ptrs: Int32Array;
  /** Memory of the constants that the code reads where they are. */
  readonly constants: readonly Buffer[];
  /** Frees its memory. */
  free(): void;
}

/** Plans by structure of the arguments, the one that was used last first. */
export interface PlanCache<P extends CachedPlan> {
  /** The plan for these arguments, which are then its `tensors`; made if there is none. The least recently used one goes when there are too many. */
  planFor(pack: TensorPack): P;
  readonly plans: readonly P[];
  /** Frees all plans. */
  clear(): void;
}

/**
 * An empty cache.
 *
 * @param make - Makes a plan for a structure, given the first arguments of it.
 */
export function createPlanCache<P extends CachedPlan>(
  what: string,
  maxPlans: number,
  make: (structure: PackStructure, pack: TensorPack) => P,
): PlanCache<P> {
  const plans: P[] = [];
  const planFor = (pack: TensorPack): P => {
    for (let i = 0; i < plans.length; i += 1) {
      const plan = plans[i] as P; // i < length
      if (!collectTensors(pack, plan.structure, plan.tensors)) continue;
      if (i > 0) {
        plans.splice(i, 1);
        plans.unshift(plan);
      }
      return plan;
    }
    const plan = make(structureOf(pack, what), pack);
    plans.unshift(plan);
    for (const old of plans.splice(maxPlans)) old.free();
    collectTensors(pack, plan.structure, plan.tensors);
    return plan;
  };
  const clear = (): void => {
    for (const plan of plans.splice(0)) plan.free();
  };
  return { planFor, plans, clear };
}

/** What a plan needs to be cached. */
export function cachedPlan(traced: TracedPlan, structure: PackStructure, inputs: number, results: number): CachedPlan {
  const constants = [...traced.graph.constants.values()].map((tensor) => concrete(tensor, "a compiled function"));
  const ptrs = new Int32Array(inputs + results);
  return { traced, structure, tensors: [], inputs, ptrs, constants, free: traced.plan.free };
}

/**
 * Runs a plan on the tensors that were collected for it, and into the memory that `ptrs` gives for results.
 *
 * @throws TrainlogError `tensor/disposed` when an argument, or a tensor that the function closed over, was freed.
 */
export function runPlan({ traced, tensors, inputs, ptrs, constants }: CachedPlan): void {
  for (let i = 0; i < constants.length; i += 1) checkAlive(constants[i] as Buffer); // i < length
  for (let i = 0; i < inputs; i += 1) {
    ptrs[i] = checkAlive(concrete(tensors[i] as AnyTensor, "a compiled function")).ptr; // as many as the plan has inputs
  }
  traced.plan.run(ptrs);
}
