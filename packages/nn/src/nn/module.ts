/** @file Models and layers of one's own: a plain function over named inner layers, parameters and state. */

import { TrainlogError } from "../error.ts";
import { anything, text } from "../options/check-options.ts";
import type { Plain, Shape } from "../shape/shape.ts";
import type { Check, Checked } from "../shape/shape-error.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { abstractOutputShape } from "./abstract-call.ts";
import { bindLayer } from "./call.ts";
import type { InputSpec } from "./chain-type.ts";
import { defineLayer, type LayerCall, type M, type ParameterSpec, type StateSpec } from "./layer.ts";
import { checkNnOptions } from "./layer-options.ts";
import type { Apply, FixedLayer, LayerType } from "./layer-type.ts";
import type { Key } from "./model.ts";
import { ANY_SIZE, shapeFits, showSizes, wrongInput } from "./shape-check.ts";

/** A layer as the function that it is inside of a module: takes and gives batches. */
export type LayerFunction<L extends LayerType> = <Batch extends number, S extends Shape, D extends DType>(
  x: Tensor<readonly [Batch, ...S], D> & Check<Apply<L, S>>,
) => Tensor<[Batch, ...Checked<Apply<L, S>>], D extends FloatDType ? D : "float">;

/** Inner layers as functions. */
export type LayerFunctions<Layers extends Readonly<Record<string, M>>> = {
  readonly [Name in keyof Layers]: Layers[Name] extends M<infer L> ? LayerFunction<L> : never;
};

/** What a module's function gets beside its input. */
export interface ModuleSelf<
  Layers extends Readonly<Record<string, M>>,
  Parameters extends Readonly<Record<string, ParameterSpec>>,
  States extends Readonly<Record<string, StateSpec>>,
> {
  /** Inner layers as functions. */
  readonly layers: LayerFunctions<Layers>;
  /** Own parameters. */
  readonly parameters: { readonly [Name in keyof Parameters]: Tensor<Plain<Parameters[Name]["shape"]>> };
  /** Own state. */
  readonly state: { readonly [Name in keyof States]: AnyTensor };
  /** Whether the model is being trained. */
  readonly train: boolean;
  /** Gives a state a new value, for the next application. */
  update(name: keyof States & string, value: AnyTensor): void;
  /** Randomness for one use: another key at each call. */
  key(): Key;
}

/** A module's parts. */
export interface ModuleDefinition<
  In extends Shape,
  Out extends Shape,
  D extends DType,
  Layers extends Readonly<Record<string, M>>,
  Parameters extends Readonly<Record<string, ParameterSpec>>,
  States extends Readonly<Record<string, StateSpec>>,
> {
  /** For messages and the summary. Default `"module"`. */
  readonly kind?: string;
  /** Shape of one example, or `nn.input(shape, "int32")`. */
  readonly input: In | InputSpec<In, D>;
  /** Inner layers by name: their parameters are called `name.…`. A layer that `forward` uses twice shares its parameters. */
  readonly layers?: Layers;
  /** Own trainable tensors by name. */
  readonly parameters?: Parameters;
  /** Own tensors that change from step to step without being trained. */
  readonly states?: States;
  /** Computes a batch. A pure function: what it needs to remember goes through `self.update`. */
  forward(
    self: ModuleSelf<Layers, Parameters, States>,
    x: Tensor<[number, ...Plain<In>], D>,
  ): Tensor<readonly [number, ...Out], FloatDType>;
}

/**
 * A layer or model of one's own, with any number of branches.
 *
 * @throws TrainlogError (when used) `shape/mismatch` as the functions in `forward` do, naming the module.
 *
 * @example
 * const block = nn.module({
 *   kind: "block",
 *   input: Shape.vec(16),
 *   layers: { left: nn.linear(16, 8), right: nn.linear(16, 8) },
 *   forward: ({ layers }, x) => mul(tanh(layers.left(x)), sigmoid(layers.right(x))),
 * });                                                             // [16] → [8], parameters left.weight, left.bias, right.weight, right.bias
 */
export function module<
  const In extends Shape,
  const Out extends Shape,
  D extends DType = "float",
  const Layers extends Readonly<Record<string, M>> = Record<never, never>,
  const Parameters extends Readonly<Record<string, ParameterSpec>> = Record<never, never>,
  const States extends Readonly<Record<string, StateSpec>> = Record<never, never>,
>(definition: ModuleDefinition<In, Out, D, Layers, Parameters, States>): M<FixedLayer<Plain<In>, Plain<Out>, D>> {
  const { kind = "module", input, parameters = {}, states = {}, layers = {} } = definition;
  const spec = "shape" in input ? input : { shape: input, dtype: "float" as const };
  const label = `${kind}()`;
  const layer: M<FixedLayer<Plain<In>, Plain<Out>, D>> = defineLayer({
    kind,
    label,
    inputShape: spec.shape,
    inputDType: spec.dtype,
    parameters,
    states,
    layers: Object.entries<M>(layers),
    outputShape: (shape) => tracedOutputShape(layer, shape),
    forward: (call, x) => {
      if (!shapeFits(x.shape.slice(1), spec.shape)) throw wrongInput(label, showSizes(spec.shape), x.shape.slice(1));
      const self = moduleSelf<Layers, Parameters, States>(
        call,
        Object.keys(layers),
        Object.keys(parameters),
        Object.keys(states),
      );
      // Of the shape that was just checked; the element type is the one of the model's parameters.
      return definition.forward(self, x as Tensor<[number, ...Plain<In>], D>);
    },
  });
  return layer;
}

/** Options of {@link lambda}. */
export interface LambdaOptions {
  /** For messages and the summary. Default `"lambda"`. */
  readonly kind?: string;
  /** Shape of one example, if the function takes one shape only. */
  readonly input?: Shape;
}

/**
 * A function without parameters as a layer.
 *
 * @param compute - From a batch to a batch. Annotate its argument to tell the compiler which shape goes in.
 *
 * @example
 * nn.lambda((x: Tensor<[number, 3, 4]>) => sum(x, [1]))   // [3, 4] → [4]
 */
export function lambda<In extends Shape, Out extends Shape, D extends DType>(
  compute: (x: Tensor<[number, ...In], D>) => Tensor<readonly [number, ...Out], FloatDType>,
  options?: LambdaOptions,
): M<FixedLayer<In, Plain<Out>, D>>;
/** The same for a function whose shapes the compiler does not know. */
export function lambda(compute: (x: AnyTensor) => AnyTensor, options?: LambdaOptions): M<FixedLayer<Shape, Shape>>;
export function lambda(compute: (x: never) => AnyTensor, options: LambdaOptions = {}): M<FixedLayer<Shape, Shape>> {
  checkNnOptions("lambda", options, { kind: text, input: anything });
  const { kind = "lambda", input } = options;
  const layer: M<FixedLayer<Shape, Shape>> = defineLayer({
    kind,
    label: `${kind}()`,
    inputShape: input,
    outputShape: (shape) => tracedOutputShape(layer, shape),
    // The function says itself what it takes; the shape was checked where the compiler knows it.
    forward: (_, x) => compute(x as never),
  });
  return layer;
}

/** The shape that comes out of code that only runs: found by tracing it, if all sizes are known. */
function tracedOutputShape(layer: M, input: Shape): Shape {
  if (layer.inputShape !== undefined && !shapeFits(input, layer.inputShape)) {
    throw wrongInput(layer.label, showSizes(layer.inputShape), input);
  }
  if (!input.includes(ANY_SIZE)) return abstractOutputShape(bindLayer(layer), input);
  const [one, other] = TRIAL_SIZES.map((length) => trialOutputShape(layer, input, length));
  return (one ?? []).map((size, axis) => (size === other?.[axis] ? size : ANY_SIZE));
}

/** Stand for a size that only the data knows: two that nothing else has, to see which sizes of the result depend on it. */
const TRIAL_SIZES = [61, 67];

function trialOutputShape(layer: M, input: Shape, length: number): Shape {
  try {
    return abstractOutputShape(
      bindLayer(layer),
      input.map((size) => (size === ANY_SIZE ? length : size)),
    );
  } catch (error) {
    if (!(error instanceof TrainlogError)) throw error;
    const hint = `${layer.label} was tried with ${length} for the sizes that only the data knows, ${showSizes(input)}: begin the model with its input's shape, nn.sequential(Shape.of(…), …)`;
    throw new TrainlogError(error.code, `${error.message} (${hint})`, { cause: error });
  }
}

function moduleSelf<
  Layers extends Readonly<Record<string, M>>,
  Parameters extends Readonly<Record<string, ParameterSpec>>,
  States extends Readonly<Record<string, StateSpec>>,
>(
  call: LayerCall,
  layers: readonly string[],
  parameters: readonly string[],
  states: readonly string[],
): ModuleSelf<Layers, Parameters, States> {
  const byName = <T>(names: readonly string[], get: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, get(name)]));
  const self = {
    layers: byName(layers, (name) => (x: AnyTensor) => call.call(name, x)),
    parameters: byName(parameters, (name) => call.parameter(name)),
    get state(): Record<string, AnyTensor> {
      return byName(states, (name) => call.state(name));
    },
    train: call.train,
    update: (name: string, value: AnyTensor) => call.update(name, value),
    key: () => call.key(),
  };
  // Names and shapes are those of the definition, which is where the types come from.
  return self as unknown as ModuleSelf<Layers, Parameters, States>;
}
