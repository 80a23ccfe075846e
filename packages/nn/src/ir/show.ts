/** @file A graph as text, for people and for tests. */
import { showShape } from "../shape/shape.ts";
import type { Graph, GraphValue, Instruction } from "./graph.ts";

/**
 * A graph as text: inputs, constants, one line per instruction, outputs.
 *
 * Values are numbered in the order in which they appear, so two graphs that compute alike read alike.
 *
 * @example
 * showGraph(trace([{ shape: [3], dtype: "float" }], ([x]) => [add(x, x)]));
 * // (%0: float[3]) {
 * //   %1: float[3] = add(%0, %0)
 * //   return %1
 * // }
 */
export function showGraph(graph: Graph): string {
  const numbers = new Map<number, number>();
  const name = ({ id }: GraphValue): string => {
    const known = numbers.get(id) ?? numbers.size;
    numbers.set(id, known);
    return `%${known}`;
  };
  const typed = (value: GraphValue): string => `${name(value)}: ${value.dtype}${showShape(value.shape)}`;
  const inputs = graph.inputs.map(typed).join(", ");
  const constants = graph.constantValues.map((value) => `  ${typed(value)} = constant`);
  const instructions = graph.instructions.map((instruction) => {
    const operands = instruction.inputs.map(name).join(", ");
    return `  ${typed(instruction.output)} = ${instruction.primitive.name}(${operands})${showAttributes(instruction)}`;
  });
  const outputs = `  return ${graph.outputs.map(name).join(", ")}`;
  return [`(${inputs}) {`, ...constants, ...instructions, outputs, "}"].join("\n");
}

function showAttributes({ attributes }: Instruction): string {
  if (typeof attributes !== "object" || attributes === null) return "";
  const parts = Object.entries(attributes).map(([name, value]) => `${name}: ${showAttribute(value)}`);
  return parts.length === 0 ? "" : ` {${parts.join(", ")}}`;
}

function showAttribute(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showAttribute).join(", ")}]`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  return JSON.stringify(value) ?? "none";
}
