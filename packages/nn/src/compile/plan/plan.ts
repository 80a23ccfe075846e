/**
 * @file A plan: a graph as one WebAssembly function over memory that is laid out once.
 *
 * `run` copies the inputs in, computes every step and writes new states over the old ones, all in one call from JavaScript and without allocating.
 * All addresses are constants of the generated code. Where an instruction has neither loop nor kernel, the code calls back into its reference.
 */
import { engine, view } from "../../engine/engine.ts";
import { lowerings } from "../../engine/lowerings.ts";
import { TrainlogError } from "../../error.ts";
import type { Graph, GraphValue } from "../../ir/graph.ts";
import type { KernelCalls, Operand } from "../../primitives/primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import { concrete } from "../../tensor/tensor.ts";
import { emitLoop } from "../loops/emit.ts";
import { HOST_FUNCTIONS } from "../loops/operations.ts";
import { assignMemory, type MemoryAssignment, type StateSlot } from "../memory/assign.ts";
import { schedule as scheduleGraph } from "../schedule/fuse.ts";
import { lowerLoop } from "../schedule/lower-loop.ts";
import { type CallStep, memoryOf, type Schedule } from "../schedule/schedule.ts";
import type { Code, FunctionType } from "../wasm/code.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { kernelImports, kernelSignatures } from "./kernel-imports.ts";
import { createReferences, type References } from "./references.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** A state that a plan keeps: the graph's input for it, the output that replaces it, and where it lies. */
export interface StateHome extends StateSlot {
  readonly ptr: number;
}

/** A graph that can be run. */
export interface Plan {
  /** Computes everything once. `inputPtrs` are the byte offsets of the graph's inputs that are no states, in order. */
  run(inputPtrs: Int32Array): void;
  /** Byte offset of each output of the graph, valid until the next run. */
  readonly outputPtrs: readonly number[];
  readonly figures: PlanFigures;
  /** Frees the plan's memory. */
  free(): void;
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

/**
 * Makes a graph runnable.
 *
 * @throws TrainlogError `compile/no-webassembly` where code may not be generated, `engine/out-of-memory`.
 */
export function createPlan(graph: Graph, states: readonly StateHome[]): Plan {
  const homes = new Map(states.map(({ before, ptr }) => [before, ptr]));
  const inputs = graph.inputs.filter((value) => !homes.has(value));
  const schedule = scheduleGraph(graph);
  const outside = new Set([...graph.constantValues, ...homes.keys()]);
  const memory = assignMemory({ schedule, inputs, outside, states, outputs: graph.outputs });
  const workspace = createWorkspace();
  try {
    const writer = new PlanWriter({ graph, schedule, memory, homes, workspace });
    return writer.plan(inputs);
  } catch (error) {
    workspace.free();
    throw error;
  }
}

interface PlanParts {
  readonly graph: Graph;
  readonly schedule: Schedule;
  readonly memory: MemoryAssignment;
  readonly homes: ReadonlyMap<GraphValue, number>;
  readonly workspace: Workspace;
}

const NUMBER_TYPES: ReadonlySet<number> = new Set([ValueType.f32, ValueType.f64]);

class PlanWriter {
  private readonly parts: PlanParts;
  private readonly module: ModuleBuilder;
  private readonly references: References = createReferences();
  private readonly signatures: ReadonlyMap<string, FunctionType> = kernelSignatures();
  private readonly arenaPtr: number;
  private kernelCalls = 0;
  /** Working memory of kernels; instructions run one after the other, so they share it. */
  private scratch = { ptr: 0, sizeBytes: 0, usedBytes: 0 };

  constructor(parts: PlanParts) {
    this.parts = parts;
    const { buffer } = engine().memory;
    this.module = new ModuleBuilder({
      minimumPages: 1,
      maximumPages: 65_536,
      shared: !(buffer instanceof ArrayBuffer),
    });
    this.arenaPtr = parts.workspace.take(parts.memory.arenaBytes);
  }

  plan(inputs: readonly GraphValue[]): Plan {
    const { workspace, memory, schedule, graph } = this.parts;
    const tablePtr = workspace.take(inputs.length * 4);
    const run = this.module.define({ params: [], results: [] }, (code) => this.writeRun(code, inputs, tablePtr));
    this.module.export("run", run);
    const bytes = this.module.finish();
    const call = this.instantiate(bytes);
    const loops = schedule.steps.filter((step) => step.kind === "loop");
    return {
      run(inputPtrs) {
        view("int32").set(inputPtrs, tablePtr / 4);
        call();
      },
      outputPtrs: graph.outputs.map((value) => this.addressOf(value)),
      figures: {
        loops: loops.length,
        fusedInstructions: loops.reduce(
          (sum, { elementwise, reductions }) => sum + elementwise.length + reductions.length,
          0,
        ),
        kernelCalls: this.kernelCalls,
        references: this.references.names,
        memoryBytes: workspace.totalBytes(),
        reusedInPlace: memory.reused,
        stateCopies: memory.copies.length,
        codeBytes: bytes.length,
      },
      free: () => workspace.free(),
    };
  }

  private addressOf(value: GraphValue): number {
    const { schedule, memory, homes, graph } = this.parts;
    const place = memory.places.get(memoryOf(schedule, value));
    if (place === undefined) throw new RangeError(`value ${value.id} has no memory`);
    if (place.kind === "arena") return this.arenaPtr + place.offsetBytes;
    const tensor = graph.constants.get(place.value.id);
    return tensor === undefined ? (homes.get(place.value) ?? 0) : concrete(tensor, "a compiled function").ptr;
  }

  private writeRun(code: Code, inputs: readonly GraphValue[], tablePtr: number): void {
    inputs.forEach((value, i) => {
      code.i32(this.addressOf(value));
      code.i32(0);
      code.i32Load(tablePtr + i * 4);
      this.finishCopy(code, value);
    });
    for (const step of this.parts.schedule.steps) {
      if (step.kind === "call") {
        this.writeCall(code, step);
        continue;
      }
      const program = lowerLoop(this.parts.schedule, step, (value) => this.addressOf(value));
      code.call(this.module.define({ params: [], results: [] }, (body) => emitLoop(this.module, body, program)));
    }
    for (const { before, after } of this.parts.memory.copies) {
      code.i32(this.addressOf(before));
      code.i32(this.addressOf(after));
      this.finishCopy(code, before);
    }
  }

  private finishCopy(code: Code, { shape, dtype }: GraphValue): void {
    code.i32(sizeOf(shape) * BYTES_PER_ELEMENT[dtype]);
    code.memoryCopy();
  }

  private writeCall(code: Code, { instruction }: CallStep): void {
    const { primitive, attributes } = instruction;
    const output = this.operand(instruction.output);
    const inputs = instruction.inputs.map((input) => this.operand(input));
    this.scratch.usedBytes = 0;
    if (lowerings[primitive.name]?.(this.recorder(code), output, inputs, attributes) === true) {
      this.kernelCalls += 1;
      return;
    }
    const target = this.module.importFunction("host", "reference", { params: [ValueType.i32], results: [] });
    code.i32(this.references.add(primitive, output, inputs, attributes));
    code.call(target);
  }

  private operand(value: GraphValue): Operand {
    return { ptr: this.addressOf(value), shape: value.shape, dtype: value.dtype };
  }

  /** Writes kernel calls with constant arguments. */
  private recorder(code: Code): KernelCalls {
    return {
      call: (kernel, ...args) => {
        const type = this.signatures.get(kernel);
        if (type === undefined) throw new RangeError(`there is no kernel ${kernel}`);
        type.params.forEach((param, i) => {
          const value = args[i] ?? 0;
          if (!NUMBER_TYPES.has(param)) code.i32(value);
          else if (param === ValueType.f32) code.f32(value);
          else code.f64(value);
        });
        code.call(this.module.importFunction("kernels", kernel, type));
      },
      scratch: (sizeBytes) => this.takeScratch(sizeBytes),
    };
  }

  /** A larger stretch replaces one that is too small; the calls written before keep the old one. */
  private takeScratch(sizeBytes: number): number {
    const aligned = Math.ceil(sizeBytes / 64) * 64;
    if (this.scratch.usedBytes + aligned > this.scratch.sizeBytes) {
      const larger = Math.max(aligned, this.scratch.sizeBytes * 2);
      this.scratch = { ptr: this.parts.workspace.take(larger), sizeBytes: larger, usedBytes: 0 };
    }
    const ptr = this.scratch.ptr + this.scratch.usedBytes;
    this.scratch.usedBytes += aligned;
    return ptr;
  }

  private instantiate(bytes: Uint8Array<ArrayBuffer>): () => void {
    const imports: WebAssembly.Imports = {
      engine: { memory: engine().memory },
      kernels: kernelImports(),
      math: { ...HOST_FUNCTIONS },
      host: { reference: this.references.run },
    };
    const { exports } = new WebAssembly.Instance(compileModule(bytes), imports);
    return exports["run"] as () => void; // exported above
  }
}

function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw new TrainlogError(
      "compile/no-webassembly",
      `the generated code cannot be compiled here (${error instanceof Error ? error.message : String(error)}). ` +
        `A content security policy must allow 'wasm-unsafe-eval'; otherwise use backend "eager"`,
      { cause: error },
    );
  }
}
