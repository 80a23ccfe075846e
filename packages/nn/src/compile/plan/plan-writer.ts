/** @file Writes a plan's code: loops, kernel calls with constant arguments, calls back, copies of states. */
import { engine, view } from "../../engine/engine.ts";
import { lowerings } from "../../engine/lowerings.ts";
import type { Graph, GraphValue } from "../../ir/graph.ts";
import type { KernelCalls, Operand } from "../../primitives/primitive.ts";
import { sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import { emitLoop } from "../loops/emit.ts";
import type { LoopProgram } from "../loops/program.ts";
import { type Place, type SharedLoop, shareLoop } from "../loops/share.ts";
import type { MemoryAssignment } from "../memory/assign.ts";
import { lowerLoop } from "../schedule/lower-loop.ts";
import { type CallStep, memoryOf, type Schedule, type Step } from "../schedule/schedule.ts";
import type { Code, FunctionType } from "../wasm/code.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { IndexedCalls } from "./indexed-calls.ts";
import { kernelSignature } from "./kernel-imports.ts";
import { loadRun } from "./load.ts";
import type { Plan } from "./plan.ts";
import { createReferences, type References } from "./references.ts";
import { slotOf } from "./slots.ts";
import type { Workspace } from "./workspace.ts";

/** What the code is made from. */
export interface PlanParts {
  readonly graph: Graph;
  readonly schedule: Schedule;
  /** See `PlanRequest`. */
  readonly guard: GraphValue | undefined;
  /** The first step that runs only where the guard says so. */
  readonly guardedFrom: number;
  readonly memory: MemoryAssignment;
  readonly addresses: ReadonlyMap<GraphValue, number>;
  readonly workspace: Workspace;
}

/** A loop in both forms. */
interface PlannedLoop {
  readonly program: LoopProgram;
  readonly shared: SharedLoop;
  /** Says, once all loops are known, whether no other one is like it. */
  readonly isAlone: () => boolean;
}

/** Types of kernel arguments that are no addresses. */
const NUMBER_TYPES: ReadonlySet<number> = new Set([ValueType.f32, ValueType.f64]);

/** Writes the code of one plan. */
export class PlanWriter {
  private readonly parts: PlanParts;
  private readonly module: ModuleBuilder;
  private readonly references: References = createReferences((address) => this.realAddress(address));
  private readonly arenaPtr: number;
  /** One i32 per slot: where it lies in the current run. */
  private readonly slotTablePtr: number;
  private readonly indexedCalls: IndexedCalls;
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
    this.indexedCalls = new IndexedCalls(parts.workspace.take(4));
  }

  /** The plan. Once only. */
  plan(): Plan {
    const { workspace, memory, schedule, graph } = this.parts;
    const { slotTablePtr, indexedCalls } = this;
    const run = this.module.define({ params: [], results: [] }, (code) => this.writeRun(code));
    this.module.export("run", run);
    const bytes = this.module.finish();
    const call = loadRun(bytes, this.references);
    const loops = schedule.steps.filter((step) => step.kind === "loop");
    return {
      run(ptrs) {
        view("int32").set(ptrs, slotTablePtr / 4);
        try {
          call();
        } catch (error) {
          throw indexedCalls.explained(error);
        }
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
    const { schedule, memory, guard, guardedFrom } = this.parts;
    const loops = this.sharedLoops();
    const write = (step: Step): void => {
      if (step.kind === "call") this.writeCall(code, step);
      else this.writeLoop(code, loops.get(step));
    };
    for (const step of schedule.steps.slice(0, guardedFrom)) write(step);
    if (guard !== undefined) this.writeGuard(code, guard);
    for (const step of schedule.steps.slice(guardedFrom)) write(step);
    for (const { before, after } of memory.copies) {
      this.pushInteger(code, this.addressOf(before));
      this.pushInteger(code, this.addressOf(after));
      code.i32(sizeOf(before.shape) * BYTES_PER_ELEMENT[before.dtype]);
      code.memoryCopy();
    }
  }

  /** Ends the run where the guard is 0. */
  private writeGuard(code: Code, guard: GraphValue): void {
    code.i32(this.addressOf(guard));
    code.i32Load(0);
    code.op("i32.eqz");
    code.when(() => code.op("return"));
  }

  /** The schedule's loops, lowered. One that is there once keeps its places as constants, which are faster than parameters. */
  private sharedLoops(): Map<Step, PlannedLoop> {
    const { schedule } = this.parts;
    const placeOf = (value: GraphValue): Place => {
      const address = this.addressOf(value);
      const slot = slotOf(address);
      return slot === undefined ? { ptr: address } : { ptr: slot.offset, base: this.slotPtr(slot.slot) };
    };
    const loops = new Map<Step, PlannedLoop>();
    const uses = new Map<string, number>();
    for (const step of schedule.steps) {
      if (step.kind !== "loop") continue;
      const program = lowerLoop(schedule, step, placeOf);
      const shared = shareLoop(program);
      loops.set(step, { program, shared, isAlone: () => uses.get(shared.key) === 1 });
      uses.set(shared.key, (uses.get(shared.key) ?? 0) + 1);
    }
    return loops;
  }

  private writeLoop(code: Code, loop: PlannedLoop | undefined): void {
    if (loop === undefined) throw new RangeError("every loop of the schedule is planned");
    const { program, shared, isAlone } = loop;
    if (isAlone()) {
      code.call(this.module.define({ params: [], results: [] }, (body) => emitLoop(this.module, body, program)));
      return;
    }
    for (const { ptr, base } of shared.places) {
      code.i32(base === undefined ? ptr : 0);
      if (base === undefined) continue;
      code.i32Load(base);
      code.i32(ptr);
      code.op("i32.add");
    }
    const type: FunctionType = { params: shared.places.map(() => ValueType.i32), results: [] };
    code.call(this.module.defineOnce(shared.key, type, (body) => emitLoop(this.module, body, shared.program)));
  }

  private writeCall(code: Code, { instruction }: CallStep): void {
    const { primitive, attributes } = instruction;
    this.indexedCalls.note(code, instruction);
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
        const type = kernelSignature(kernel);
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
}
