/**
 * @file Fusion: which instructions share one pass over memory.
 *
 * Instructions are taken in order. Elementwise ones collect in open groups, one iteration space each; a group is closed (takes its place in the
 * schedule) when something needs one of its results from memory: a kernel, a loop over another space, the reader of a reduction. So open groups never depend on
 * each other, and two of the same space that meet in one instruction become one group. Near-linear in the number of instructions.
 */
import type { Graph, GraphValue, Instruction } from "../../ir/graph.ts";
import { type Shape, sameShape } from "../../shape/shape.ts";
import { classify, fillValue } from "./classify.ts";
import { Recomputation } from "./recompute.ts";
import { memoryOf, type Schedule, type Step } from "./schedule.ts";

/** Registers and instruction cache set a limit to what is good to compute in one loop. */
const MAX_GROUP_SIZE = 96;

/** What an instruction finds of its operands. */
interface OpenInputs {
  /** Groups that have some in registers. */
  readonly groups: readonly Group[];
  /** Instructions to compute once more, in order. */
  readonly again: readonly Instruction[];
}

/** Instructions that will be one loop. */
interface Group {
  readonly shape: Shape;
  readonly elementwise: Instruction[];
  readonly reductions: Instruction[];
}

/** Orders a graph's instructions and fuses them. */
export function schedule(graph: Graph): Schedule {
  const scheduler = new Scheduler(graph);
  for (const instruction of graph.instructions) scheduler.add(instruction);
  for (const value of graph.outputs) scheduler.need(value);
  return storeWhatIsRead(scheduler.finish(), graph.outputs);
}

class Scheduler {
  private readonly steps: Step[] = [];
  private readonly aliases = new Map<GraphValue, GraphValue>();
  private readonly constants = new Map<GraphValue, number>();
  /** Constants that are not in memory yet. */
  private readonly fills = new Map<GraphValue, Instruction>();
  private readonly open = new Set<Group>();
  /** The open group that will leave a value in memory. */
  private readonly groups = new Map<GraphValue, Group>();
  /** Values that an open group has in registers, for others over the same space. */
  private readonly inRegisters = new Set<GraphValue>();
  private readonly order = new Map<Instruction, number>();
  private readonly recompute: Recomputation;

  constructor(graph: Graph) {
    this.recompute = new Recomputation(graph);
  }

  add(instruction: Instruction): void {
    this.order.set(instruction, this.order.size);
    switch (classify(instruction)) {
      case "fill":
        this.constants.set(instruction.output, fillValue(instruction));
        this.fills.set(instruction.output, instruction);
        break;
      case "alias":
        this.addAlias(instruction);
        break;
      case "view":
        for (const input of instruction.inputs) this.need(input);
        this.join([instruction], []);
        break;
      case "elementwise":
        this.addElementwise(instruction);
        break;
      case "reduction":
        this.addReduction(instruction);
        break;
      default:
        for (const input of instruction.inputs) this.need(input);
        this.steps.push({ kind: "call", instruction, reads: [...new Set(instruction.inputs)] });
    }
  }

  /** Makes sure that a value lies in memory from here on. */
  need(value: GraphValue): void {
    const root = this.aliases.get(value) ?? value;
    const fill = this.fills.get(root);
    if (fill !== undefined) {
      this.fills.delete(root);
      this.steps.push({ kind: "loop", shape: root.shape, elementwise: [fill], reductions: [], stored: [], reads: [] });
    }
    const group = this.groups.get(root);
    if (group !== undefined) this.close(group);
  }

  finish(): Schedule {
    for (const group of this.open) this.close(group);
    return { steps: this.steps, aliases: this.aliases, constants: this.constants };
  }

  private addAlias({ inputs, output }: Instruction): void {
    const [source] = inputs;
    if (source !== undefined) this.aliases.set(output, this.aliases.get(source) ?? source);
  }

  /** The open groups that an instruction over `shape` can join. Closes those whose results it can only take from memory. */
  private openInputs({ inputs }: Instruction, shape: Shape): OpenInputs {
    const joinable: GraphValue[] = [];
    const again: Instruction[] = [];
    const take = (input: GraphValue): void => {
      if (this.constants.has(this.aliases.get(input) ?? input)) return;
      if (this.inRegisters.has(input) && sameShape(input.shape, shape)) {
        joinable.push(input);
        return;
      }
      const maker = sameShape(input.shape, shape) ? this.recompute.makerOf(input) : undefined;
      if (maker === undefined) this.need(input);
      else {
        for (const operand of maker.inputs) take(operand);
        again.push(maker);
      }
    };
    for (const input of inputs) take(input);
    // One that was just closed for another operand is no longer among them.
    return { groups: [...new Set(joinable.flatMap((input) => this.groups.get(input) ?? []))], again };
  }

  private addElementwise(instruction: Instruction): void {
    const { groups, again } = this.openInputs(instruction, instruction.output.shape);
    this.join([...again, instruction], groups);
  }

  private join(instructions: readonly Instruction[], candidates: readonly Group[]): void {
    const last = instructions.at(-1);
    if (last === undefined) return;
    const group = this.merge(candidates, last.output.shape);
    group.elementwise.push(...instructions);
    this.groups.set(last.output, group);
    this.inRegisters.add(last.output);
  }

  private addReduction(instruction: Instruction): void {
    const [input] = instruction.inputs;
    if (input === undefined) return;
    const { groups, again } = this.openInputs(instruction, input.shape);
    const group = this.merge(groups, input.shape);
    group.elementwise.push(...again);
    group.reductions.push(instruction);
    this.groups.set(instruction.output, group);
  }

  /** One group in place of several; a new one when there is none or they would be too large together. */
  private merge(groups: readonly Group[], shape: Shape): Group {
    const size = groups.reduce((sum, group) => sum + sizeOfGroup(group), 0);
    if (size >= MAX_GROUP_SIZE) for (const group of groups) this.close(group);
    const [largest, ...others] =
      size >= MAX_GROUP_SIZE ? [] : [...groups].sort((a, b) => sizeOfGroup(b) - sizeOfGroup(a));
    if (largest === undefined) {
      const group: Group = { shape, elementwise: [], reductions: [] };
      this.open.add(group);
      return group;
    }
    for (const other of others) {
      this.open.delete(other);
      for (const { output } of [...other.elementwise, ...other.reductions]) this.groups.set(output, largest);
      largest.elementwise.push(...other.elementwise);
      largest.reductions.push(...other.reductions);
    }
    return largest;
  }

  private close(group: Group): void {
    this.open.delete(group);
    for (const { output } of [...group.elementwise, ...group.reductions]) {
      this.groups.delete(output);
      this.inRegisters.delete(output);
    }
    const rank = (instruction: Instruction): number => this.order.get(instruction) ?? 0;
    // Each once: several may have asked for the same one to be computed again.
    const elementwise = [...new Set(group.elementwise)].sort((a, b) => rank(a) - rank(b));
    const { shape, reductions } = group;
    const reads = this.readBy([...elementwise, ...reductions]);
    this.steps.push({ kind: "loop", shape, elementwise, reductions, stored: [], reads });
  }

  /** What instructions of one loop take from memory. */
  private readBy(instructions: readonly Instruction[]): GraphValue[] {
    const made = new Set(instructions.map(({ output }) => output));
    const inputs = new Set(instructions.flatMap((instruction) => instruction.inputs));
    return [...inputs].filter((value) => !made.has(value) && !this.constants.has(this.aliases.get(value) ?? value));
  }
}

function sizeOfGroup({ elementwise, reductions }: Group): number {
  return elementwise.length + reductions.length;
}

/** Fills in which results of loops go to memory: those that another step or the caller reads, where they are computed first. */
function storeWhatIsRead(scheduled: Schedule, outputs: readonly GraphValue[]): Schedule {
  const read = new Set(outputs.map((value) => memoryOf(scheduled, value)));
  for (const step of scheduled.steps) for (const value of step.reads) read.add(memoryOf(scheduled, value));
  const steps = scheduled.steps.map((step): Step => {
    if (step.kind === "call") return step;
    const stored = step.elementwise.map(({ output }) => output).filter((output) => read.delete(output));
    return { ...step, stored };
  });
  return { ...scheduled, steps };
}
