/** @file Writes the instructions of traced graphs, one after the other, as ONNX nodes. */
import { TrainlogError } from "../../../error.ts";
import type { Graph, GraphValue } from "../../../ir/graph.ts";
import { dependsOnBatch, join, type Size, sameInstruction } from "./batch-size.ts";
import type { Call, Exporter } from "./call.ts";
import type { Edge, GraphWriter } from "./graph-writer.ts";
import { EXPORTERS } from "./operators/index.ts";

/** A shape of which some sizes may follow the batch. */
export function joinShapes(values: readonly GraphValue[], where: string): readonly Size[] {
  const shapes = values.map(({ shape }) => shape);
  // Shapes are arrays of numbers, and numbers join to sizes.
  return join(shapes, () => {
    throw dependsOnBatch(`${where} has the shapes ${shapes.map((shape) => `[${shape.join(", ")}]`).join(", ")}`);
  }) as readonly Size[];
}

/**
 * Writes all instructions, and as constants the tensors that the function closed over.
 *
 * @param graphs - The same function, traced once (sizes are fixed) or at the sizes of `TRACED_BATCHES`.
 * @param inputs - Edges of the graph's inputs.
 * @param exporter - How an instruction is written. Default: as every runtime of ONNX reads it.
 * @returns Edges of the outputs.
 * @throws TrainlogError `onnx/unsupported` naming the primitive, `onnx/dynamic-batch`.
 */
export function writeInstructions(
  write: GraphWriter,
  graphs: readonly Graph[],
  inputs: readonly Edge[],
  exporter: Exporter = exportCall,
): readonly Edge[] {
  const [graph] = graphs;
  if (graph === undefined) return [];
  if (graphs.some((other) => other.instructions.length !== graph.instructions.length)) {
    throw dependsOnBatch(`${graphs.map((other) => other.instructions.length).join(", ")} instructions`);
  }
  const edges = new Map<number, Edge>(graph.inputs.map(({ id }, index) => [id, inputs[index] ?? missing(id)]));
  const used = usedValues(graph);
  for (const value of graph.constantValues.filter(({ id }) => used.has(id)))
    edges.set(value.id, writeConstant(write, graph, value));
  graph.instructions.forEach((_, index) => {
    const call = callOf(graphs, index, edges);
    const { id } = graph.instructions[index]?.output ?? missing(index);
    edges.set(id, { name: exporter(write, call), shape: call.shape, dtype: call.dtype });
  });
  return graph.outputs.map(({ id }) => edges.get(id) ?? missing(id));
}

function missing(id: number): never {
  throw new TrainlogError("compile/broken-graph", `value ${id} of the graph is used before it is made`);
}

/** Numbers of the values that an instruction or an output needs. */
export function usedValues({ instructions, outputs }: Graph): ReadonlySet<number> {
  return new Set([...instructions.flatMap(({ inputs }) => inputs), ...outputs].map(({ id }) => id));
}

function writeConstant(write: GraphWriter, graph: Graph, value: GraphValue): Edge {
  const tensor = graph.constants.get(value.id) ?? missing(value.id);
  const name = write.constant("constant", tensor.data(), tensor.shape, tensor.dtype);
  return { name, shape: tensor.shape, dtype: tensor.dtype };
}

function callOf(graphs: readonly Graph[], index: number, edges: ReadonlyMap<number, Edge>): Call {
  const versions = sameInstruction(graphs, index);
  const [instruction] = versions;
  if (instruction === undefined) return missing(index);
  const { primitive, inputs, output } = instruction;
  return {
    primitive: primitive.name,
    inputs: inputs.map(({ id }) => edges.get(id) ?? missing(id)),
    shape: joinShapes(
      versions.map((version) => version.output),
      primitive.name,
    ),
    dtype: output.dtype,
    // Attributes are plain data; join keeps their structure.
    attributes: join(
      versions.map((version) => version.attributes),
      () => {
        throw dependsOnBatch(
          `the attributes of ${primitive.name} are ${versions.map((version) => JSON.stringify(version.attributes)).join(" and ")}`,
        );
      },
    ) as Call["attributes"],
  };
}

/**
 * Writes one instruction as nodes of ONNX's own operators.
 *
 * @throws TrainlogError `onnx/unsupported` naming the primitive.
 */
export function exportCall(write: GraphWriter, call: Call): string {
  const exporter = Object.hasOwn(EXPORTERS, call.primitive) ? EXPORTERS[call.primitive] : undefined;
  if (exporter !== undefined) return exporter(write, call);
  throw new TrainlogError(
    "onnx/unsupported",
    `the model computes with ${call.primitive}, which has no form in ONNX here`,
  );
}
