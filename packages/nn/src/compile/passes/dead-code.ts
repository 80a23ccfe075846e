/** @file Dead code: what no output depends on. */
import type { Graph, GraphValue } from "../../ir/graph.ts";

/** The graph without instructions and constants that no output depends on. Inputs stay, they are the function's signature. */
export function removeDeadCode(graph: Graph): Graph {
  const live = new Set<GraphValue>(graph.outputs);
  const instructions = graph.instructions
    .toReversed()
    .filter(({ output, inputs }) => {
      if (!live.has(output)) return false;
      for (const input of inputs) live.add(input);
      return true;
    })
    .reverse();
  const constantValues = graph.constantValues.filter((value) => live.has(value));
  const ids = new Set(constantValues.map(({ id }) => id));
  const constants = new Map([...graph.constants].filter(([id]) => ids.has(id)));
  return { ...graph, constants, constantValues, instructions };
}
