/**
 * @file `compileStep` for the GPU: a function from state and batch to a new state and an output, with the state in GPU memory from run to run.
 *
 * A run writes the batch, and submits all kernels of the step as one command. Nothing comes back until it is asked for, so steps follow each other
 * without waiting.
 */

import type { StepResult } from "../compile/compile-step.ts";
import { alignedBytes } from "../compile/memory/arena.ts";
import { buildPack, collectTensors, leavesOf, type PackStructure, structureOf } from "../compile/pack-structure.ts";
import { stateChanged } from "../compile/state-home.ts";
import { TrainlogError } from "../error.ts";
import { trace } from "../ir/trace.ts";
import { sizeOf } from "../shape/shape.ts";
import { flattenPack, type TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { requestDevice } from "./device.ts";
import { noDoublePrecision } from "./errors.ts";
import { type GpuLeaf, GpuMemory } from "./gpu-memory.ts";
import { type GpuPlan, NOTE_BYTES, planGraph } from "./plan.ts";
import type { GpuKernel } from "./wgsl/kernel.ts";
import { PRELUDE } from "./wgsl/prelude.ts";

/** A step on the GPU and its state. */
export interface GpuStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack> {
  /**
   * Submits one step on the kept state. The first one with a batch of some shape compiles its kernels.
   *
   * @returns Reads the step's output; to be called before the next run.
   * @throws TrainlogError `webgpu/no-f64`, `webgpu/unsupported`, `webgpu/out-of-memory`, `webgpu/bad-kernel`, `compile/state-changed`,
   *   `tensor/disposed`; `shape/bad-index` when the output is read.
   */
  run(batch: Batch): Promise<() => Promise<Out>>;
  /** Waits until everything that was submitted is done. */
  done(): Promise<void>;
  /** A copy of the state, as new tensors. */
  state(): Promise<State>;
  /**
   * Replaces the state by a copy of another one.
   *
   * @throws TrainlogError `compile/state-changed` when it has other names, shapes or element types.
   */
  setState(state: State): void;
  /** Frees the GPU's memory and the GPU. */
  dispose(): void;
}

type StepFunction = (state: TensorPack, batch: TensorPack) => StepResult<TensorPack, TensorPack>;

interface ReadyPlan {
  readonly structure: PackStructure;
  readonly plan: GpuPlan;
  readonly output: PackStructure;
  readonly leaves: readonly GpuLeaf[];
  readonly pipelines: readonly GPUComputePipeline[];
}

/**
 * Compiles a step for the GPU.
 *
 * @param fn - A pure function of state and batch. Traced once per structure of the batch.
 * @param initialState - Is copied.
 * @throws TrainlogError `webgpu/no-adapter`, `webgpu/no-f64`, `webgpu/out-of-memory`, `tensor/bad-pack`.
 */
export async function compileGpuStep<State extends TensorPack, Batch extends TensorPack, Out extends TensorPack>(
  fn: (state: State, batch: Batch) => StepResult<State, Out>,
  initialState: State,
): Promise<GpuStep<State, Batch, Out>> {
  const home = stateHome(initialState);
  const device = await requestDevice();
  // It is called with packs of the structures of State and Batch only, and gives packs of State and Out.
  return new CompiledGpuStep(fn as unknown as StepFunction, home, device, initialState) as unknown as GpuStep<
    State,
    Batch,
    Out
  >;
}

/** Where kernels take note of an index that is out of range: whether there was one, the index, and the length of its axis. */
const NOTE: GpuLeaf = { offset: 0, shape: [3], dtype: "int32" };

interface StateLayout {
  readonly structure: PackStructure;
  readonly leaves: readonly (GpuLeaf & { readonly name: string })[];
  readonly endBytes: number;
}

/** Where the states lie: from the beginning, behind the note. */
function stateHome(initial: TensorPack): StateLayout {
  const structure = structureOf(initial, "the state");
  let endBytes = NOTE_BYTES;
  const leaves = leavesOf(structure).map((leaf) => {
    if (leaf.dtype === "f64") throw noDoublePrecision(`"${leaf.name}" of the state`);
    const offset = endBytes;
    endBytes += alignedBytes(4 * sizeOf(leaf.shape));
    return { ...leaf, offset };
  });
  return { structure, leaves, endBytes };
}

class CompiledGpuStep implements GpuStep<TensorPack, TensorPack, TensorPack> {
  private readonly fn: StepFunction;
  private readonly home: StateLayout;
  private readonly memory: GpuMemory;
  private readonly plans: ReadyPlan[] = [];
  /** The plan whose constants are in the memory. */
  private current: ReadyPlan | undefined;
  private isLost = "";
  private isDisposed = false;

  constructor(fn: StepFunction, home: StateLayout, device: GPUDevice, initial: TensorPack) {
    this.fn = fn;
    this.home = home;
    this.memory = new GpuMemory(device, home.endBytes);
    device.lost.then(({ message }) => {
      this.isLost = message === "" ? "for an unknown reason" : message;
    });
    this.setState(initial);
  }

  async run(batch: TensorPack): Promise<() => Promise<TensorPack>> {
    this.check();
    const ready = this.planFor(batch) ?? (await this.prepare(batch));
    const { plan, structure } = ready;
    if (this.current !== ready) {
      for (const { offset, tensor } of plan.constants) this.memory.write(offset, tensor);
      this.current = ready;
    }
    const tensors: AnyTensor[] = [];
    collectTensors(batch, structure, tensors);
    tensors.forEach((tensor, i) => {
      this.memory.write(plan.inputs[i] ?? 0, tensor);
    });
    this.submit(ready);
    return () => this.readOutput(ready);
  }

  done(): Promise<void> {
    return this.memory.device.queue.onSubmittedWorkDone();
  }

  async state(): Promise<TensorPack> {
    this.check();
    return buildPack(this.home.structure, await this.memory.readTensors(this.home.leaves));
  }

  setState(state: TensorPack): void {
    this.check();
    const tensors: AnyTensor[] = [];
    if (!collectTensors(state, this.home.structure, tensors)) {
      throw stateChanged(this.home.structure, state, "the new state");
    }
    tensors.forEach((tensor, i) => {
      this.memory.write(this.home.leaves[i]?.offset ?? 0, tensor);
    });
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.memory.destroy();
    this.memory.device.destroy();
  }

  private check(): void {
    if (this.isDisposed) {
      throw new TrainlogError(
        "tensor/disposed",
        "this step was freed by dispose(); make a new one with compileGpuStep",
      );
    }
    if (this.isLost !== "") {
      throw new TrainlogError("webgpu/lost", `the GPU was lost (${this.isLost}); go on from the last checkpoint`);
    }
  }

  private planFor(batch: TensorPack): ReadyPlan | undefined {
    return this.plans.find(({ structure }) => collectTensors(batch, structure, []));
  }

  private async prepare(batch: TensorPack): Promise<ReadyPlan> {
    const { home, memory } = this;
    const structure = structureOf(batch, "the batch");
    const { plan, output } = this.plan(structure, batch);
    memory.grow(plan.totalBytes);
    const leaves = leavesOf(output).map((leaf, i) => ({ ...leaf, offset: plan.outputs[i] ?? 0 }));
    const layout = memory.pipelineLayout();
    const pipelines = await Promise.all(plan.kernels.map((kernel) => compileKernel(memory.device, layout, kernel)));
    const ready: ReadyPlan = { structure, plan, output, leaves, pipelines };
    this.plans.push(ready);
    if (home.leaves.length === 0) this.current = undefined;
    return ready;
  }

  private plan(structure: PackStructure, batch: TensorPack): { plan: GpuPlan; output: PackStructure } {
    const { home, fn } = this;
    let output: PackStructure | undefined;
    const inputs = flattenPack(batch).map(({ tensor }) => tensor);
    const graph = trace([...home.leaves, ...inputs], (tensors) => {
      const count = home.leaves.length;
      const result = fn(buildPack(home.structure, tensors.slice(0, count)), buildPack(structure, tensors.slice(count)));
      const next: AnyTensor[] = [];
      if (!collectTensors(result.state, home.structure, next)) {
        throw stateChanged(home.structure, result.state, "the state that the step returned");
      }
      output = structureOf(result.output, "the step's output");
      return [...next, ...flattenPack(result.output).map(({ tensor }) => tensor)];
    });
    if (output === undefined) throw new RangeError("tracing runs the function");
    const plan = planGraph({ graph, states: home.leaves.map(({ offset }) => offset), firstByte: home.endBytes });
    return { plan, output };
  }

  private submit({ plan, pipelines }: ReadyPlan): void {
    const { device } = this.memory;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, this.memory.bindGroup());
    plan.kernels.forEach(({ workgroups }, i) => {
      const pipeline = pipelines[i];
      if (pipeline === undefined) return;
      pass.setPipeline(pipeline);
      pass.dispatchWorkgroups(...workgroups);
    });
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  private async readOutput({ output, leaves }: ReadyPlan): Promise<TensorPack> {
    this.check();
    const [note, ...tensors] = await this.memory.readTensors([NOTE, ...leaves]);
    try {
      this.checkNote(note?.data() ?? []);
    } catch (error) {
      for (const tensor of tensors) tensor.dispose();
      throw error;
    } finally {
      note?.dispose();
    }
    return buildPack(output, tensors);
  }

  /** Throws for an index that was out of range in any step since the last look. */
  private checkNote([noted = 0, index = 0, length = 0]: ArrayLike<number> & Iterable<number>): void {
    if (noted === 0) return;
    this.memory.writeWords(0, new Uint32Array(3));
    throw new TrainlogError(
      "shape/bad-index",
      `an index is ${index}, but the axis that it counts along has ${length} places: indices go from 0 to ${length - 1}`,
    );
  }
}

async function compileKernel(
  device: GPUDevice,
  layout: GPUPipelineLayout,
  { code }: GpuKernel,
): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ code: PRELUDE + code });
  try {
    return await device.createComputePipelineAsync({ layout, compute: { module, entryPoint: "main" } });
  } catch (cause) {
    const { messages } = await module.getCompilationInfo();
    const said = messages.map(({ message }) => message).join("; ");
    throw new TrainlogError(
      "webgpu/bad-kernel",
      `the GPU refused a kernel (${said === "" ? String(cause) : said}); use backend "compiled"`,
      { cause },
    );
  }
}
