/** @file The schedule: in which order a graph is computed, and what is computed together. */
import type { GraphValue, Instruction } from "../../ir/graph.ts";
import type { Shape } from "../../shape/shape.ts";

/** Instructions that one pass over an iteration space computes. */
export interface LoopStep {
  readonly kind: "loop";
  /** The iteration space: the shape of every elementwise instruction, and of what the reductions reduce. */
  readonly shape: Shape;
  /** In an order in which they can run. */
  readonly elementwise: readonly Instruction[];
  readonly reductions: readonly Instruction[];
  /** Results of elementwise instructions that somebody else needs; the others live in registers. */
  readonly stored: readonly GraphValue[];
  /** Values that are taken from memory (as they are named there: not resolved by aliases), each once. */
  readonly reads: readonly GraphValue[];
}

/** One instruction that a kernel computes, or its reference. */
export interface CallStep {
  readonly kind: "call";
  readonly instruction: Instruction;
  /** Its inputs, each once. */
  readonly reads: readonly GraphValue[];
}

export type Step = LoopStep | CallStep;

/** A graph in the order of its computation. */
export interface Schedule {
  readonly steps: readonly Step[];
  /** Values that share the memory of another one (a reshape does), and which. Never a chain. */
  readonly aliases: ReadonlyMap<GraphValue, GraphValue>;
  /** Values whose elements are all one number, and which: loops know them without reading. */
  readonly constants: ReadonlyMap<GraphValue, number>;
}

/** The value whose memory holds a value. */
export function memoryOf(schedule: Schedule, value: GraphValue): GraphValue {
  return schedule.aliases.get(value) ?? value;
}

/** Values that a step leaves in memory. */
export function writtenBy(step: Step): readonly GraphValue[] {
  return step.kind === "call"
    ? [step.instruction.output]
    : [...step.stored, ...step.reductions.map(({ output }) => output)];
}
