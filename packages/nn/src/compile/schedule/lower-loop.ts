/** @file From a loop step to a loop program: operands get their addresses and strides. */
import type { GraphValue, Instruction } from "../../ir/graph.ts";
import { broadcastStrides } from "../loops/axes.ts";
import type { Access, LoopDefinition, LoopProgram, LoopValue } from "../loops/program.ts";
import { classify, fillValue, permutationOf, reductionKind } from "./classify.ts";
import { type LoopStep, memoryOf, type Schedule } from "./schedule.ts";

/** Where a value's elements begin. */
export type AddressOf = (value: GraphValue) => Pick<Access, "ptr" | "base">;

/** The loop program of a step. */
export function lowerLoop(schedule: Schedule, step: LoopStep, addressOf: AddressOf): LoopProgram {
  const lowering = new LoopLowering(schedule, step, addressOf);
  for (const instruction of step.elementwise) lowering.define(instruction);
  const { shape } = step;
  return {
    shape,
    reductions: step.reductions.map((instruction) => lowering.reduction(instruction)),
    stores: step.stored.map((value) => ({
      value: lowering.operand(value),
      access: { ...addressOf(value), strides: broadcastStrides(shape, shape), dtype: value.dtype },
    })),
    values: lowering.values,
  };
}

class LoopLowering {
  readonly values: LoopDefinition[] = [];
  private readonly schedule: Schedule;
  private readonly step: LoopStep;
  private readonly addressOf: AddressOf;
  private readonly computed = new Map<GraphValue, LoopValue>();
  /** Operands from memory and constants: each once for each way in which it is walked. */
  private readonly loaded = new Map<string, LoopValue>();

  constructor(schedule: Schedule, step: LoopStep, addressOf: AddressOf) {
    this.schedule = schedule;
    this.step = step;
    this.addressOf = addressOf;
  }

  /** Adds an elementwise instruction. */
  define(instruction: Instruction): void {
    const { primitive, output, inputs } = instruction;
    const kind = classify(instruction);
    if (kind === "fill") {
      this.computed.set(output, this.constant(fillValue(instruction), output));
      return;
    }
    const operands =
      kind === "view"
        ? inputs.map((input) => this.view(input, permutationOf(instruction)))
        : inputs.map((input) => this.operand(input));
    const identity = kind === "view" || primitive.name === "broadcastTo" || primitive.name === "copy";
    const [first] = operands;
    if (identity && first !== undefined) this.computed.set(output, first);
    else
      this.computed.set(
        output,
        this.add({ kind: "compute", name: primitive.name, inputs: operands, dtype: output.dtype }),
      );
  }

  /** The reduction of a value that the loop has. */
  reduction(instruction: Instruction): LoopProgram["reductions"][number] {
    const { output, attributes, inputs } = instruction;
    const kind = reductionKind(instruction);
    const [input] = inputs;
    if (kind === undefined || input === undefined)
      throw new RangeError(`${instruction.primitive.name} is not a reduction of loops`);
    const { axes } = attributes as { readonly axes: readonly number[] }; // what all reductions have
    const kept = this.step.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const strides = broadcastStrides(kept, this.step.shape);
    return { kind, value: this.operand(input), access: { ...this.addressOf(output), strides, dtype: output.dtype } };
  }

  /** A value at the current point, broadcast to the iteration space. */
  operand(value: GraphValue): LoopValue {
    const computed = this.computed.get(value);
    if (computed !== undefined) return computed;
    const constant = this.schedule.constants.get(memoryOf(this.schedule, value));
    if (constant !== undefined) return this.constant(constant, value);
    return this.load(value, broadcastStrides(value.shape, this.step.shape));
  }

  private view(value: GraphValue, permutation: readonly number[]): LoopValue {
    const strides = broadcastStrides(value.shape, value.shape);
    return this.load(
      value,
      permutation.map((axis) => strides[axis] ?? 0),
    );
  }

  private load(value: GraphValue, strides: readonly number[]): LoopValue {
    const access: Access = { ...this.addressOf(value), strides, dtype: value.dtype };
    return this.once(`${access.base}+${access.ptr}:${access.dtype}:${strides.join()}`, { kind: "load", access });
  }

  private constant(value: number, { dtype }: GraphValue): LoopValue {
    return this.once(`${dtype}=${Object.is(value, -0) ? "-0" : value}`, { kind: "constant", value, dtype });
  }

  private once(key: string, definition: LoopDefinition): LoopValue {
    const known = this.loaded.get(key);
    if (known !== undefined) return known;
    const added = this.add(definition);
    this.loaded.set(key, added);
    return added;
  }

  private add(definition: LoopDefinition): LoopValue {
    this.values.push(definition);
    return this.values.length - 1;
  }
}
