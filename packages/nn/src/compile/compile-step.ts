/**
 * @file `compileStep`: a function from state and batch to a new state and an output, as one WebAssembly function that keeps the state.
 *
 * The state lies in memory of the step's own. A run reads the batch, computes, writes the new state over the old one (in place wherever nobody reads the
 * old one any more) and allocates nothing: a training loop is one call per step.
 */

import { Buffer } from "../engine/buffer.ts";
import { checkFunction } from "../options/check-function.ts";
import { cast } from "../primitives/index.ts";
import { flattenPack, type TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, concrete, Tensor } from "../tensor/tensor.ts";
import { type CompileOptions, maxPlansOf } from "./compile.ts";
import type { Explainable } from "./explain.ts";
import { buildPack, collectTensors, type PackStructure, structureOf } from "./pack-structure.ts";
import { type CachedPlan, cachedPlan, createPlanCache, runPlan } from "./plan-cache.ts";
import { StateHome, stateChanged } from "./state-home.ts";
import { type TracedPlan, tracePlan } from "./trace-plan.ts";

/** What one step gives. */
export interface StepResult<State extends TensorPack, Out extends TensorPack> {
  /** Of the same structure, shapes and element types as the state that came in. */
  readonly state: State;
  /** What the caller wants to see of the step: the loss, metrics. */
  readonly output: Out;
}

/** A compiled step and its state. */
export interface CompiledStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack>
  extends Explainable,
    Disposable {
  /**
   * Runs one step on the kept state.
   *
   * Batches of several shapes are fine (the last one of an epoch is often smaller): each shape is traced once.
   *
   * @returns The step's output. Its tensors are the step's own memory: the next run with a batch of the same shape overwrites them.
   * @throws TrainlogError `tensor/disposed` (the step, or a tensor of the batch), `compile/state-changed`, `compile/nested-step`, and as `compile`.
   */
  run(batch: Batch): Out;
  /** A copy of the state, as new tensors. */
  state(): State;
  /**
   * Replaces the state by a copy of another one.
   *
   * @throws TrainlogError `compile/state-changed` when it has other names, shapes or element types.
   */
  setState(state: State): void;
  /** Frees the state, the outputs and all plans. */
  dispose(): void;
}

interface StepPlan extends CachedPlan {
  readonly output: TensorPack;
}

/**
 * Compiles a step: a training step, a step of a simulation.
 *
 * @param fn - A pure function of state and batch. Traced once per structure of the batch.
 * @param initialState - Is copied.
 * @throws TrainlogError `tensor/not-a-function`, `compile/bad-option`, `tensor/bad-pack`.
 *
 * @example
 * const step = compileStep(
 *   ({ params, opt }, { x, y }: Batch) => {
 *     const { value, grad } = valueAndGrad(loss)(params, x, y);
 *     const { updates, state } = optimizer.update(grad, opt, params);
 *     return { state: { params: applyUpdates(params, updates), opt: state }, output: { loss: value } };
 *   },
 *   { params, opt: optimizer.init(params) },
 * );
 * for (const batch of batches) step.run(batch);
 * const trained = step.state().params;
 */
export function compileStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack>(
  fn: (state: State, batch: Batch) => StepResult<State, Out>,
  initialState: State,
  options: CompileOptions = {},
): CompiledStep<State, Batch, Out> {
  checkFunction("compileStep", fn);
  // It is called with packs of the structures of State and Batch only; so below.
  return makeStep(fn as unknown as StepFunction, initialState, false, options);
}

/** @internal What one step gives, and whether it counts. */
export interface GuardedResult<State extends TensorPack, Out extends TensorPack> extends StepResult<State, Out> {
  /** A scalar: where it is 0 the state stays as it was, to the bit, and what only the new state needs is not computed. */
  readonly guard: AnyTensor;
}

/** @internal As {@link compileStep}, for a step that decides from what it computed whether the state changes. Its output is given in either case. */
export function compileGuardedStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack>(
  fn: (state: State, batch: Batch) => GuardedResult<State, Out>,
  initialState: State,
  options: CompileOptions = {},
): CompiledStep<State, Batch, Out> {
  return makeStep(fn as unknown as StepFunction, initialState, true, options);
}

function makeStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack>(
  fn: StepFunction,
  initialState: State,
  guarded: boolean,
  options: CompileOptions,
): CompiledStep<State, Batch, Out> {
  const home = new StateHome(initialState);
  const cache = createPlanCache<StepPlan>("the batch", maxPlansOf(options), (structure, batch) =>
    planStep({ fn, home, guarded }, structure, batch),
  );
  const dispose = (): void => {
    cache.clear();
    home.free();
  };
  return {
    run(batch) {
      home.check();
      const plan = cache.planFor(batch);
      runPlan(plan);
      return plan.output as Out; // of the structure that `fn` returned
    },
    state: () => home.read() as State, // of the initial state's structure
    setState: (state) => home.write(state, "the new state"),
    plans: () => cache.plans.map(({ traced }) => traced),
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** Without a guard where the step has none. */
type StepFunction = (
  state: TensorPack,
  batch: TensorPack,
) => StepResult<TensorPack, TensorPack> & { readonly guard?: AnyTensor };

/** What is planned. */
interface StepSource {
  readonly fn: StepFunction;
  readonly home: StateHome;
  readonly guarded: boolean;
}

function planStep({ fn, home, guarded }: StepSource, structure: PackStructure, batch: TensorPack): StepPlan {
  const inputs = flattenPack(batch).map(({ tensor }) => tensor);
  const stateCount = home.leaves.length;
  let result: PackStructure | undefined;
  const traced = tracePlan({
    inputs: [...home.leaves, ...inputs],
    statePtrs: home.ptrs,
    guarded,
    callerKeepsOutputs: false,
    fn: (tensors) => {
      const { state, output, guard } = fn(
        buildPack(home.structure, tensors.slice(0, stateCount)),
        buildPack(structure, tensors.slice(stateCount)),
      );
      const next: AnyTensor[] = [];
      if (!collectTensors(state, home.structure, next)) {
        throw stateChanged(home.structure, state, "the state that the step returned");
      }
      result = structureOf(output, "the step's output");
      const guards = guarded && guard !== undefined ? [cast(guard, "int32")] : [];
      return [...next, ...flattenPack(output).map(({ tensor }) => tensor), ...guards];
    },
  });
  if (result === undefined) throw new RangeError("tracing runs the function");
  const outputs = lendOutputs(traced, home);
  const free = (): void => {
    for (const output of outputs) concrete(output, "an output").ptr = -1;
    traced.plan.free();
  };
  return { ...cachedPlan(traced, structure, inputs.length, 0), output: buildPack(result, outputs), free };
}

/** Tensors that read the outputs where the plan leaves them: no scope and no collector knows their memory, and dispose() of them leaves it alone. */
function lendOutputs({ graph, plan }: TracedPlan, home: StateHome): AnyTensor[] {
  const stateCount = home.leaves.length;
  return graph.outputs.slice(stateCount).map(({ shape, dtype }, i) => {
    const ptr = plan.outputPtrs[stateCount + i] ?? 0;
    const buffer = new Buffer(ptr, -1, true);
    // The owners of the memory live as long as the tensor that reads it.
    buffer.held = [plan, home];
    return new Tensor(buffer, shape, dtype);
  });
}
