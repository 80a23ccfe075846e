/**
 * @file Models of ours as ONNX files, for every runtime that reads them.
 *
 * The model's application is traced, so whatever it does in TypeScript becomes a plain graph; parameters and state become initializers under their own
 * names. The batch axis stays open: see `batch-size.ts`.
 */

import { describeValue, TrainlogError } from "../../../error.ts";
import type { Graph } from "../../../ir/graph.ts";
import { trace } from "../../../ir/trace.ts";
import type { Model, Params, State } from "../../../nn/model.ts";
import { checkOptionNames } from "../../../options/check-options.ts";
import { type Shape, showShape } from "../../../shape/shape.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import { writeFileBytes } from "../../files.ts";
import { checkNumbers } from "../../state-dict/state-dict.ts";
import { STATE_KEY } from "../proto/messages.ts";
import { writeModelProto } from "../proto/write.ts";
import { TRACED_BATCHES } from "./batch-size.ts";
import { graphProto } from "./graph-proto.ts";

/** Operators as of ONNX 1.13 (December 2022): the newest that is widely read, and the first with reductions over axes given as inputs throughout. */
export const OPSET = 18;
/** The file format that goes with {@link OPSET}. */
export const IR_VERSION = 8;

/** How a model is exported. */
export interface ExportOnnxOptions {
  /** A number fixes the batch size. Default `"dynamic"`: any. */
  readonly batch?: "dynamic" | number;
  /** Shape of one example, for models that take several (sequences of any length). Default the model's own. */
  readonly inputShape?: Shape;
  /** Name of the graph's input. Default `"input"`. */
  readonly inputName?: string;
  /** Name of the graph's output. Default `"output"`. */
  readonly outputName?: string;
  /** `"f64"` writes f64 tensors as double, which few runtimes compute with. Default `"float"`. */
  readonly dtype?: "float" | "f64";
  /** Free texts for the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OPTIONS = [
  "batch",
  "inputShape",
  "inputName",
  "outputName",
  "dtype",
  "metadata",
] satisfies readonly (keyof ExportOnnxOptions)[];

/** A model with its numbers: what `nn.build` and training give. */
export interface ModelWithNumbers {
  readonly model: Model<Shape, Shape>;
  readonly params: Params;
  readonly state: State;
}

/**
 * Writes a model, as it is applied outside of training, as an ONNX file (operator set 18). The same model gives the same bytes.
 *
 * Tokens are int32 in the file too. f64 is written as float unless asked otherwise.
 *
 * @throws TrainlogError `state-dict/no-numbers`, `onnx/unsupported` naming a primitive that has no form in ONNX, `onnx/dynamic-batch` when the model computes differently for
 *   different batch sizes, `onnx/unknown-shape` when the model takes any shape and none is given; and what applying the model throws.
 *
 * @example
 * const { model, params, state } = nn.build(mkModel, { seed: 0 });
 * await writeFile("model.onnx", exportOnnx({ model, params, state }));
 */
export function exportOnnx(given: ModelWithNumbers, options: ExportOnnxOptions = {}): Uint8Array {
  checkNumbers("exportOnnx", given);
  const { model, params, state } = given;
  checkOptionNames("exportOnnx", options, OPTIONS, { area: "interop" });
  const { batch = "dynamic", inputName = "input", outputName = "output" } = options;
  const inputShape = checkedShape(options.inputShape ?? model.inputShape);
  const sizes = batch === "dynamic" ? TRACED_BATCHES : [checkedBatch(batch)];
  const graphs = sizes.map((size) => traceModel({ model, params, state }, [size, ...inputShape]));
  const graph = graphProto(graphs, {
    inputNames: [inputName],
    initializers: [...Object.entries(params), ...Object.entries(state)],
    outputNames: [outputName],
    doubles: options.dtype === "f64",
  });
  return writeModelProto({
    irVersion: IR_VERSION,
    producerName: "trainlog",
    producerVersion: "",
    opsets: { "": OPSET },
    metadata: { ...options.metadata, [STATE_KEY]: JSON.stringify(Object.keys(state)) },
    graph,
    functionNames: [],
  });
}

/**
 * Writes a model as an ONNX file on disk (Node only), complete or not at all.
 *
 * @throws TrainlogError as {@link exportOnnx}; `interop/no-file` when the path cannot be written.
 */
export async function saveOnnx(path: string, model: ModelWithNumbers, options: ExportOnnxOptions = {}): Promise<void> {
  await writeFileBytes(path, exportOnnx(model, options));
}

function checkedShape(shape: Shape): Shape {
  if (shape.every((size) => size >= 0)) return shape;
  throw new TrainlogError(
    "onnx/unknown-shape",
    `the model takes examples of shape ${showShape(shape).replaceAll("-1", "?")}; give the option inputShape with every size`,
  );
}

function checkedBatch(batch: number): number {
  if (Number.isSafeInteger(batch) && batch > 0) return batch;
  throw new TrainlogError(
    "onnx/bad-option",
    `batch is ${describeValue(batch)}; give "dynamic" or a whole number of at least 1`,
  );
}

/** Floats go in as the parameters are. */
function inputDTypeOf(model: Model<Shape, Shape>, params: Params): DType {
  return model.inputDType === "int32" ? "int32" : (Object.values(params)[0]?.dtype ?? model.inputDType);
}

/** The model's application as a function of the batch, the parameters and the state, so that nothing is computed from parameters beforehand. */
function traceModel({ model, params, state }: ModelWithNumbers, shape: Shape): Graph {
  const inputs = [{ shape, dtype: inputDTypeOf(model, params) }, ...Object.values(params), ...Object.values(state)];
  return trace(inputs, ([x, ...numbers]) => {
    const record = <R extends Readonly<Record<string, AnyTensor>>>(of: R, start: number): R =>
      // The same names, and tensors of the same shapes and element types, in the order of `inputs`.
      Object.fromEntries(Object.keys(of).map((name, index) => [name, numbers[start + index]])) as R;
    const count = Object.keys(params).length;
    return x === undefined ? [] : [model.apply(record(params, 0), record(state, count), x).output];
  });
}
