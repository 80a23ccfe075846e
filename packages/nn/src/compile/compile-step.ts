/**
 * @file `compileStep`: a function from state and batch to a new state and an output, as one WebAssembly function that keeps the state.
 *
 * The state lies in memory of the step's own. A run reads the batch, computes, writes the new state over the old one (in place wherever nobody reads the
 * old one any more) and allocates nothing: a training loop is one call per step.
 */

import type { Buffer } from "../engine/buffer.ts";
import { allocate } from "../engine/engine.ts";
import { TrainlogError } from "../error.ts";
import { isTracing } from "../ir/trace.ts";
import { sameShape, showShape, sizeOf } from "../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../tensor/dtype.ts";
import { flattenPack, type TensorPack } from "../tensor/pack.ts";
import { type AnyTensor, concrete, Tensor } from "../tensor/tensor.ts";
import { type CompileOptions, copyElements, maxPlansOf } from "./compile.ts";
import type { Explainable } from "./explain.ts";
import {
  buildPack,
  collectTensors,
  leavesOf,
  type PackStructure,
  showStructure,
  structureOf,
} from "./pack-structure.ts";
import type { Plan } from "./plan/plan.ts";
import { createWorkspace, type Workspace } from "./plan/workspace.ts";
import { type CachedPlan, cachedPlan, createPlanCache, runPlan } from "./plan-cache.ts";
import { tracePlan } from "./trace-plan.ts";

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
  readonly outputBuffers: readonly Buffer[];
}

/**
 * Compiles a step: a training step, a step of a simulation.
 *
 * @param fn - A pure function of state and batch. Traced once per structure of the batch.
 * @param initialState - Is copied.
 * @throws TrainlogError `compile/bad-option`, `tensor/bad-pack`.
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
  const home = new StateHome(initialState);
  const cache = createPlanCache<StepPlan>("the batch", maxPlansOf(options), (structure, batch) =>
    // It is called with packs of the structures of State and Batch only.
    planStep(fn as unknown as StepFunction, home, structure, batch),
  );
  const dispose = (): void => {
    for (const { outputBuffers } of cache.plans) for (const buffer of outputBuffers) buffer.ptr = -1;
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

/** Memory of a plan that a tensor reads: the plan lives as long as the tensor. */
interface LentBuffer extends Buffer {
  readonly owner: Plan;
}

type StepFunction = (state: TensorPack, batch: TensorPack) => StepResult<TensorPack, TensorPack>;

/** Where a step's state lies from run to run. */
class StateHome {
  readonly structure: PackStructure;
  readonly leaves: ReturnType<typeof leavesOf>;
  readonly ptrs: readonly number[];
  private readonly workspace: Workspace = createWorkspace();
  private freed = false;

  constructor(initial: TensorPack) {
    this.structure = structureOf(initial, "the state");
    this.leaves = leavesOf(this.structure);
    this.ptrs = this.leaves.map(({ shape, dtype }) => this.workspace.take(sizeOf(shape) * BYTES_PER_ELEMENT[dtype]));
    this.write(initial, "the state");
  }

  check(): void {
    if (isTracing()) {
      throw new TrainlogError(
        "compile/nested-step",
        "a compiled step cannot be a part of another compiled function: it changes its own state. Use the plain function there",
      );
    }
    if (!this.freed) return;
    throw new TrainlogError(
      "tensor/disposed",
      "this compiled step was freed by dispose(); make a new one with compileStep",
    );
  }

  /** Copies a state in. */
  write(state: TensorPack, what: string): void {
    this.check();
    const tensors: AnyTensor[] = [];
    if (!collectTensors(state, this.structure, tensors))
      throw stateChanged(this.structure, structureOf(state, what), what);
    tensors.forEach((tensor, i) => {
      const { ptr } = concrete(tensor, "a compiled step");
      copyElements(ptr, this.ptrs[i] ?? 0, tensor.size * BYTES_PER_ELEMENT[tensor.dtype]);
    });
  }

  /** Copies the state out. */
  read(): TensorPack {
    this.check();
    const tensors = this.leaves.map(({ shape, dtype }, i) => {
      const buffer = allocate(shape, dtype);
      copyElements(this.ptrs[i] ?? 0, buffer.ptr, sizeOf(shape) * BYTES_PER_ELEMENT[dtype]);
      return new Tensor(buffer, shape, dtype);
    });
    return buildPack(this.structure, tensors);
  }

  free(): void {
    this.freed = true;
    this.workspace.free();
  }
}

function planStep(fn: StepFunction, home: StateHome, structure: PackStructure, batch: TensorPack): StepPlan {
  const inputs = flattenPack(batch).map(({ tensor }) => tensor);
  const stateCount = home.leaves.length;
  let result: PackStructure | undefined;
  const traced = tracePlan({
    inputs: [...home.leaves, ...inputs],
    statePtrs: home.ptrs,
    callerKeepsOutputs: false,
    fn: (tensors) => {
      const { state, output } = fn(
        buildPack(home.structure, tensors.slice(0, stateCount)),
        buildPack(structure, tensors.slice(stateCount)),
      );
      const next: AnyTensor[] = [];
      if (!collectTensors(state, home.structure, next)) {
        throw stateChanged(home.structure, structureOf(state, "the step's state"), "the state that the step returned");
      }
      result = structureOf(output, "the step's output");
      return [...next, ...flattenPack(output).map(({ tensor }) => tensor)];
    },
  });
  if (result === undefined) throw new RangeError("tracing runs the function");
  const outputs = traced.graph.outputs.slice(stateCount).map(({ shape, dtype }, i) => {
    // Belongs to the plan: no scope and no collector knows it, and dispose() of the tensor leaves it alone.
    const ptr = traced.plan.outputPtrs[stateCount + i] ?? 0;
    const buffer: LentBuffer = { ptr, sizeBytes: -1, kept: true, owner: traced.plan };
    return new Tensor(buffer, shape, dtype);
  });
  const outputBuffers = outputs.map((tensor) => concrete(tensor, "an output"));
  return { ...cachedPlan(traced, structure, inputs.length, 0), output: buildPack(result, outputs), outputBuffers };
}

function stateChanged(wanted: PackStructure, given: PackStructure, what: string): TrainlogError {
  const [before, after] = [leavesOf(wanted), leavesOf(given)];
  const changed = before.find(({ name, shape, dtype }, i) => {
    const other = after[i];
    return other === undefined || other.name !== name || other.dtype !== dtype || !sameShape(other.shape, shape);
  });
  const now = after.find(({ name }) => name === changed?.name);
  const detail =
    changed === undefined
      ? `expected ${showStructure(wanted)}, got ${showStructure(given)}`
      : `"${changed.name}" was ${changed.dtype}${showShape(changed.shape)} and is ${now === undefined ? "missing" : `${now.dtype}${showShape(now.shape)}`}`;
  return new TrainlogError(
    "compile/state-changed",
    `${what} must have the names, shapes and dtypes of the initial state: ${detail}`,
  );
}
