/** @file Writes a {@link ModelProto} as an ONNX file. */
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from "./messages.ts";
import { MessageWriter } from "./wire.ts";

/** The file's bytes. The same model gives the same bytes. */
export function writeModelProto(model: ModelProto): Uint8Array {
  const writer = new MessageWriter()
    .int(1, model.irVersion)
    .text(2, model.producerName)
    .text(3, model.producerVersion)
    .message(7, writeGraph(model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    writer.message(8, new MessageWriter().text(1, domain).int(2, version));
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    writer.message(14, new MessageWriter().text(1, key).text(2, value));
  }
  return writer.finish();
}

function writeGraph(graph: GraphProto): MessageWriter {
  const writer = new MessageWriter();
  for (const node of graph.nodes) writer.message(1, writeNode(node));
  writer.text(2, graph.name);
  for (const initializer of graph.initializers) writer.message(5, writeTensorProto(initializer));
  for (const input of graph.inputs) writer.message(11, writeValueInfo(input));
  for (const output of graph.outputs) writer.message(12, writeValueInfo(output));
  return writer;
}

function writeNode(node: NodeProto): MessageWriter {
  const writer = new MessageWriter();
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, node.name).text(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes)) writer.message(5, writeAttribute(name, value));
  return node.domain === "" ? writer : writer.text(7, node.domain);
}

function writeAttribute(name: string, value: AttributeProto): MessageWriter {
  const writer = new MessageWriter().text(1, name);
  if ("float" in value) return writer.float(2, value.float).int(20, 1);
  if ("int" in value) return writer.int(3, value.int).int(20, 2);
  if ("text" in value) return writer.text(4, value.text).int(20, 3);
  if ("tensor" in value) return writer.message(5, writeTensorProto(value.tensor)).int(20, 4);
  if ("graph" in value) return writer.message(6, writeGraph(value.graph)).int(20, 5);
  if ("floats" in value) return writer.packedFloats(7, value.floats).int(20, 6);
  if ("ints" in value) return writer.packedInts(8, value.ints).int(20, 7);
  for (const text of value.texts) writer.text(9, text);
  return writer.int(20, 8);
}

function writeTensorProto(tensor: TensorProto): MessageWriter {
  const writer = new MessageWriter();
  if (tensor.dims.length > 0) writer.packedInts(1, tensor.dims);
  return writer
    .int(2, tensor.dataType)
    .text(8, tensor.name)
    .bytes(9, tensor.rawData ?? new Uint8Array(0));
}

function writeValueInfo({ name, dataType, shape }: ValueInfoProto): MessageWriter {
  const dims = new MessageWriter();
  for (const size of shape) {
    const dim = new MessageWriter();
    if (typeof size === "number") dim.int(1, size);
    else if (size !== undefined) dim.text(2, size);
    dims.message(1, dim);
  }
  const tensorType = new MessageWriter().int(1, dataType).message(2, dims);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensorType));
}
