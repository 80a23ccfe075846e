/**
 * @file Loop programs as WebAssembly.
 *
 * One vector at a time along the innermost axis, then the rest one element at a time with the same instructions on a single active lane, so every
 * element is computed alike. A value that does not change along the inner axes is computed before they start. Sums along the innermost axis
 * are collected per lane; those along outer axes are collected in the result's memory. The order of additions depends on nothing but the shape.
 */
import { sizeOf } from "../../shape/shape.ts";
import type { Code, Local } from "../wasm/code.ts";
import { read } from "../wasm/expression.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { collapseAxes } from "./axes.ts";
import { Cursors } from "./cursors.ts";
import { gather, loadLane, loadSplat, loadVector, storeLane, storeVector } from "./memory.ts";
import { constantVector, operationFor } from "./operations.ts";
import { dtypeOf, type LoopDefinition, type LoopProgram, type LoopReduction } from "./program.ts";
import { combine, identityOf } from "./reduce.ts";
import { RunningSum } from "./running-sum.ts";

/** Vectors from which on a sum goes in two stages, √n times √n additions: long running sums lose digits. */
const STAGED_VECTORS = 512;
/** Accumulators of a short loop: an addition takes about as many cycles as this. */
const UNROLLED = 4;
/** Loops with more values than this are not repeated within a round. */
const MAX_UNROLLED_VALUES = 12;

/** Writes a loop into a function. */
export function emitLoop(module: ModuleBuilder, code: Code, program: LoopProgram): void {
  const collapsed = collapseAxes(program);
  for (const reduction of collapsed.reductions) {
    if (accumulatesInMemory(reduction, collapsed.shape)) emitFill(module, code, reduction, collapsed.shape);
  }
  if (sizeOf(collapsed.shape) > 0) new LoopWriter(module, code, collapsed).write();
}

/** Says whether partial results have to meet in the result's memory: something other than the innermost axis alone is reduced. */
function accumulatesInMemory({ access }: LoopReduction, shape: readonly number[]): boolean {
  const innermost = shape.length - 1;
  if (access.strides[innermost] !== 0) return true;
  return sizeOf(shape) === 0 || access.strides.some((stride, axis) => axis < innermost && stride === 0);
}

/** Sets a reduction's result to what reducing nothing gives. */
function emitFill(module: ModuleBuilder, code: Code, { access, kind }: LoopReduction, shape: readonly number[]): void {
  const { dtype, strides } = access;
  const size = sizeOf(shape.filter((_, axis) => strides[axis] !== 0));
  const fill: LoopProgram = {
    shape: [size],
    values: [{ kind: "constant", value: identityOf(kind, dtype), dtype }],
    stores: [{ value: 0, access: { ...access, strides: [1] } }],
    reductions: [],
  };
  if (size > 0) new LoopWriter(module, code, collapseAxes(fill)).write();
}

/** Where the innermost loop is: whole vectors, or single elements. */
type Stride = "vector" | "element";

class LoopWriter {
  private readonly module: ModuleBuilder;
  private readonly code: Code;
  private readonly program: LoopProgram;
  private readonly lanes: 2 | 4;
  private readonly innermost: number;
  private readonly cursors: Cursors;
  private readonly locals: Local[];
  /** Innermost axis along which each value changes; −1 for none. */
  private readonly depths: readonly number[];
  /** Whole vectors along the innermost axis. */
  private readonly vectors: number;
  /** One per reduction along the innermost axis; the others collect in memory. */
  private readonly sums: readonly (RunningSum | undefined)[];
  /** Vectors per round of the innermost loop. */
  private readonly turns: number;

  constructor(module: ModuleBuilder, code: Code, program: LoopProgram) {
    this.module = module;
    this.code = code;
    this.program = program;
    this.innermost = program.shape.length - 1;
    const dtypes = [...program.values.map(dtypeOf), ...program.reductions.map(({ access }) => access.dtype)];
    this.lanes = dtypes.includes("f64") ? 2 : 4;
    this.cursors = new Cursors(code, program.shape);
    this.depths = valueDepths(program.values);
    this.locals = program.values.map(() => code.local(ValueType.v128));
    this.vectors = Math.floor((program.shape[this.innermost] ?? 0) / this.lanes);
    const isShort = program.values.length <= MAX_UNROLLED_VALUES && this.vectors >= 4 * UNROLLED;
    this.sums = program.reductions.map((reduction) =>
      reduction.access.strides[this.innermost] === 0
        ? new RunningSum(code, reduction, isShort ? UNROLLED : 1)
        : undefined,
    );
    this.turns = isShort && this.sums.some((sum) => sum !== undefined) ? UNROLLED : 1;
  }

  write(): void {
    for (const { access } of this.memoryUses()) this.cursors.declare(access);
    this.computeValues(-1, "vector");
    this.writeAxis(0);
  }

  private *memoryUses(): Generator<{ readonly access: LoopReduction["access"] }> {
    for (const value of this.program.values) if (value.kind === "load") yield value;
    yield* this.program.stores;
    yield* this.program.reductions;
  }

  private writeAxis(axis: number): void {
    if (axis === this.innermost) {
      this.writeInnermost();
      return;
    }
    this.code.repeat(this.program.shape[axis] ?? 0, () => {
      this.computeValues(axis, "vector");
      this.writeAxis(axis + 1);
      this.cursors.next(axis);
    });
  }

  private writeInnermost(): void {
    const { vectors, lanes } = this;
    for (const sum of this.sums) sum?.start();
    const isLong = vectors >= STAGED_VECTORS && this.sums.some((sum) => sum !== undefined);
    if (isLong) this.writeStages();
    else this.writeVectors(vectors);
    if (vectors > 0) for (const sum of this.sums) sum?.fold(lanes, isLong);
    this.code.repeat((this.program.shape[this.innermost] ?? 0) - vectors * lanes, () => {
      this.writeBody("element", 0);
      this.cursors.advance(1);
    });
    for (const [i, reduction] of this.program.reductions.entries()) this.finishSum(reduction, i);
  }

  /** Some vectors of a row. */
  private writeVectors(count: number): void {
    const vector = (turn: number): void => {
      this.writeBody("vector", turn);
      this.cursors.advance(this.lanes);
    };
    this.code.repeat(Math.floor(count / this.turns), () => {
      for (let turn = 0; turn < this.turns; turn += 1) vector(turn);
    });
    this.code.repeat(count % this.turns, () => vector(0));
  }

  /** The vectors of a long row, √n at a time. */
  private writeStages(): void {
    const stage = (count: number): void => {
      this.writeVectors(count);
      for (const sum of this.sums) sum?.putAside();
    };
    const length = Math.ceil(Math.sqrt(this.vectors));
    this.code.repeat(Math.floor(this.vectors / length), () => stage(length));
    stage(this.vectors % length);
  }

  /** Writes lane 0 of a sum to its place, combined with what other rows have left there. */
  private finishSum(reduction: LoopReduction, index: number): void {
    const sum = this.sums[index]?.result;
    if (sum === undefined) return;
    if (accumulatesInMemory(reduction, this.program.shape)) {
      this.cursors.push(reduction.access);
      loadLane(this.code, reduction.access.dtype, reduction.access.ptr);
      this.combineWithStack(reduction, sum);
      this.code.set(sum);
    }
    this.storeLane(reduction.access, sum);
  }

  /** Combines the vector on the stack with a local. */
  private combineWithStack({ kind, access }: LoopReduction, local: Local): void {
    combine(kind, access.dtype, () => undefined, read(local))(this.code);
  }

  private storeLane(access: LoopReduction["access"], value: Local): void {
    this.cursors.push(access);
    this.code.get(value);
    storeLane(this.code, access.dtype, access.ptr);
  }

  /** One vector or element; `turn` counts within a round. */
  private writeBody(stride: Stride, turn: number): void {
    this.computeValues(this.innermost, stride);
    for (const { value, access } of this.program.stores) this.store(access, this.locals[value] ?? 0, stride);
    for (const [i, reduction] of this.program.reductions.entries()) {
      const sum = this.sums[i];
      const value = this.locals[reduction.value] ?? 0;
      if (sum === undefined) this.accumulateInMemory(reduction, value, stride);
      else sum.add(read(value), turn);
    }
  }

  private store(access: LoopReduction["access"], value: Local, stride: Stride): void {
    if (stride === "element") {
      this.storeLane(access, value);
      return;
    }
    this.cursors.push(access);
    this.code.get(value);
    storeVector(this.code, access.dtype, this.lanes, access.ptr);
  }

  /** Combines a value with what its place in the result holds. */
  private accumulateInMemory(reduction: LoopReduction, value: Local, stride: Stride): void {
    const { access } = reduction;
    const sum = this.code.local(ValueType.v128);
    this.cursors.push(access);
    if (stride === "element") loadLane(this.code, access.dtype, access.ptr);
    else loadVector(this.code, access.dtype, this.lanes, access.ptr);
    this.combineWithStack(reduction, value);
    this.code.set(sum);
    this.store(access, sum, stride);
  }

  /** Computes the values that change along this axis and along none further in. */
  private computeValues(axis: number, stride: Stride): void {
    this.program.values.forEach((definition, i) => {
      if (this.depths[i] !== axis) return;
      this.compute(definition, axis === this.innermost ? stride : undefined);
      this.code.set(this.locals[i] ?? 0);
    });
  }

  /** Leaves a value on the stack; `stride` is undefined outside of the innermost axis, where all lanes are equal. */
  private compute(definition: LoopDefinition, stride: Stride | undefined): void {
    const { code, cursors, lanes } = this;
    if (definition.kind === "constant") {
      constantVector(definition.value, definition.dtype)(code);
    } else if (definition.kind === "load") {
      const { access } = definition;
      const step = access.strides[this.innermost] ?? 0;
      if (stride === "vector" && step !== 1) {
        gather(code, () => cursors.push(access), access.dtype, lanes, step, access.ptr);
        return;
      }
      cursors.push(access);
      if (stride === undefined) loadSplat(code, access.dtype, access.ptr);
      else if (stride === "element") loadLane(code, access.dtype, access.ptr);
      else loadVector(code, access.dtype, lanes, access.ptr);
    } else {
      this.computeOperation(definition, stride);
    }
  }

  private computeOperation(definition: Extract<LoopDefinition, { kind: "compute" }>, stride: Stride | undefined): void {
    const inputs = definition.inputs.map((input) => dtypeOf(this.program.values[input] ?? definition));
    const operation = operationFor(definition.name, definition.dtype, inputs);
    if (operation === undefined) throw new RangeError(`${definition.name} is not an operation of loops`);
    const operands = definition.inputs.map((input) => read(this.locals[input] ?? 0));
    const activeLanes = stride === "vector" ? this.lanes : 1;
    operation({ module: this.module, dtype: definition.dtype, inputs, activeLanes }, operands)(this.code);
  }
}

/** For each value the innermost axis along which it changes. */
function valueDepths(values: readonly LoopDefinition[]): number[] {
  const depths: number[] = [];
  for (const value of values) {
    if (value.kind === "constant") depths.push(-1);
    else if (value.kind === "load") depths.push(value.access.strides.findLastIndex((stride) => stride !== 0));
    else depths.push(value.inputs.reduce((depth, input) => Math.max(depth, depths[input] ?? -1), -1));
  }
  return depths;
}
