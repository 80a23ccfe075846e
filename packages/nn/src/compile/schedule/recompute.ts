/**
 * @file Which values are not worth keeping: those that one cheap instruction makes of one other value of the same size.
 *
 * A backward pass reads much of what the forward pass made. A multiple of a value beside the value itself is memory twice: a loop that reads the
 * value computes the multiple sooner than it would load it.
 */
import type { Graph, GraphValue, Instruction } from "../../ir/graph.ts";
import { sameShape } from "../../shape/shape.ts";
import { classify } from "./classify.ts";

/** Elementwise operations of about one machine instruction. */
const CHEAP: ReadonlySet<string> = new Set(["add", "sub", "mul", "neg", "abs", "square", "relu", "maximum", "minimum"]);

/** Knows what can be computed again instead of kept. */
export class Recomputation {
  private readonly makers = new Map<GraphValue, Instruction>();

  constructor(graph: Graph) {
    const inputs = new Set(graph.inputs);
    const inMemory = new Set(graph.outputs);
    const constants = new Set<GraphValue>();
    for (const instruction of graph.instructions) {
      const kind = classify(instruction);
      if (kind === "fill") constants.add(instruction.output);
      // What a kernel reads lies in memory anyway; so does what it reads under another shape.
      if (kind !== "elementwise" && kind !== "reduction") for (const input of instruction.inputs) inMemory.add(input);
      if (kind !== "elementwise" || !CHEAP.has(instruction.primitive.name)) continue;
      const [source, ...others] = new Set(instruction.inputs.filter((input) => !constants.has(input)));
      if (source === undefined || others.length > 0) continue;
      const { output } = instruction;
      // States are written over as soon as their last reader is done: none is added.
      const fits = !inputs.has(source) && source.dtype === output.dtype && sameShape(source.shape, output.shape);
      if (fits && !this.makers.has(source)) this.makers.set(output, instruction);
    }
    for (const value of inMemory) this.makers.delete(value);
  }

  /** The instruction that makes a value which need not be kept. */
  makerOf(value: GraphValue): Instruction | undefined {
    return this.makers.get(value);
  }
}
