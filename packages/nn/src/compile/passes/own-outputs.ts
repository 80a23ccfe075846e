/** @file Outputs with memory of their own, for steps whose states are overwritten before anybody can read them. */
import type { Graph, GraphValue } from "../../ir/graph.ts";
import { GraphRewriter } from "../../ir/rewrite.ts";
import { operand } from "../../primitives/operands.ts";
import type { Primitive } from "../../primitives/primitive.ts";

/** The same elements in other memory. */
const copyPrimitive: Primitive<undefined> = {
  name: "copy",
  elementwise: true,
  infer: (inputs) => operand(inputs, 0),
  reference: (output, inputs) => output.data.set(operand(inputs, 0).data),
};

/**
 * The graph with a copy of each output that is an input or a constant (perhaps under another shape). An unchanged state stays what it is.
 *
 * @param states - How many of the first inputs are states, replaced by as many of the first outputs.
 */
export function ownOutputs(graph: Graph, states: number): Graph {
  const rewriter = new GraphRewriter(graph);
  for (const instruction of graph.instructions) rewriter.keep(instruction);
  const computed = (value: GraphValue): boolean => {
    const maker = rewriter.makerOf(value);
    if (maker === undefined) return false;
    const shares = maker.primitive.name === "reshape" || maker.primitive.name === "barrier";
    return !shares || maker.inputs.every(computed);
  };
  const outputs = graph.outputs.map((value, i) => {
    if (computed(value) || (i < states && value === graph.inputs[i])) return value;
    return rewriter.emit(copyPrimitive as Primitive, [value], undefined);
  });
  return { ...rewriter.finish(), outputs };
}
