/**
 * @file `nn.M`: the description of a layer, before it has numbers.
 *
 * A description is pure data and pure functions, so the same one can be built with many seeds, printed as a table, or traced. `nn.build` gives each layer
 * its path (`"encoder.0"`) and each parameter its name (`"encoder.0.weight"`); a layer's own code knows only its local names.
 */
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Initializer } from "./init/initializer.ts";
import type { LayerType } from "./layer-type.ts";
import type { Key } from "./model.ts";

declare const layerType: unique symbol;

/** A trainable tensor of a layer. */
export interface ParameterSpec {
  readonly shape: Shape;
  /** Makes its first value. */
  readonly init: Initializer;
}

/** A tensor that a layer carries from step to step without training it. */
export interface StateSpec {
  readonly shape: Shape;
  /** `"model"`: as the parameters. */
  readonly dtype: "model" | "int32";
  /** Every element's first value. */
  readonly value: number;
}

/** What a layer's `forward` can reach beside its input. */
export interface LayerCall {
  /** Whether the model is being trained. */
  readonly train: boolean;
  /** The layer's parameter of this local name. */
  parameter(name: string): AnyTensor;
  /** The layer's state of this local name, as it is now. */
  state(name: string): AnyTensor;
  /** Gives the state a new value, for the next application. */
  update(name: string, value: AnyTensor): void;
  /** Applies the inner layer of this local name. */
  call(name: string, x: AnyTensor): AnyTensor;
  /** As `call`, but what lies between `x` and the result is not kept for the backward pass: it is computed again there. */
  callAgainInBackward(name: string, x: AnyTensor): AnyTensor;
  /** Randomness for one use: another key at each call and in each layer. */
  key(): Key;
}

/**
 * A layer or a whole model as a description ("model builder"). `L` says what it does to shapes.
 *
 * Made by `nn.linear`, `nn.sequential`, …; your own by `nn.module` or `nn.lambda`.
 */
export interface M<out L extends LayerType = LayerType> {
  /** Name of the kind: `"linear"`. */
  readonly kind: string;
  /** Kind and main sizes, as error messages and the summary show it: `"linear(2, 8)"`. */
  readonly label: string;
  /** Name that it wants in a `sequential`, instead of its number. */
  readonly name?: string;
  /** Shape of one example that it takes when nothing before it says one; unknown sizes are −1. Undefined: takes any. */
  readonly inputShape: Shape | undefined;
  readonly inputDType: DType;
  /** Own parameters by local name, in PyTorch's order. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Own state by local name. */
  readonly states: Readonly<Record<string, StateSpec>>;
  /** Inner layers with their local names, in order. The name `""` adds nothing to the path. */
  readonly layers: readonly NamedLayer[];
  /**
   * Shape of one example's result (unknown sizes are −1).
   *
   * @throws TrainlogError `shape/mismatch` for a shape that it does not take.
   */
  outputShape(input: Shape): Shape;
  /** Computes a batch: `x` has shape `[batch, ...input]`. */
  forward(self: LayerCall, x: AnyTensor): AnyTensor;
  /** For the compiler only. */
  readonly [layerType]?: L;
}

/** An inner layer under its local name. Not a record: records put numeric names first. */
export type NamedLayer = readonly [name: string, layer: M];

/** What {@link defineLayer} needs; the rest has defaults. */
export interface LayerDefinition {
  readonly kind: string;
  readonly label: string;
  readonly name?: string;
  readonly inputShape?: Shape | undefined;
  readonly inputDType?: DType;
  readonly parameters?: Readonly<Record<string, ParameterSpec>>;
  readonly states?: Readonly<Record<string, StateSpec>>;
  readonly layers?: readonly NamedLayer[];
  readonly outputShape: (input: Shape) => Shape;
  readonly forward: (self: LayerCall, x: AnyTensor) => AnyTensor;
}

/** @internal Completes a layer's description. Its caller states in `L` what `outputShape` does. */
export function defineLayer<L extends LayerType>(definition: LayerDefinition): M<L> {
  return {
    inputShape: undefined,
    inputDType: "float",
    parameters: {},
    states: {},
    layers: [],
    ...definition,
  };
}
