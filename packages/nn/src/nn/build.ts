/** @file `nn.build`: from a description and a seed to a model, its parameters and its state. */

import { TrainlogError } from "../error.ts";
import { anything, checkOptionNames, checkOptions, oneOf } from "../options/check-options.ts";
import { generator } from "../random/generator.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { type Application, type BoundLayer, bindLayer, callLayer } from "./call.ts";
import type { M, ParameterSpec, StateSpec } from "./layer.ts";
import type { Apply, LayerType } from "./layer-type.ts";
import type { Applied, ApplyOptions, Model, Params, State } from "./model.ts";
import { checkDescription, shapeFits, showSizes, sizeFits } from "./shape-check.ts";

/** A model that came from a description. */
export interface BuiltModel<In extends Shape, Out extends Shape, D extends DType = DType> extends Model<In, Out, D> {
  /** The description. */
  readonly mkModel: M;
}

/** A model with its first numbers. */
export interface Built<In extends Shape, Out extends Shape, D extends DType = DType> {
  readonly model: BuiltModel<In, Out, D>;
  readonly params: Params;
  readonly state: State;
}

/** The shape that a layer makes of the one it takes by default. */
export type OutputShape<L extends LayerType> = Apply<L, L["input"]> extends infer Out extends Shape ? Out : Shape;

/** Options of {@link build}. */
export interface BuildOptions {
  /** Determines every parameter, on every machine. A whole number from 0 to 2^53 − 1. */
  readonly seed: number;
  /** Element type of parameters and results. Default `"float"`; `"f64"` holds the same numbers before rounding. */
  readonly dtype?: FloatDType;
}

/**
 * Makes a model and the first value of its parameters and state.
 *
 * Each parameter's numbers come from the seed and its own name, so they stay when layers are added elsewhere.
 *
 * @throws TrainlogError `random/bad-seed`, `nn/bad-option`, `nn/unknown-option`, `nn/not-a-layer`, `nn/no-input-shape` when the description takes any shape, `nn/duplicate-name`.
 *
 * @example
 * const { model, params, state } = nn.build(mkModel, { seed: 0 });
 * const { output } = model.apply(params, state, tensor([[0.25, -0.75]]));
 */
export function build<L extends LayerType>(
  mkModel: M<L>,
  options: BuildOptions,
): Built<L["input"], OutputShape<L>, L["dtype"]> {
  checkDescription("nn.build", mkModel);
  checkOptions("nn.build", options, { seed: anything, dtype: oneOf("float", "f64") }, { area: "nn" });
  const { seed, dtype = "float" } = options;
  const source = generator(seed);
  const params: Record<string, Tensor<Shape, FloatDType>> = {};
  const state: Record<string, AnyTensor> = {};
  const bound = bindLayer(mkModel);
  for (const { name, spec } of parameterSpecs(bound)) {
    checkNew(name, params, state);
    const first = fromNumbers(spec.shape, spec.init(source.fork(name), spec.shape), dtype);
    // Of the float type that was asked for.
    params[name] = first as Tensor<Shape, FloatDType>;
  }
  for (const { name, spec } of stateSpecs(bound)) {
    checkNew(name, params, state);
    const elements = new Float64Array(sizeOf(spec.shape)).fill(spec.value);
    state[name] = fromNumbers(spec.shape, elements, spec.dtype === "model" ? dtype : spec.dtype);
  }
  return { model: modelOf(mkModel, bound), params, state };
}

function checkNew(name: string, params: Params, state: State): void {
  if (!Object.hasOwn(params, name) && !Object.hasOwn(state, name)) return;
  throw new TrainlogError(
    "nn/duplicate-name",
    `two layers own "${name}"; give inner layers names that differ from those of parameters`,
  );
}

/**
 * The model of a description, without numbers: for parameters that come from a file.
 *
 * @throws TrainlogError `nn/no-input-shape` when the description takes any shape.
 */
export function model<L extends LayerType>(mkModel: M<L>): BuiltModel<L["input"], OutputShape<L>, L["dtype"]> {
  checkDescription("nn.model", mkModel);
  return modelOf(mkModel, bindLayer(mkModel));
}

function modelOf<L extends LayerType>(
  mkModel: M<L>,
  bound: BoundLayer,
): BuiltModel<L["input"], OutputShape<L>, L["dtype"]> {
  const { inputShape, inputDType, label } = mkModel;
  if (inputShape === undefined) {
    throw new TrainlogError(
      "nn/no-input-shape",
      `${label} takes any shape, so a model needs to be told which: nn.sequential(Shape.vec(2), …) or nn.sequential(nn.input(Shape.vec(128), "int32"), …)`,
    );
  }
  const outputShape = mkModel.outputShape(inputShape);
  const built: BuiltModel<Shape, Shape> = {
    mkModel,
    inputShape,
    outputShape,
    inputDType,
    apply: (params, state, x, options) => applyModel(bound, inputShape, params, state, x, options),
  };
  // `L` is the type of exactly these shapes: `mkModel` was made together with it.
  return built as BuiltModel<L["input"], OutputShape<L>, L["dtype"]>;
}

const NO_OPTIONS: ApplyOptions = {};
const APPLY_OPTIONS = ["train", "key", "observe"] satisfies readonly (keyof ApplyOptions)[];

function applyModel(
  bound: BoundLayer,
  inputShape: Shape,
  params: Params,
  state: State,
  x: AnyTensor,
  options: ApplyOptions = NO_OPTIONS,
): Applied<Shape> {
  if (options !== NO_OPTIONS) checkOptionNames("model.apply", options, APPLY_OPTIONS, { area: "nn" });
  const { train = false, key, observe } = options;
  if (!batchFits(x.shape, inputShape)) throw wrongBatch(x.shape, inputShape);
  const application: Application = { params, state, train, key, observe, updates: undefined, keyUses: undefined };
  const output = callLayer(bound, application, x);
  const { updates } = application;
  return {
    // Layers keep the batch axis first and compute in the parameters' element type.
    output: output as Tensor<[number, ...Shape], FloatDType>,
    state: updates === undefined ? state : { ...state, ...updates },
  };
}

/** Says whether a batch is one of examples of a shape. A loop, because every step asks. */
function batchFits(batch: Shape, example: Shape): boolean {
  if (batch.length !== example.length + 1) return false;
  for (let axis = 0; axis < example.length; axis += 1) {
    if (!sizeFits(batch[axis + 1], example[axis] ?? Number.NaN)) return false;
  }
  return true;
}

function wrongBatch(got: Shape, inputShape: Shape): TrainlogError {
  const expected = showSizes(inputShape).replace("[", inputShape.length === 0 ? "[batch" : "[batch, ");
  return new TrainlogError(
    "shape/mismatch",
    `the model got an input of the wrong shape: expected ${expected}, got ${showSizes(got)}` +
      (shapeFits(got, inputShape) ? ". A single example needs a batch axis: reshape it to [1, …]" : ""),
  );
}

/** @internal Every parameter of a model with its name, in PyTorch's order: a layer's own before those inside of it. */
export function parameterSpecs(bound: BoundLayer): { readonly name: string; readonly spec: ParameterSpec }[] {
  const own = Object.entries(bound.layer.parameters).map(([name, spec]) => ({
    name: bound.names.get(name) ?? name,
    spec,
  }));
  return [...own, ...[...bound.layers.values()].flatMap(parameterSpecs)];
}

/** @internal Every state of a model with its name. */
export function stateSpecs(bound: BoundLayer): { readonly name: string; readonly spec: StateSpec }[] {
  const own = Object.entries(bound.layer.states).map(([name, spec]) => ({ name: bound.names.get(name) ?? name, spec }));
  return [...own, ...[...bound.layers.values()].flatMap(stateSpecs)];
}
