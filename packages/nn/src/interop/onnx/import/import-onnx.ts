/**
 * @file ONNX models as models of ours, to run and to fine-tune.
 *
 * The graph is kept as it is in the file and run node by node through the primitives; its weights become explicit parameters. So an imported model is
 * like any other: `apply` is pure, differentiates, compiles, and exports again.
 */

import { describeValue, TrainlogError } from "../../../error.ts";
import { trace } from "../../../ir/trace.ts";
import type { Applied, ApplyOptions, Model, Params, State } from "../../../nn/model.ts";
import { nodeModule } from "../../../node-modules.ts";
import { checkOptionNames } from "../../../options/check-options.ts";
import { type Shape, showShape } from "../../../shape/shape.ts";
import type { DType, FloatDType } from "../../../tensor/dtype.ts";
import { type AnyTensor, Tensor } from "../../../tensor/tensor.ts";
import { readFileBytes } from "../../files.ts";
import type { GraphProto, ModelProto, ValueInfoProto } from "../proto/messages.ts";
import { readModelProto } from "../proto/read.ts";
import { type ExternalData, onnxTypeName } from "../proto/tensor.ts";
import { sortInitializers, type Trainable } from "./initializers.ts";
import { checkOperators, runGraph } from "./run-graph.ts";
import { toTensor, type Value } from "./value.ts";

/** How a file is imported. */
export interface ImportOnnxOptions {
  /** Element type of parameters and computation, whatever the file has. Default `"float"`. */
  readonly dtype?: FloatDType;
  /**
   * Which tensors of floats are parameters. Default: all but single numbers and tensors with infinities (masks), unless they are named or used as a
   * weight. Statistics of batch normalisation are state and are never asked for.
   */
  readonly trainable?: Trainable;
  /** Bytes of the files that the model keeps weights in, by their location as the model names it. `loadOnnx` finds them beside the model. */
  readonly externalData?: ExternalData;
}

/** A model from an ONNX file. */
export interface OnnxModel {
  /** The graph as a model from its first input to its first output; the first axis is the batch. */
  readonly model: Model<Shape, Shape>;
  /** The weights by their names in the file. */
  readonly params: Params;
  readonly state: State;
  /** Names of the graph's inputs and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Runs the graph on named inputs and gives all outputs by name: for graphs with several. */
  readonly run: (
    params: Params,
    state: State,
    inputs: Readonly<Record<string, AnyTensor>>,
  ) => Readonly<Record<string, AnyTensor>>;
}

/**
 * Reads an ONNX model: what `torch.onnx.export` writes (both exporters), what `exportOnnx` writes, and others of the usual operators.
 *
 * 64-bit integers become int32. Dropout does nothing, and batch normalisation uses the file's statistics, in training too.
 *
 * @param bytes - The whole file.
 * @throws TrainlogError `onnx/bad-file`, `onnx/unsupported` naming every operator that is not supported, `onnx/external-data`.
 *
 * @example
 * const { model, params, state } = importOnnx(await (await fetch("model.onnx")).arrayBuffer());
 * const { output } = model.apply(params, state, tensor([[1, 2, 3]]));
 */
export function importOnnx(bytes: ArrayBuffer | Uint8Array, options: ImportOnnxOptions = {}): OnnxModel {
  checkOptionNames("importOnnx", options, ["dtype", "trainable", "externalData"], { area: "interop" });
  const proto = readModelProto(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  const { graph } = proto;
  checkOperators(graph, proto.functionNames);
  const dtype = options.dtype ?? "float";
  const { params, state, constants } = sortInitializers(proto, dtype, options.trainable, options.externalData);
  // Files of old versions list initializers among the inputs.
  const inputs = graph.inputs.filter(
    ({ name }) => !(Object.hasOwn(params, name) || Object.hasOwn(state, name) || constants.has(name)),
  );
  const run: OnnxModel["run"] = (theParams, theState, given) => {
    const values = new Map<string, Value>(constants);
    for (const record of [theParams, theState])
      for (const [name, tensor] of Object.entries(record)) values.set(name, tensor);
    checkNames(params, theParams);
    for (const input of inputs) values.set(input.name, checkedInput(input, given));
    runGraph(graph, values, opsetOf(proto), dtype);
    return Object.fromEntries(graph.outputs.map(({ name }) => [name, outputOf(values, name, dtype)]));
  };
  return {
    model: modelOf(graph, inputs, run, { params, state }, dtype),
    params: { ...params },
    state: { ...state },
    inputs: inputs.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name),
    run,
  };
}

/**
 * Reads an ONNX file (Node only), with the weights that it keeps in files beside it.
 *
 * @throws TrainlogError as {@link importOnnx}, with the path before the message; `interop/no-file`.
 */
export async function loadOnnx(path: string, options: ImportOnnxOptions = {}): Promise<OnnxModel> {
  const { readFileSync } = nodeModule("node:fs");
  const { basename, dirname, join } = nodeModule("node:path");
  const externalData: ExternalData = (location) => {
    // A model may name files beside itself only; a path would let it read any file.
    if (location !== basename(location) || location === "..") {
      throw new TrainlogError(
        "onnx/external-data",
        `the model keeps weights in ${describeValue(location)}; only files in its own folder are read`,
      );
    }
    return readFileSync(join(dirname(path), location));
  };
  return readFileBytes(path, (bytes) => importOnnx(bytes, { externalData, ...options }));
}

function opsetOf({ opsets }: ModelProto): number {
  return opsets[""] ?? 1;
}

function checkNames(expected: Params, given: Params): void {
  const missing = Object.keys(expected).filter((name) => !Object.hasOwn(given, name));
  if (missing.length === 0) return;
  throw new TrainlogError(
    "nn/missing-parameter",
    `the imported model needs the parameters ${missing.slice(0, 20).join(", ")}, which are not given`,
  );
}

function checkedInput(input: ValueInfoProto, given: Readonly<Record<string, AnyTensor>>): AnyTensor {
  const tensor = Object.hasOwn(given, input.name) ? given[input.name] : undefined;
  if (!(tensor instanceof Tensor)) {
    throw new TrainlogError(
      "onnx/bad-input",
      `the graph needs an input "${input.name}"; given are ${Object.keys(given).join(", ") || "none"}`,
    );
  }
  const fits =
    tensor.rank === input.shape.length &&
    input.shape.every((size, axis) => typeof size !== "number" || size === tensor.shape[axis]);
  if (!fits && input.shape.length > 0) {
    const sizes = input.shape.map((size) => size ?? "?").join(", ");
    throw new TrainlogError(
      "shape/mismatch",
      `the graph's input "${input.name}" has shape [${sizes}], got ${showShape(tensor.shape)}`,
    );
  }
  return tensor;
}

function outputOf(values: ReadonlyMap<string, Value>, name: string, dtype: FloatDType): AnyTensor {
  const value = values.get(name);
  if (value === undefined) throw new TrainlogError("onnx/bad-node", `no node gives the graph's output "${name}"`);
  return toTensor(value, dtype);
}

function modelOf(
  graph: GraphProto,
  inputs: readonly ValueInfoProto[],
  run: OnnxModel["run"],
  tensors: { readonly params: Params; readonly state: State },
  dtype: FloatDType,
): Model<Shape, Shape> {
  const [input] = inputs;
  const [output] = graph.outputs;
  if (input === undefined || output === undefined)
    throw new TrainlogError("onnx/bad-file", "the graph has no input or no output");
  const inputDType = dtypeOfInput(input, dtype);
  const apply = (params: Params, state: State, x: AnyTensor, _options?: ApplyOptions) => {
    if (inputs.length > 1) {
      throw new TrainlogError(
        "onnx/bad-input",
        `the graph has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(", ")}); a model takes one, use run`,
      );
    }
    const result = run(params, state, { [input.name]: x })[output.name];
    // `run` gives every output; its element type is that of the graph's computation.
    return { output: result as Applied<Shape>["output"], state };
  };
  const inputShape = input.shape.slice(1).map((size) => (typeof size === "number" ? size : Number.NaN));
  const known = !inputShape.some(Number.isNaN) && inputs.length === 1;
  return {
    inputShape: inputShape.map((size) => (Number.isNaN(size) ? -1 : size)),
    inputDType,
    outputShape: known
      ? outputShapeOf((x) => apply(tensors.params, tensors.state, x).output, inputShape, input, inputDType)
      : output.shape.slice(1).map((size) => (typeof size === "number" ? size : -1)),
    apply,
  };
}

/** The output's shape by tracing: exporters leave it unknown or get it wrong. */
function outputShapeOf(
  apply: (x: AnyTensor) => AnyTensor,
  inputShape: Shape,
  input: ValueInfoProto,
  dtype: DType,
): Shape {
  const [batch] = input.shape;
  const shape = [typeof batch === "number" ? batch : 2, ...inputShape];
  const { outputs } = trace([{ shape, dtype }], ([x]) => (x === undefined ? [] : [apply(x)]));
  return outputs[0]?.shape.slice(1) ?? [];
}

function dtypeOfInput({ dataType, name }: ValueInfoProto, dtype: FloatDType): DType {
  const type = onnxTypeName(dataType);
  if (type === "float" || type === "double" || type === "float16" || type === "bfloat16") return dtype;
  if (type === undefined || type === "string") {
    throw new TrainlogError(
      "onnx/unsupported",
      `the graph's input "${name}" is no tensor of numbers (element type ${type ?? dataType})`,
    );
  }
  return "int32";
}
