/** @file Runs an imported graph node by node, through the same primitives as every other model: so it differentiates, compiles and trains. */
import { TrainlogError } from "../../../error.ts";
import type { FloatDType } from "../../../tensor/dtype.ts";
import type { GraphProto, NodeProto } from "../proto/messages.ts";
import { NodeContext } from "./context.ts";
import { HOST_OPERATORS } from "./operators/host.ts";
import { OPERATORS } from "./operators/index.ts";
import type { Value } from "./value.ts";

/**
 * Refuses graphs with operators that cannot be run, all of them in one error.
 *
 * @throws TrainlogError `onnx/unsupported`.
 */
export function checkOperators(graph: GraphProto, functionNames: readonly string[]): void {
  const unknown = new Set(
    graph.nodes
      .filter(
        ({ opType, domain }) =>
          domain !== "" ||
          !(Object.hasOwn(OPERATORS, opType) || Object.hasOwn(HOST_OPERATORS, opType) || opType === "Constant"),
      )
      .map(({ opType, domain }) => (domain === "" ? opType : `${domain}.${opType}`)),
  );
  if (unknown.size === 0) return;
  const functions =
    functionNames.length === 0
      ? ""
      : `; the file defines functions (${functionNames.join(", ")}): export it with functions inlined`;
  throw new TrainlogError(
    "onnx/unsupported",
    `the graph uses operators that are not supported: ${[...unknown].join(", ")}${functions}. Supported are ${Object.keys(OPERATORS).join(", ")}`,
  );
}

/**
 * Runs all nodes.
 *
 * @param values - Inputs, parameters, state and constants by name; the results of nodes are added.
 */
export function runGraph(graph: GraphProto, values: Map<string, Value>, opset: number, dtype: FloatDType): void {
  for (const node of graph.nodes) {
    if (node.opType === "Constant") continue;
    const inputs = node.inputs.map((name) => (name === "" ? undefined : readValue(values, name, node)));
    const outputs = runNode(new NodeContext(node, inputs, opset, dtype));
    node.outputs.forEach((name, index) => {
      const output = outputs[index];
      if (name !== "" && output !== undefined) values.set(name, output);
    });
  }
}

function runNode(context: NodeContext): readonly Value[] {
  const { opType } = context.node;
  const known = Object.hasOwn(HOST_OPERATORS, opType) ? HOST_OPERATORS[opType]?.(context) : undefined;
  if (known !== undefined) return [known];
  const operator = OPERATORS[opType];
  if (operator === undefined)
    throw context.error(
      "onnx/unsupported",
      "is supported for shapes and constants only, but is given computed elements",
    );
  try {
    const result = operator(context);
    return isValues(result) ? result : [result];
  } catch (cause) {
    if (!(cause instanceof TrainlogError) || cause.message.startsWith(context.title)) throw cause;
    throw new TrainlogError(cause.code, `${context.title}: ${cause.message}`, { cause });
  }
}

function isValues(result: Value | readonly Value[]): result is readonly Value[] {
  return Array.isArray(result);
}

function readValue(values: ReadonlyMap<string, Value>, name: string, node: NodeProto): Value {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw new TrainlogError(
    "onnx/bad-node",
    `${node.opType} "${node.name}" takes "${name}", which no earlier node, input or initializer gives (or which is an optional output that is not supported)`,
  );
}
