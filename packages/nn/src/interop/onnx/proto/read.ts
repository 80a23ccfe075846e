/** @file Reads an ONNX file into {@link ModelProto}. Fields that nothing here needs are passed over, as protobuf wants. */
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from "./messages.ts";
import { badFile, doublesOf, type Field, fieldsOf, floatOf, floatsOf, intOf, intsOf, textOf } from "./wire.ts";

/**
 * Reads a whole file.
 *
 * @throws TrainlogError `onnx/bad-file` when the bytes are no (whole) ONNX model.
 */
export function readModelProto(bytes: Uint8Array): ModelProto {
  const fields = collect(bytes, "the model");
  const graph = fields(7).at(-1);
  if (graph === undefined) throw badFile("there is no graph in it; is this an ONNX file?");
  return {
    irVersion: lastInt(fields(1)),
    producerName: lastText(fields(2)),
    producerVersion: lastText(fields(3)),
    graph: readGraph(graph.bytes),
    opsets: Object.fromEntries(fields(8).map(({ bytes: opset }) => readOpset(opset))),
    metadata: readEntries(fields(14)),
    functionNames: fields(25).map((field) => lastText(collect(field.bytes, "a function")(1))),
  };
}

/** Looks fields up by their number; all of a message are read at once. */
function collect(bytes: Uint8Array, what: string): (number: number) => readonly Field[] {
  const byNumber = Map.groupBy(fieldsOf(bytes, what), (field) => field.number);
  return (number) => byNumber.get(number) ?? [];
}

function lastInt(fields: readonly Field[], otherwise = 0): number {
  const field = fields.at(-1);
  return field === undefined ? otherwise : intOf(field);
}

function lastText(fields: readonly Field[]): string {
  const field = fields.at(-1);
  return field === undefined ? "" : textOf(field);
}

function readOpset(bytes: Uint8Array): readonly [domain: string, version: number] {
  const fields = collect(bytes, "an operator set");
  const domain = lastText(fields(1));
  // "ai.onnx" is the long name of the default domain.
  return [domain === "ai.onnx" ? "" : domain, lastInt(fields(2))];
}

function readEntries(entries: readonly Field[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map(({ bytes }) => {
      const fields = collect(bytes, "a key with its value");
      return [lastText(fields(1)), lastText(fields(2))];
    }),
  );
}

function readGraph(bytes: Uint8Array): GraphProto {
  const fields = collect(bytes, "the graph");
  if (fields(15).length > 0)
    throw badFile("the graph has sparse initializers, which are not supported; export it with dense ones");
  return {
    name: lastText(fields(2)),
    nodes: fields(1).map((field) => readNode(field.bytes)),
    initializers: fields(5).map((field) => readTensorProto(field.bytes)),
    inputs: fields(11).map((field) => readValueInfo(field.bytes)),
    outputs: fields(12).map((field) => readValueInfo(field.bytes)),
  };
}

function readNode(bytes: Uint8Array): NodeProto {
  const fields = collect(bytes, "a node");
  const domain = lastText(fields(7));
  return {
    name: lastText(fields(3)),
    opType: lastText(fields(4)),
    domain: domain === "ai.onnx" ? "" : domain,
    inputs: fields(1).map(textOf),
    outputs: fields(2).map(textOf),
    attributes: Object.fromEntries(fields(5).map((field) => readAttribute(field.bytes))),
  };
}

/** Readers of an attribute's value by the number in its `type` field. */
const ATTRIBUTE_KINDS: Readonly<Record<number, (fields: (number: number) => readonly Field[]) => AttributeProto>> = {
  1: (fields) => ({ float: fields(2).map(floatOf).at(-1) ?? 0 }),
  2: (fields) => ({ int: lastInt(fields(3)) }),
  3: (fields) => ({ text: lastText(fields(4)) }),
  4: (fields) => ({ tensor: readTensorProto(fields(5).at(-1)?.bytes ?? new Uint8Array(0)) }),
  5: (fields) => ({ graph: readGraph(fields(6).at(-1)?.bytes ?? new Uint8Array(0)) }),
  6: (fields) => ({ floats: fields(7).flatMap(floatsOf) }),
  7: (fields) => ({ ints: fields(8).flatMap(intsOf) }),
  8: (fields) => ({ texts: fields(9).map(textOf) }),
};

function readAttribute(bytes: Uint8Array): readonly [name: string, value: AttributeProto] {
  const fields = collect(bytes, "an attribute");
  const name = lastText(fields(1));
  const type = lastInt(fields(20));
  const read = ATTRIBUTE_KINDS[type];
  if (read === undefined) throw badFile(`the attribute "${name}" is of type ${type}, which is not supported`);
  return [name, read(fields)];
}

function readTensorProto(bytes: Uint8Array): TensorProto {
  const fields = collect(bytes, "a tensor");
  const raw = fields(9).at(-1)?.bytes;
  // The kinds of element each have a field of their own; a tensor uses one of them.
  const values = [
    ...fields(4).flatMap(floatsOf),
    ...[5, 7, 11].flatMap((n) => fields(n).flatMap(intsOf)),
    ...fields(10).flatMap(doublesOf),
  ];
  return {
    name: lastText(fields(8)),
    dims: fields(1).flatMap(intsOf),
    dataType: lastInt(fields(2)),
    // data_location 1: the elements are in another file.
    ...(lastInt(fields(14)) === 1
      ? { externalData: readEntries(fields(13)) }
      : raw === undefined
        ? { values }
        : { rawData: raw }),
  };
}

function readValueInfo(bytes: Uint8Array): ValueInfoProto {
  const fields = collect(bytes, "a value's description");
  const type = collect(fields(2).at(-1)?.bytes ?? new Uint8Array(0), "a type")(1).at(-1);
  const tensorType = collect(type?.bytes ?? new Uint8Array(0), "a tensor's type");
  const dims = collect(tensorType(2).at(-1)?.bytes ?? new Uint8Array(0), "a shape")(1);
  return {
    name: lastText(fields(1)),
    // 0 ("undefined") for what is no tensor: a sequence, a map.
    dataType: type === undefined ? 0 : lastInt(tensorType(1)),
    shape: dims.map((dim) => {
      const parts = collect(dim.bytes, "a size");
      const size = parts(1).at(-1);
      return size === undefined ? lastText(parts(2)) || undefined : intOf(size);
    }),
  };
}
