/** @file Traced graphs as an ONNX graph: what goes in, what comes out, and under which names. */
import type { Graph } from "../../../ir/graph.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import type { GraphProto, NodeProto, ValueInfoProto } from "../proto/messages.ts";
import { isFixed, type Size } from "./batch-size.ts";
import { type Edge, GraphWriter } from "./graph-writer.ts";
import { joinShapes, usedValues, writeInstructions } from "./write-instructions.ts";

/** Names for the values of a traced function. */
export interface GraphNames {
  /** The first inputs of the traced function: inputs of the file. The first axis of the first one is the batch, if sizes follow it. */
  readonly inputNames: readonly string[];
  /** The inputs behind them: initializers of the file, left out where nothing uses them. */
  readonly initializers: readonly (readonly [name: string, tensor: AnyTensor])[];
  readonly outputNames: readonly string[];
  /** Write f64 as double; otherwise as float. */
  readonly doubles: boolean;
}

/**
 * Writes a traced function as an ONNX graph.
 *
 * @param graphs - The same function, traced once or at the batch sizes of `TRACED_BATCHES`.
 * @throws TrainlogError as `writeInstructions`.
 */
export function graphProto(
  graphs: readonly Graph[],
  { inputNames, initializers, outputNames, doubles }: GraphNames,
): GraphProto {
  const [batched = ""] = inputNames;
  const write = new GraphWriter(doubles, (writer) => batchOf(writer, batched));
  const names = [...inputNames, ...initializers.map(([name]) => name)];
  for (const name of [...names, ...outputNames]) write.reserve(name);
  const edges = names.map((name, index) => edgeOf(graphs, index, name));
  const inputs = edges.slice(0, inputNames.length).map((edge) => infoOf(write, edge, edge.name));
  writeInitializers(write, graphs, inputNames.length, initializers);
  const outputs = writeInstructions(write, graphs, edges);
  return {
    name: "trainlog",
    nodes: nameOutputs(
      write,
      outputs.map(({ name }) => name),
      outputNames,
    ),
    initializers: write.initializers,
    inputs,
    outputs: outputs.map((edge, index) => infoOf(write, edge, outputNames[index] ?? "")),
  };
}

function edgeOf(graphs: readonly Graph[], index: number, name: string): Edge {
  const values = graphs.flatMap(({ inputs }) => inputs.slice(index, index + 1));
  return { name, shape: joinShapes(values, `the input ${name}`), dtype: values[0]?.dtype ?? "float" };
}

function writeInitializers(
  write: GraphWriter,
  [graph]: readonly Graph[],
  start: number,
  initializers: GraphNames["initializers"],
): void {
  if (graph === undefined) return;
  const used = usedValues(graph);
  initializers.forEach(([name, tensor], index) => {
    const value = graph.inputs[start + index];
    if (value !== undefined && used.has(value.id)) write.initializer(name, tensor.data(), tensor.shape, tensor.dtype);
  });
}

function infoOf(write: GraphWriter, { shape, dtype }: Edge, name: string): ValueInfoProto {
  return { name, dataType: write.typeCode(dtype), shape: shape.map(showSize) };
}

/** The batch size at run time, int64 of shape [1]. */
function batchOf(write: GraphWriter, inputName: string): string {
  return write.node("Shape", [inputName], { start: { int: 0 }, end: { int: 1 } });
}

/** A size for the graph's signature: a number, or a name that runtimes show. */
function showSize(size: Size): number | string {
  if (isFixed(size)) return size;
  const scaled = size.coefficient === 1 ? "batch" : `${size.coefficient}*batch`;
  return size.offset === 0 ? scaled : `${scaled} + ${size.offset}`;
}

/**
 * The nodes with the outputs under the wanted names. What no node makes (an input, a constant), or what is an output twice, goes through a node that
 * does nothing.
 */
export function nameOutputs(write: GraphWriter, from: readonly string[], to: readonly string[]): readonly NodeProto[] {
  const made = new Set(write.nodes.flatMap(({ outputs }) => outputs));
  const renames = new Map<string, string>();
  from.forEach((name, index) => {
    const wanted = to[index] ?? name;
    if (made.has(name) && !renames.has(name)) renames.set(name, wanted);
    else write.node("Identity", [name], {}, wanted);
  });
  const renamed = (name: string): string => renames.get(name) ?? name;
  return write.nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) }));
}
