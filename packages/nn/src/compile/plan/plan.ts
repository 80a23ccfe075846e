/**
 * @file A plan: a graph as one WebAssembly function over memory that is laid out once.
 *
 * `run` computes every step and writes new states over the old ones, all in one call from JavaScript and without allocating. Addresses are constants of the
 * generated code, but for arguments and results, which are read and written where the caller has them. Where an instruction has neither loop nor kernel,
 * the code calls back into its reference.
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
import type { Access } from "../loops/program.ts";
import { assignMemory, type MemoryAssignment, type StateSlot } from "../memory/assign.ts";
import { schedule as scheduleGraph } from "../schedule/fuse.ts";
import { lowerLoop } from "../schedule/lower-loop.ts";
import { type CallStep, memoryOf, type Schedule } from "../schedule/schedule.ts";
import type { Code, FunctionType } from "../wasm/code.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { kernelImports, kernelSignatures } from "./kernel-imports.ts";
import { createReferences, type References } from "./references.ts";
import { slotAddress, slotOf } from "./slots.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

/** A state that a plan keeps: the graph's input for it, the output that replaces it, and where it lies. */
export interface StateHome extends StateSlot {
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

/** What a plan is made for. */
export interface PlanRequest {
  readonly graph: Graph;
  readonly states: readonly StateHome[];
  /** Outputs go to memory that the caller gives for each run. They are then distinct results of instructions (see `ownOutputs`). */
  readonly callerKeepsOutputs: boolean;
}

/**
 * Makes a graph runnable.
 *
 * @throws TrainlogError `compile/no-webassembly` where code may not be generated, `engine/out-of-memory`.
 */
export function createPlan({ graph, states, callerKeepsOutputs }: PlanRequest): Plan {
  const workspace = createWorkspace();
  try {
    const schedule = scheduleGraph(graph);
    const addresses = outsideAddresses(graph, schedule, states, callerKeepsOutputs);
    const outside = new Set(addresses.keys());
    const memory = assignMemory({ schedule, outside, states, outputs: graph.outputs });
    return new PlanWriter({ graph, schedule, memory, addresses, workspace }).plan();
  } catch (error) {
    workspace.free();
    throw error;
  }
}

/** Addresses of what lies outside of the plan's memory: states, constants, and slots for arguments and results. */
function outsideAddresses(
  graph: Graph,
  schedule: Schedule,
  states: readonly StateHome[],
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

interface PlanParts {
  readonly graph: Graph;
  readonly schedule: Schedule;
  readonly memory: MemoryAssignment;
  readonly addresses: ReadonlyMap<GraphValue, number>;
  readonly workspace: Workspace;
}

/** Types of kernel arguments that are no addresses. */
const NUMBER_TYPES: ReadonlySet<number> = new Set([ValueType.f32, ValueType.f64]);

class PlanWriter {
  private readonly parts: PlanParts;
  private readonly module: ModuleBuilder;
  private readonly references: References = createReferences((address) => this.realAddress(address));
  private readonly signatures: ReadonlyMap<string, FunctionType> = kernelSignatures();
  private readonly arenaPtr: number;
  /** One i32 per slot: where it lies in the current run. */
  private readonly slotTablePtr: number;
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
    this.slotTablePtr = parts.workspace.take(parts.addresses.size * 4);
  }

  plan(): Plan {
    const { workspace, memory, schedule, graph } = this.parts;
    const { slotTablePtr } = this;
    const run = this.module.define({ params: [], results: [] }, (code) => this.writeRun(code));
    this.module.export("run", run);
    const bytes = this.module.finish();
    const call = this.instantiate(bytes);
    const loops = schedule.steps.filter((step) => step.kind === "loop");
    return {
      run(ptrs) {
        view("int32").set(ptrs, slotTablePtr / 4);
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

  /** A real address, or one of a slot. */
  private addressOf(value: GraphValue): number {
    const { schedule, memory, addresses } = this.parts;
    const place = memory.places.get(memoryOf(schedule, value));
    if (place === undefined) throw new RangeError(`value ${value.id} has no memory`);
    return place.kind === "arena" ? this.arenaPtr + place.offsetBytes : (addresses.get(place.value) ?? 0);
  }

  private slotPtr(slot: number): number {
    return this.slotTablePtr + slot * 4;
  }

  private realAddress(address: number): number {
    const place = slotOf(address);
    return place === undefined ? address : (view("int32")[this.slotPtr(place.slot) / 4] ?? 0) + place.offset;
  }

  /** Leaves a number on the stack that may be the address of a slot. */
  private pushInteger(code: Code, value: number): void {
    const place = slotOf(value);
    if (place === undefined) {
      code.i32(value);
      return;
    }
    code.i32(0);
    code.i32Load(this.slotPtr(place.slot));
    if (place.offset === 0) return;
    code.i32(place.offset);
    code.op("i32.add");
  }

  private writeRun(code: Code): void {
    const { schedule, memory } = this.parts;
    const accessOf = (value: GraphValue): Pick<Access, "ptr" | "base"> => {
      const address = this.addressOf(value);
      const place = slotOf(address);
      return place === undefined ? { ptr: address } : { ptr: place.offset, base: this.slotPtr(place.slot) };
    };
    for (const step of schedule.steps) {
      if (step.kind === "call") {
        this.writeCall(code, step);
        continue;
      }
      const program = lowerLoop(schedule, step, accessOf);
      code.call(this.module.define({ params: [], results: [] }, (body) => emitLoop(this.module, body, program)));
    }
    for (const { before, after } of memory.copies) {
      this.pushInteger(code, this.addressOf(before));
      this.pushInteger(code, this.addressOf(after));
      code.i32(sizeOf(before.shape) * BYTES_PER_ELEMENT[before.dtype]);
      code.memoryCopy();
    }
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
          if (!NUMBER_TYPES.has(param)) this.pushInteger(code, value);
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
