/** @file The tool of passes: a graph that is made from another one, instruction by instruction. */
import type { Primitive } from "../primitives/primitive.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Graph, GraphValue, Instruction } from "./graph.ts";

/** Collects the instructions of a new graph over the inputs of an old one; values of the old graph can be replaced by others. */
export class GraphRewriter {
  private readonly graph: Graph;
  private readonly instructions: Instruction[] = [];
  private readonly constants: Map<number, AnyTensor>;
  private readonly constantValues: GraphValue[];
  private readonly replaced = new Map<GraphValue, GraphValue>();
  private readonly makers = new Map<GraphValue, Instruction>();
  private nextId: number;

  constructor(graph: Graph) {
    this.graph = graph;
    this.constants = new Map(graph.constants);
    this.constantValues = [...graph.constantValues];
    this.nextId = 1 + highestId(graph);
  }

  /** What stands for a value of the old graph. */
  resolve(value: GraphValue): GraphValue {
    return this.replaced.get(value) ?? value;
  }

  /** An instruction of the old graph over the values that stand for its inputs. */
  resolveInputs(instruction: Instruction): Instruction {
    if (instruction.inputs.every((input) => !this.replaced.has(input))) return instruction;
    return { ...instruction, inputs: instruction.inputs.map((input) => this.resolve(input)) };
  }

  /** Takes over an instruction. */
  keep(instruction: Instruction): void {
    this.instructions.push(instruction);
    this.makers.set(instruction.output, instruction);
  }

  /** Adds an instruction of a new value. */
  emit(primitive: Primitive, inputs: readonly GraphValue[], attributes: unknown): GraphValue {
    const { shape, dtype } = primitive.infer(inputs, attributes);
    const output: GraphValue = { op: "instruction", id: this.newId(), shape, dtype };
    this.keep({ primitive, inputs, attributes, output });
    return output;
  }

  /** Adds a concrete tensor. */
  constant(tensor: AnyTensor): GraphValue {
    const value: GraphValue = { op: "constant", id: this.newId(), shape: tensor.shape, dtype: tensor.dtype };
    this.constants.set(value.id, tensor);
    this.constantValues.push(value);
    return value;
  }

  /** The tensor of a constant; undefined for other values. */
  tensorOf(value: GraphValue): AnyTensor | undefined {
    return this.constants.get(value.id);
  }

  /** The instruction of the new graph that makes a value; undefined for inputs and constants. */
  makerOf(value: GraphValue): Instruction | undefined {
    return this.makers.get(value);
  }

  /** From here on `by` (of the new graph) stands for `value` (of the old one). */
  replace(value: GraphValue, by: GraphValue): void {
    this.replaced.set(value, by);
  }

  /** The new graph. */
  finish(): Graph {
    return {
      inputs: this.graph.inputs,
      constants: this.constants,
      constantValues: this.constantValues,
      instructions: this.instructions,
      outputs: this.graph.outputs.map((value) => this.resolve(value)),
    };
  }

  private newId(): number {
    this.nextId += 1;
    return this.nextId - 1;
  }
}

function highestId({ inputs, constantValues, instructions }: Graph): number {
  let highest = -1;
  for (const { id } of [...inputs, ...constantValues]) highest = Math.max(highest, id);
  for (const { output } of instructions) highest = Math.max(highest, output.id);
  return highest;
}
