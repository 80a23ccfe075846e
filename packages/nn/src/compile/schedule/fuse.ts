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
import { memoryOf, readBy, type Schedule, type Step } from "./schedule.ts";

/** Registers and instruction cache set a limit to what is good to compute in one loop. */
const MAX_GROUP_SIZE = 96;

/** Instructions that will be one loop. */
interface Group {
  readonly shape: Shape;
  readonly elementwise: Instruction[];
  readonly reductions: Instruction[];
}

/** Orders a graph's instructions and fuses them. */
export function schedule(graph: Graph): Schedule {
  const scheduler = new Scheduler();
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
        this.join(instruction, []);
        break;
      case "elementwise":
        this.join(instruction, this.openInputs(instruction, instruction.output.shape));
        break;
      case "reduction":
        this.addReduction(instruction);
        break;
      default:
        for (const input of instruction.inputs) this.need(input);
        this.steps.push({ kind: "call", instruction });
    }
  }

  /** Makes sure that a value lies in memory from here on. */
  need(value: GraphValue): void {
    const root = this.aliases.get(value) ?? value;
    const fill = this.fills.get(root);
    if (fill !== undefined) {
      this.fills.delete(root);
      this.steps.push({ kind: "loop", shape: root.shape, elementwise: [fill], reductions: [], stored: [] });
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
  private openInputs({ inputs }: Instruction, shape: Shape): Group[] {
    const joinable = inputs.filter((input) => {
      const inRegister = this.inRegisters.has(input) && sameShape(input.shape, shape);
      if (!inRegister && !this.constants.has(this.aliases.get(input) ?? input)) this.need(input);
      return inRegister;
    });
    // One that was just closed for another operand is no longer among them.
    return [...new Set(joinable.flatMap((input) => this.groups.get(input) ?? []))];
  }

  private join(instruction: Instruction, candidates: readonly Group[]): void {
    const group = this.merge(candidates, instruction.output.shape);
    group.elementwise.push(instruction);
    this.groups.set(instruction.output, group);
    this.inRegisters.add(instruction.output);
  }

  private addReduction(instruction: Instruction): void {
    const [input] = instruction.inputs;
    if (input === undefined) return;
    const group = this.merge(this.openInputs(instruction, input.shape), input.shape);
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
    const elementwise = group.elementwise.sort((a, b) => rank(a) - rank(b));
    this.steps.push({ kind: "loop", shape: group.shape, elementwise, reductions: group.reductions, stored: [] });
  }
}

function sizeOfGroup({ elementwise, reductions }: Group): number {
  return elementwise.length + reductions.length;
}

/** Fills in which results of loops go to memory: those that another step or the caller reads. */
function storeWhatIsRead(scheduled: Schedule, outputs: readonly GraphValue[]): Schedule {
  const read = new Set(outputs.map((value) => memoryOf(scheduled, value)));
  for (const step of scheduled.steps) for (const value of readBy(scheduled, step)) read.add(memoryOf(scheduled, value));
  const steps = scheduled.steps.map((step): Step => {
    if (step.kind === "call") return step;
    return { ...step, stored: step.elementwise.flatMap(({ output }) => (read.has(output) ? [output] : [])) };
  });
  return { ...scheduled, steps };
}
