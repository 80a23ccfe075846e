/**
 * @file Sorts a file's constants into parameters, state and plain constants.
 *
 * ONNX does not say which initializers were trained. What PyTorch's exporters write as such: tensors of floats, against the ones that they fold out of
 * the program (masks of infinities, shapes, single numbers).
 */
import { describeValue, TrainlogError } from "../../../error.ts";
import type { Shape } from "../../../shape/shape.ts";
import type { FloatDType } from "../../../tensor/dtype.ts";
import { tensorFromData } from "../../../tensor/from-data.ts";
import type { AnyTensor, Tensor } from "../../../tensor/tensor.ts";
import { type GraphProto, type ModelProto, type NodeProto, STATE_KEY } from "../proto/messages.ts";
import { type ExternalData, elementsOf, type OnnxElements } from "../proto/tensor.ts";
import type { HostArray, Value } from "./value.ts";

/** The constants of a graph. */
export interface Initializers {
  readonly params: Readonly<Record<string, Tensor<Shape, FloatDType>>>;
  readonly state: Readonly<Record<string, AnyTensor>>;
  readonly constants: ReadonlyMap<string, Value>;
}

/** Says whether a tensor of floats is a parameter; the default rule is {@link looksTrainable}. */
export type Trainable = (name: string, shape: Shape) => boolean;

/** Inputs that are weights whatever their size, by operator. */
const WEIGHT_INPUTS: Readonly<Record<string, readonly number[]>> = {
  Gemm: [1, 2],
  MatMul: [1],
  Conv: [1, 2],
  GRU: [1, 2, 3],
  LSTM: [1, 2, 3],
  RNN: [1, 2, 3],
  LayerNormalization: [1, 2],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  GroupNormalization: [1, 2],
  RMSNormalization: [1],
  PRelu: [1],
};

/** Sorts a model's initializers and `Constant` nodes. */
export function sortInitializers(
  { graph, metadata }: ModelProto,
  dtype: FloatDType,
  trainable: Trainable | undefined,
  external: ExternalData | undefined,
): Initializers {
  const params: Record<string, Tensor<Shape, FloatDType>> = Object.create(null);
  const state: Record<string, AnyTensor> = Object.create(null);
  const constants = new Map<string, Value>();
  const states = new Set<unknown>([
    ...namesOfInputs(graph, { BatchNormalization: [3, 4] }),
    ...declaredState(metadata[STATE_KEY]),
  ]);
  const weights = namesOfInputs(graph, WEIGHT_INPUTS);
  for (const proto of graph.initializers) {
    const elements = elementsOf(proto, external);
    const { name } = proto;
    const isParam =
      isFloatType(elements) && (trainable?.(name, elements.shape) ?? looksTrainable(name, elements, weights));
    if (states.has(name))
      state[name] = tensorFromData(elements.data, elements.shape, isFloatType(elements) ? dtype : "int32");
    else if (isParam) params[name] = tensorFromData(elements.data, elements.shape, dtype);
    else constants.set(name, constantOf(elements, dtype));
  }
  for (const node of graph.nodes)
    if (node.opType === "Constant") constants.set(node.outputs[0] ?? "", constantNode(node, dtype, external));
  return { params, state, constants };
}

/** Names that one of our exports says are state. */
function declaredState(json: string | undefined): Set<unknown> {
  if (json === undefined) return new Set();
  try {
    const names: unknown = JSON.parse(json);
    return new Set(Array.isArray(names) ? names : []);
  } catch {
    // Not of our making after all.
    return new Set();
  }
}

function isFloatType({ type }: OnnxElements): boolean {
  return type === "float" || type === "double" || type === "float16" || type === "bfloat16";
}

/** Floats, all finite, and more than one number or named or used as a weight. */
function looksTrainable(name: string, { data }: OnnxElements, weights: ReadonlySet<string>): boolean {
  const large = data.length > 1 || weights.has(name) || /(weight|bias)$/.test(name);
  return large && Array.prototype.every.call(data, Number.isFinite);
}

function namesOfInputs(graph: GraphProto, inputs: Readonly<Record<string, readonly number[]>>): ReadonlySet<string> {
  return new Set(
    graph.nodes.flatMap((node) => (inputs[node.opType] ?? []).flatMap((index) => node.inputs[index] ?? [])),
  );
}

/** Known on the host, and as a tensor already where it has more than one element, so that running the graph does not copy it every time. */
function constantOf(elements: OnnxElements, dtype: FloatDType): HostArray {
  const kind = isFloatType(elements) ? "float" : elements.type === "bool" ? "bool" : "int";
  const data = Array.from(elements.data);
  const fits = kind === "float" || data.every((item) => item === (item | 0));
  if (data.length < 2 || !fits) return { shape: elements.shape, data, kind };
  return {
    shape: elements.shape,
    data,
    kind,
    tensor: tensorFromData(data, elements.shape, kind === "float" ? dtype : "int32"),
  };
}

function constantNode(node: NodeProto, dtype: FloatDType, external: ExternalData | undefined): HostArray {
  const [[name, value] = ["nothing", undefined]] = Object.entries(node.attributes);
  if (value === undefined) throw badConstant(node, name);
  if ("tensor" in value) return constantOf(elementsOf(value.tensor, external), dtype);
  if ("float" in value) return { shape: [], data: [value.float], kind: "float" };
  if ("int" in value) return { shape: [], data: [value.int], kind: "int" };
  if ("floats" in value) return { shape: [value.floats.length], data: value.floats, kind: "float" };
  if ("ints" in value) return { shape: [value.ints.length], data: value.ints, kind: "int" };
  throw badConstant(node, name);
}

function badConstant(node: NodeProto, name: string): TrainlogError {
  return new TrainlogError(
    "onnx/unsupported",
    `Constant "${node.outputs[0] ?? ""}" holds ${describeValue(name)}, which is not supported`,
  );
}
