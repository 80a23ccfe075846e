/**
 * @file Which memory each value of a schedule gets: liveness, reuse in place, and homes for what stays from step to step.
 *
 * A state's new value is written over the old one when nobody reads the old one any more (then nothing is copied at the end). A loop writes its result
 * over an operand that it reads element by element and that nobody reads afterwards.
 */
import type { GraphValue } from "../../ir/graph.ts";
import { sameShape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import { classify } from "../schedule/classify.ts";
import { type LoopStep, memoryOf, type Schedule, type Step, writtenBy } from "../schedule/schedule.ts";
import { layOutArena } from "./arena.ts";

/** A value that the caller keeps in memory of its own from run to run, and the value that replaces it. */
export interface StateSlot {
  readonly before: GraphValue;
  readonly after: GraphValue;
}

/** What has to lie where. */
export interface MemoryRequest {
  readonly schedule: Schedule;
  /** Values that lie outside of the arena: arguments, constants, states before the step, and results that the caller made room for. */
  readonly outside: ReadonlySet<GraphValue>;
  readonly states: readonly StateSlot[];
  /** The first step that may write over a state, where a guard stands before it (see `computeFirst`). */
  readonly guardedFrom?: number | undefined;
  /** Values that are read after the last step. */
  readonly outputs: readonly GraphValue[];
}

/** Where a value lies. */
export type Place =
  | { readonly kind: "arena"; readonly offsetBytes: number }
  /** In the memory of this value, which is outside of the arena. */
  | { readonly kind: "outside"; readonly value: GraphValue };

/** Memory for every value of a schedule. */
export interface MemoryAssignment {
  readonly places: ReadonlyMap<GraphValue, Place>;
  readonly arenaBytes: number;
  /** States whose new value lies elsewhere and has to be copied home after the last step. */
  readonly copies: readonly StateSlot[];
  /** Results that were written over an operand, and states that were written over their old value. */
  readonly reused: number;
}

/** A stretch of memory: the values that share it one after the other. */
interface Storage {
  from: number;
  to: number;
  readonly sizeBytes: number;
  readonly outside: GraphValue | undefined;
}

/** Memory for all values of a schedule. */
export function assignMemory(request: MemoryRequest): MemoryAssignment {
  const assigner = new Assigner(request);
  assigner.donateStates();
  assigner.reuseOperands();
  return assigner.finish();
}

class Assigner {
  private readonly request: MemoryRequest;
  private readonly storages = new Map<GraphValue, Storage>();
  private readonly copies: StateSlot[] = [];
  /** By loop, see {@link readElsewhere}. */
  private readonly moved = new Map<LoopStep, ReadonlySet<GraphValue>>();
  private reused = 0;

  constructor(request: MemoryRequest) {
    this.request = request;
    const { schedule, outside, outputs, states } = request;
    for (const value of outside) this.create(value, -1, value);
    schedule.steps.forEach((step, at) => {
      for (const value of step.reads) this.extend(value, at);
      for (const value of writtenBy(step)) if (!outside.has(value)) this.create(value, at, undefined);
    });
    for (const value of outputs) this.extend(value, schedule.steps.length);
    for (const { after } of states) this.extend(after, schedule.steps.length);
  }

  private create(value: GraphValue, at: number, outside: GraphValue | undefined): void {
    const sizeBytes = sizeOf(value.shape) * BYTES_PER_ELEMENT[value.dtype];
    this.storages.set(value, { from: at, to: at, sizeBytes, outside });
  }

  private extend(value: GraphValue, at: number): void {
    const storage = this.storageOf(value);
    storage.to = Math.max(storage.to, at);
  }

  private storageOf(value: GraphValue): Storage {
    const storage = this.storages.get(memoryOf(this.request.schedule, value));
    if (storage === undefined) throw new RangeError(`value ${value.id} is read before it is written`);
    return storage;
  }

  /** Lets new states be written where the old ones lie; notes the others as copies. */
  donateStates(): void {
    const { schedule, states, guardedFrom = 0 } = this.request;
    const makers = this.makers();
    for (const slot of states) {
      const root = memoryOf(schedule, slot.after);
      const made = makers.get(root);
      const home = this.storageOf(slot.before);
      const after = this.storageOf(root);
      if (root === slot.before) continue;
      const fits =
        made !== undefined &&
        made.at >= guardedFrom &&
        after.outside === undefined &&
        this.canOverwrite(made.step, made.at, root, slot.before);
      if (!fits) {
        this.copies.push(slot);
        continue;
      }
      home.to = after.to;
      this.storages.set(root, home);
      this.reused += 1;
    }
  }

  private makers(): Map<GraphValue, { readonly step: Step; readonly at: number }> {
    const makers = new Map<GraphValue, { readonly step: Step; readonly at: number }>();
    this.request.schedule.steps.forEach((step, at) => {
      for (const value of writtenBy(step)) makers.set(value, { step, at });
    });
    return makers;
  }

  /** Lets loops write over operands whose last use they are. */
  reuseOperands(): void {
    const { schedule } = this.request;
    schedule.steps.forEach((step, at) => {
      if (step.kind !== "loop") return;
      const candidates = [...new Set(step.reads.map((value) => memoryOf(schedule, value)))];
      for (const result of step.stored) {
        const own = this.storageOf(result);
        if (own.outside !== undefined) continue;
        const found = candidates.findIndex((value) => {
          const storage = this.storageOf(value);
          return (
            storage.outside === undefined &&
            storage !== own &&
            storage.sizeBytes === own.sizeBytes &&
            this.canOverwrite(step, at, result, value)
          );
        });
        const [operand] = found < 0 ? [] : candidates.splice(found, 1);
        if (operand === undefined) continue;
        const storage = this.storageOf(operand);
        storage.to = own.to;
        this.storages.set(result, storage);
        this.reused += 1;
      }
    });
  }

  /** Says whether `step`, which is number `at`, may write `result` over the memory of `operand`. */
  private canOverwrite(step: Step, at: number, result: GraphValue, operand: GraphValue): boolean {
    const { to } = this.storageOf(operand);
    if (to !== at) return to < at;
    if (step.kind === "call" || !step.stored.includes(result)) return false;
    if (BYTES_PER_ELEMENT[operand.dtype] !== BYTES_PER_ELEMENT[result.dtype]) return false;
    const moved = this.moved.get(step) ?? readElsewhere(this.request.schedule, step);
    this.moved.set(step, moved);
    return !moved.has(operand);
  }

  finish(): MemoryAssignment {
    const inArena = [...new Set(this.storages.values())].filter(({ outside }) => outside === undefined);
    const { offsets, totalBytes } = layOutArena(inArena);
    const offsetOf = new Map(inArena.map((storage, i) => [storage, offsets[i] ?? 0]));
    const places = new Map<GraphValue, Place>();
    for (const [value, storage] of this.storages) {
      const { outside } = storage;
      places.set(
        value,
        outside === undefined
          ? { kind: "arena", offsetBytes: offsetOf.get(storage) ?? 0 }
          : { kind: "outside", value: outside },
      );
    }
    return { places, arenaBytes: totalBytes, copies: this.copies, reused: this.reused };
  }
}

/** Operands that a loop reads in another order than it writes results, or repeats: those it cannot write over. */
function readElsewhere(schedule: Schedule, step: LoopStep): ReadonlySet<GraphValue> {
  const moved = new Set<GraphValue>();
  for (const instruction of [...step.elementwise, ...step.reductions]) {
    const isView = classify(instruction) === "view";
    for (const input of instruction.inputs) {
      if (isView || !sameShape(input.shape, step.shape)) moved.add(memoryOf(schedule, input));
    }
  }
  return moved;
}
