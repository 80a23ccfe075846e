/** @file Outputs with memory of their own: nobody else's, and none that is overwritten before it can be read. */
import type { Graph, GraphValue } from "../../ir/graph.ts";
import { GraphRewriter } from "../../ir/rewrite.ts";
import { operand } from "../../primitives/operands.ts";
import { definePrimitive, type Primitive } from "../../primitives/primitive.ts";

/** The same elements in other memory. */
const copyPrimitive: Primitive<undefined> = definePrimitive({
  name: "copy",
  elementwise: true,
  infer: (inputs) => operand(inputs, 0),
  reference: (output, inputs) => output.data.set(operand(inputs, 0).data),
});

/**
 * The graph with a copy of each output that is an input or a constant (perhaps under another shape), and of each that another output is already. An
 * unchanged state stays what it is.
 *
 * @param states - How many of the first inputs are states, replaced by as many of the first outputs.
 */
export function ownOutputs(graph: Graph, states: number): Graph {
  const rewriter = new GraphRewriter(graph);
  for (const instruction of graph.instructions) rewriter.keep(instruction);
  const taken = new Set<GraphValue>();
  const outputs = graph.outputs.map((value, i) => {
    if (i < states && value === graph.inputs[i]) return value;
    const root = rootOf(rewriter, value);
    const isOwn = rewriter.makerOf(root) !== undefined && !taken.has(root);
    taken.add(root);
    return isOwn ? value : rewriter.emit(copyPrimitive as Primitive, [value], undefined);
  });
  return { ...rewriter.finish(), outputs };
}

/** The value whose memory a value shares. */
function rootOf(rewriter: GraphRewriter, value: GraphValue): GraphValue {
  const maker = rewriter.makerOf(value);
  const shares = maker?.primitive.name === "reshape" || maker?.primitive.name === "barrier";
  const source = shares ? maker.inputs[0] : undefined;
  return source === undefined ? value : rootOf(rewriter, source);
}
