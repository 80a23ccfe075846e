/**
 * @file `compile`: a function of tensors as one WebAssembly function.
 *
 * The function runs once per structure of its arguments (shapes, element types, names), symbolically; from then on the generated code runs instead. It has
 * to be pure: what it does beside computing happens only while it is traced, and numbers from its closure are built in.
 */

import { tape } from "../autograd/tape.ts";
import { allocate, view } from "../engine/engine.ts";
import { describeValue, TrainlogError } from "../error.ts";
import { isTracing } from "../ir/trace.ts";
import { checkFunction } from "../options/check-function.ts";
import { checkOptionNames } from "../options/check-options.ts";
import { flattenPack, type TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { Explainable } from "./explain.ts";
import { buildPack, type PackStructure, structureOf } from "./pack-structure.ts";
import { type CachedPlan, cachedPlan, createPlanCache, runPlan } from "./plan-cache.ts";
import { tracePlan } from "./trace-plan.ts";

/** Options of {@link compile} and `compileStep`. */
export interface CompileOptions {
  /** Plans that are kept, one per structure of the arguments; the least recently used one is freed beyond that. Default 8. */
  readonly maxPlans?: number;
}

const DEFAULT_MAX_PLANS = 8;

/** A compiled function: called like the original. */
export interface Compiled<Args extends readonly TensorPack[], Out extends TensorPack> extends Explainable, Disposable {
  (...args: Args): Out;
  /** Frees all plans and their memory. The function can still be called, and compiles again. */
  dispose(): void;
}

/** A plan and the structure of what it returns. */
interface FunctionPlan extends CachedPlan {
  readonly result: PackStructure;
}

/** @internal The number of plans that options ask for. */
export function maxPlansOf(options: CompileOptions): number {
  checkOptionNames("compile", options, ["maxPlans"], { area: "compile" });
  const { maxPlans = DEFAULT_MAX_PLANS } = options;
  if (Number.isSafeInteger(maxPlans) && maxPlans >= 1) return maxPlans;
  throw new TrainlogError(
    "compile/bad-option",
    `maxPlans is a whole number of at least 1; got ${describeValue(maxPlans)}`,
  );
}

/**
 * Compiles a function of tensors.
 *
 * Inside of another compiled function it becomes a part of that one; inside of `grad` and the like it runs as it is, and is differentiated.
 *
 * @param fn - A pure function from packs to a pack. Traced at the first call with arguments of new shapes, element types or names.
 * @returns A function of the same arguments and result. Results are new tensors.
 * @throws TrainlogError `tensor/not-a-function`, `compile/bad-option`; when called `tensor/bad-pack`, `tensor/symbolic` (the function reads elements), `tensor/disposed`,
 *   `compile/no-webassembly`, and whatever the function throws.
 *
 * @example
 * const norm = compile((x: Tensor<[number]>) => sqrt(sum(mul(x, x))));
 * norm(tensor([3, 4])).item();   // 5
 */
export function compile<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
  options: CompileOptions = {},
): Compiled<Args, Out> {
  checkFunction("compile", fn);
  const cache = createPlanCache<FunctionPlan>("arguments", maxPlansOf(options), (structure, args) =>
    // The cache hands on the arguments that it was asked with.
    planFunction(fn, structure, args as unknown as Args),
  );
  const call = (...args: Args): Out => {
    if (isTracing() || (tape.level > 0 && tape.recording)) return fn(...args);
    // Same structure as the traced function returned.
    return runFunction(cache.planFor(args)) as Out;
  };
  const dispose = cache.clear;
  return Object.assign(call, {
    plans: () => cache.plans.map(({ traced }) => traced),
    dispose,
    [Symbol.dispose]: dispose,
  });
}

function planFunction<Args extends readonly TensorPack[], Out extends TensorPack>(
  fn: (...args: Args) => Out,
  structure: PackStructure,
  args: Args,
): FunctionPlan {
  const inputs = flattenPack(args).map(({ tensor }) => tensor);
  let result: PackStructure | undefined;
  const traced = tracePlan({
    inputs,
    statePtrs: [],
    callerKeepsOutputs: true,
    fn: (tensors) => {
      const output = fn(...(buildPack(structure, tensors) as unknown as Args)); // same structure as `args`
      result = structureOf(output, "the compiled function's result");
      return flattenPack(output).map(({ tensor }) => tensor);
    },
  });
  if (result === undefined) throw new RangeError("tracing runs the function");
  return { ...cachedPlan(traced, structure, inputs.length, traced.graph.outputs.length), result };
}

/** Runs a plan into new tensors. */
function runFunction(plan: FunctionPlan): TensorPack {
  const { outputs } = plan.traced.graph;
  const first = plan.ptrs.length - outputs.length;
  const tensors = outputs.map(({ shape, dtype }, i): AnyTensor => {
    const buffer = allocate(shape, dtype);
    plan.ptrs[first + i] = buffer.ptr;
    return new Tensor(buffer, shape, dtype);
  });
  runPlan(plan);
  return buildPack(plan.result, tensors);
}

/** @internal Copies within the engine's memory; sizes are multiples of 4 bytes. */
export function copyElements(fromPtr: number, toPtr: number, sizeBytes: number): void {
  view("int32").copyWithin(toPtr / 4, fromPtr / 4, (fromPtr + sizeBytes) / 4);
}
