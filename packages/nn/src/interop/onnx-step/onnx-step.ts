/**
 * @file `compileOnnxStep`: the contract of `compileStep`, on the native kernels of onnxruntime.
 *
 * The step (forward, gradient, update) is traced once per shape of the batch, optimised by the compiler's passes, and written as an ONNX `Loop`. Native
 * code is asynchronous, so runs are promises; `runMany` hands several batches over at once, which is where the loop pays.
 */

import type { StepResult } from "../../compile/compile-step.ts";
import {
  buildPack,
  collectTensors,
  leavesOf,
  type PackStructure,
  showStructure,
  structureOf,
} from "../../compile/pack-structure.ts";
import { optimize } from "../../compile/passes/optimize.ts";
import { TrainlogError } from "../../error.ts";
import { trace } from "../../ir/trace.ts";
import { anything, type Check, checkOptions, wholeNumber } from "../../options/check-options.ts";
import type { Abstract } from "../../primitives/primitive.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import type { DType } from "../../tensor/dtype.ts";
import { newArray, tensorFromData } from "../../tensor/from-data.ts";
import { flattenPack, type TensorPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { rewriteForRuntime } from "./rewrite/index.ts";
import { packUpdates } from "./rewrite/pack-updates.ts";
import { loadRuntime, type OnnxRuntime, type RuntimeSession, type RuntimeTensor, type RuntimeType } from "./runtime.ts";
import { STEP_NAMES, stepModel } from "./step-graph.ts";

/** Options of {@link compileOnnxStep}. */
export interface OnnxStepOptions {
  /** Threads inside of one operation. Default 1. */
  readonly threads?: number;
  /** The loaded runtime. Default: onnxruntime-node, imported now. */
  readonly runtime?: OnnxRuntime;
}

const CHECKS = { threads: wholeNumber(1), runtime: anything } satisfies Record<keyof OnnxStepOptions, Check>;

/** A compiled step and its state. */
export interface OnnxStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack> {
  /** Runs one step on the kept state. Runs must not overlap: await each. */
  run(batch: Batch): Promise<Out>;
  /**
   * Runs one step per batch, in one call of the runtime. All batches have the same structure.
   *
   * @returns One output per batch.
   * @throws TrainlogError `compile/bad-batch` when the batches differ, `compile/state-changed`, `onnx/busy` when runs overlap, `onnx/unsupported`.
   */
  runMany(batches: readonly Batch[]): Promise<readonly Out[]>;
  /** A copy of the state, as new tensors. */
  state(): State;
  /**
   * Replaces the state by a copy of another one.
   *
   * @throws TrainlogError `compile/state-changed` when it has other names, shapes or element types.
   */
  setState(state: State): void;
  /** Goes back to the state before the last run that had batches; a second time changes nothing. */
  undo(): void;
  /** Frees the runtime's memory. */
  dispose(): Promise<void>;
}

/** Tensors by the runtime's element types. */
const RUNTIME_TYPES: Readonly<Record<DType, RuntimeType>> = { float: "float32", f64: "float64", int32: "int32" };

/** A step for one structure of the batch. */
interface StepSession {
  readonly batch: PackStructure;
  readonly output: PackStructure;
  readonly session: RuntimeSession;
}

type Step = (state: TensorPack, batch: TensorPack) => StepResult<TensorPack, TensorPack>;

/**
 * Compiles a step for onnxruntime-node.
 *
 * @param fn - A pure function of state and batch, as for `compileStep`. Traced once per structure of the batch.
 * @param initialState - Is copied.
 * @throws TrainlogError `onnx/no-runtime` when onnxruntime-node is not installed, `compile/bad-option`, `compile/unknown-option`.
 *
 * @example
 * const step = await compileOnnxStep(trainingStep, { params, opt: optimizer.init(params) }, { threads: 2 });
 * const losses = await step.runMany(batches);
 * const trained = step.state().params;
 */
export async function compileOnnxStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack>(
  fn: (state: State, batch: Batch) => StepResult<State, Out>,
  initialState: State,
  options: OnnxStepOptions = {},
): Promise<OnnxStep<State, Batch, Out>> {
  checkOptions("compileOnnxStep", options, CHECKS, { area: "compile" });
  const { threads = 1 } = options;
  const runtime = options.runtime ?? (await loadRuntime());
  // It is called with packs of the structures of State and Batch only.
  const runner = new StepRunner(fn as unknown as Step, initialState, runtime, threads);
  return {
    // Packs come back in the structure that `fn` gave them.
    run: async (batch) => (await runner.run([batch]))[0] as Out,
    runMany: async (batches) => (await runner.run(batches)) as readonly Out[],
    state: () => runner.readState() as State,
    setState: (state) => runner.writeState(state),
    undo: () => runner.undo(),
    dispose: () => runner.dispose(),
  };
}

class StepRunner {
  readonly #fn: Step;
  readonly #runtime: OnnxRuntime;
  readonly #threads: number;
  readonly #structure: PackStructure;
  readonly #leaves: readonly Abstract[];
  #state: readonly RuntimeTensor[] = [];
  /** The state before the last run. */
  #before: readonly RuntimeTensor[] = [];
  #sessions: readonly StepSession[] = [];
  #busy = false;

  constructor(fn: Step, initialState: TensorPack, runtime: OnnxRuntime, threads: number) {
    this.#fn = fn;
    this.#runtime = runtime;
    this.#threads = threads;
    this.#structure = structureOf(initialState, "the state");
    this.#leaves = leavesOf(this.#structure);
    this.writeState(initialState);
  }

  async run(batches: readonly TensorPack[]): Promise<readonly TensorPack[]> {
    if (this.#busy) throw new TrainlogError("onnx/busy", "a step is still running; await it before the next one");
    this.#busy = true;
    try {
      const [first] = batches;
      return first === undefined ? [] : await this.#runAll(await this.#sessionFor(first), batches);
    } finally {
      this.#busy = false;
    }
  }

  writeState(state: TensorPack): void {
    const tensors: AnyTensor[] = [];
    if (!collectTensors(state, this.#structure, tensors)) throw this.#stateChanged("the new state", state);
    this.#state = tensors.map((tensor) => this.#tensor(tensor.data(), tensor.shape, tensor.dtype));
    this.#before = this.#state;
  }

  undo(): void {
    this.#state = this.#before;
  }

  readState(): TensorPack {
    const tensors = this.#leaves.map(({ shape, dtype }, index) =>
      tensorFromData(numbersOf(this.#state[index]), shape, dtype),
    );
    return buildPack(this.#structure, tensors);
  }

  async dispose(): Promise<void> {
    const sessions = this.#sessions;
    this.#sessions = [];
    for (const { session } of sessions) await session.release();
  }

  #tensor(data: Float32Array | Float64Array | Int32Array, shape: Shape, dtype: DType): RuntimeTensor {
    return new this.#runtime.Tensor(RUNTIME_TYPES[dtype], data, shape);
  }

  async #sessionFor(batch: TensorPack): Promise<StepSession> {
    const known = this.#sessions.find(({ batch: structure }) => collectTensors(batch, structure, []));
    if (known !== undefined) return known;
    const made = await this.#makeSession(structureOf(batch, "the batch"));
    this.#sessions = [...this.#sessions, made];
    return made;
  }

  async #makeSession(batch: PackStructure): Promise<StepSession> {
    const count = this.#leaves.length;
    let output: PackStructure | undefined;
    const graph = trace([...this.#leaves, ...leavesOf(batch)], (tensors) => {
      const result = this.#fn(
        buildPack(this.#structure, tensors.slice(0, count)),
        buildPack(batch, tensors.slice(count)),
      );
      const next: AnyTensor[] = [];
      if (!collectTensors(result.state, this.#structure, next))
        throw this.#stateChanged("the state that the step returned", result.state);
      output = structureOf(result.output, "the step's output");
      return [...next, ...flattenPack(result.output).map(({ tensor }) => tensor)];
    });
    if (output === undefined) throw new RangeError("tracing runs the function");
    const session = await this.#runtime.InferenceSession.create(
      stepModel(packUpdates(optimize(rewriteForRuntime(optimize(graph)))), count),
      {
        executionProviders: ["cpu"],
        intraOpNumThreads: this.#threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        executionMode: "sequential",
      },
    );
    return { batch, output, session };
  }

  async #runAll(
    { batch, output, session }: StepSession,
    batches: readonly TensorPack[],
  ): Promise<readonly TensorPack[]> {
    const feeds: Record<string, RuntimeTensor> = {
      [STEP_NAMES.steps]: new this.#runtime.Tensor("int64", BigInt64Array.of(BigInt(batches.length)), []),
    };
    this.#state.forEach((tensor, index) => {
      feeds[STEP_NAMES.state(index)] = tensor;
    });
    this.#stack(batch, batches).forEach((tensor, index) => {
      feeds[STEP_NAMES.batch(index)] = tensor;
    });
    const results = await session.run(feeds);
    const resultOf = (name: string): RuntimeTensor => {
      const tensor = results[name];
      if (tensor === undefined) throw new TrainlogError("onnx/bad-node", `the runtime gave no ${name}`);
      return tensor;
    };
    this.#before = this.#state;
    this.#state = this.#leaves.map((_, index) => resultOf(STEP_NAMES.next(index)));
    const stacks = leavesOf(output).map((_, index) => numbersOf(resultOf(STEP_NAMES.output(index))));
    return batches.map((_, step) =>
      buildPack(
        output,
        leavesOf(output).map((leaf, index) => slot(stacks[index] ?? [], step, leaf)),
      ),
    );
  }

  /** Each part of the batch, one step after the other in one tensor. */
  #stack(structure: PackStructure, batches: readonly TensorPack[]): RuntimeTensor[] {
    const rows = batches.map((batch, step) => {
      const tensors: AnyTensor[] = [];
      if (collectTensors(batch, structure, tensors)) return tensors;
      throw new TrainlogError(
        "compile/bad-batch",
        `batch 0 is ${showStructure(structure)}, batch ${step} is ${showStructure(structureOf(batch, "the batch"))}; batches of one runMany are alike`,
      );
    });
    return leavesOf(structure).map(({ shape, dtype }, index) => {
      const data = newArray(dtype, rows.length * sizeOf(shape));
      rows.forEach((tensors, step) => {
        data.set(tensors[index]?.data() ?? [], step * sizeOf(shape));
      });
      return this.#tensor(data, [rows.length, ...shape], dtype);
    });
  }

  #stateChanged(what: string, state: TensorPack): TrainlogError {
    return new TrainlogError(
      "compile/state-changed",
      `${what} must have the names, shapes and dtypes of the initial state: expected ${showStructure(this.#structure)}, got ${showStructure(structureOf(state, what))}`,
    );
  }
}

/** The numbers of a runtime's tensor; 64-bit integers do not come out of steps. */
function numbersOf(tensor: RuntimeTensor | undefined): ArrayLike<number> {
  if (tensor !== undefined && !(tensor.data instanceof BigInt64Array)) return tensor.data;
  throw new TrainlogError("onnx/bad-node", "the runtime gave 64-bit integers where numbers were expected");
}

/** One step's part of a stacked output. */
function slot(stack: ArrayLike<number>, step: number, { shape, dtype }: Abstract): AnyTensor {
  const size = sizeOf(shape);
  return tensorFromData(Array.prototype.slice.call(stack, step * size, (step + 1) * size), shape, dtype);
}
