/** @file Runs a graph again, instruction by instruction, through `apply`. */
import { apply } from "../engine/apply.ts";
import { TrainlogError } from "../error.ts";
import { sameShape, showShape } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Graph, GraphValue, Instruction } from "./graph.ts";

/** Computes one instruction from the tensors that stand for its inputs. */
export type EvaluateInstruction = (instruction: Instruction, inputs: readonly AnyTensor[]) => AnyTensor;

const applyInstruction: EvaluateInstruction = ({ primitive, attributes }, inputs) =>
  apply(primitive, inputs, attributes);

/**
 * Computes a graph's outputs from tensors for its inputs.
 *
 * Concrete inputs compute now, tracked inputs are differentiated through, and inside of a trace the instructions are emitted again: it is the
 * traced function without the code that it was traced from.
 *
 * @param graph - From `trace`, or what a pass made of it.
 * @param inputs - One tensor per graph input, of its shape and element type.
 * @param evaluateInstruction - What computes an instruction; `apply` unless given.
 * @returns One tensor per graph output.
 * @throws TrainlogError `shape/mismatch` when the inputs are not those that the graph was traced for.
 *
 * @example
 * const graph = trace([{ shape: [3], dtype: "float" }], ([x]) => [add(x, x)]);
 * const [doubled] = evaluateGraph(graph, [tensor([1, 2, 3])]);   // [2, 4, 6]
 */
export function evaluateGraph(
  graph: Graph,
  inputs: readonly AnyTensor[],
  evaluateInstruction: EvaluateInstruction = applyInstruction,
): AnyTensor[] {
  checkInputs(graph, inputs);
  const tensors = new Map<number, AnyTensor>(graph.constants);
  graph.inputs.forEach(({ id }, i) => {
    tensors.set(id, inputs[i] as AnyTensor); // checkInputs: there are as many
  });
  const tensorOf = (value: GraphValue): AnyTensor => {
    const tensor = tensors.get(value.id);
    if (tensor !== undefined) return tensor;
    throw new TrainlogError("compile/broken-graph", `value ${value.id} of the graph is used before it is made`);
  };
  for (const instruction of graph.instructions) {
    tensors.set(instruction.output.id, evaluateInstruction(instruction, instruction.inputs.map(tensorOf)));
  }
  return graph.outputs.map(tensorOf);
}

function checkInputs(graph: Graph, inputs: readonly AnyTensor[]): void {
  const wanted = graph.inputs.map(({ shape, dtype }) => `${dtype}${showShape(shape)}`).join(", ");
  const fits =
    graph.inputs.length === inputs.length &&
    graph.inputs.every(({ shape, dtype }, i) => {
      const input = inputs[i];
      return input !== undefined && dtype === input.dtype && sameShape(shape, input.shape);
    });
  if (fits) return;
  throw new TrainlogError(
    "shape/mismatch",
    `the graph was traced for inputs ${wanted === "" ? "(none)" : wanted}; got ` +
      `${inputs.map(({ shape, dtype }) => `${dtype}${showShape(shape)}`).join(", ") || "none"}`,
  );
}
