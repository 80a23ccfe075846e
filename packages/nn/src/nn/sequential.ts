/** @file Layers one after the other. */

import { TrainlogError } from "../error.ts";
import { checkOptions, oneOf } from "../options/check-options.ts";
import { checkShape, type Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type {
  Chain,
  ChainStart,
  CheckedChain,
  InputDTypeOf,
  InputOf,
  InputSpec,
  LayersOf,
  Named,
  OutputOf,
} from "./chain-type.ts";
import { defineLayer, type M, type NamedLayer } from "./layer.ts";
import type { LayerType } from "./layer-type.ts";
import { ANY_SIZE, atLayer, checkDescription, shapeFits, showSizes, wrongInput } from "./shape-check.ts";

/**
 * Layers one after the other: each takes what the one before it gives.
 *
 * Sizes are checked by the compiler along the chain, and again here; a layer's number in messages, parameter names and the summary is PyTorch's
 * (`"0.weight"`, `"2.bias"`), a shape at the beginning does not count. A `sequential` inside another one is a layer like any other (`"1.0.weight"`).
 *
 * @param layers - Layers, or first the shape of one example (without the batch axis) when the first layer takes any: `Shape.image(1, 28, 28)`, or
 *   `nn.input(Shape.vec(128), "int32")`.
 * @throws TrainlogError `shape/mismatch` with the words of the compile error, `nn/empty-sequential`, `nn/duplicate-name`, `nn/not-a-layer`.
 *
 * @example
 * const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));                       // [2] → [1]
 * const mkCnn = nn.sequential(Shape.image(1, 28, 28), nn.conv2d(1, 8, { kernelSize: 3 }), nn.flatten(), nn.linear(5408, 10));
 */
export function sequential<const Args extends readonly [ChainStart, ...M[]]>(
  ...args: Args extends CheckedChain<Args> ? Args : CheckedChain<Args>
): M<Chain<InputOf<Args>, OutputOf<Args>, InputDTypeOf<Args>, LayersOf<Args>>> {
  // The conditional type is `Args` or an argument list that no value has.
  const { start, layers } = splitArguments(args as unknown as Args);
  const entries = nameLayers(layers);
  const names = entries.map(([name]) => name);
  const [first] = layers;
  if (first === undefined) {
    throw new TrainlogError(
      "nn/empty-sequential",
      "sequential needs at least one layer; nn.identity() passes its input on",
    );
  }
  const chainShape = (input: Shape): Shape => chainOutputShape(entries, input);
  const inputShape = start?.shape ?? first.inputShape;
  if (inputShape !== undefined) chainShape(inputShape);
  return defineLayer<Chain<InputOf<Args>, OutputOf<Args>, InputDTypeOf<Args>, LayersOf<Args>>>({
    kind: "sequential",
    label: `sequential(${layers.length} layers)`,
    inputShape,
    inputDType: start?.dtype ?? first.inputDType,
    layers: entries,
    outputShape: (input) => {
      if (start !== undefined && !shapeFits(input, start.shape))
        throw wrongInput("sequential", showSizes(start.shape), input);
      return chainShape(input);
    },
    forward: (self, x) => {
      let value = x;
      for (const name of names) value = self.call(name, value);
      return value;
    },
  });
}

interface Start {
  readonly shape: Shape;
  readonly dtype: DType | undefined;
}

function splitArguments(args: readonly [ChainStart, ...M[]]): { start: Start | undefined; layers: readonly M[] } {
  const [first, ...rest] = args;
  if (first === undefined) return { start: undefined, layers: [] };
  if (isShape(first)) return { start: { shape: checkShape(first), dtype: undefined }, layers: rest };
  if (typeof first !== "object" || first === null || "forward" in first)
    return { start: undefined, layers: [first, ...rest] };
  return { start: first, layers: rest };
}

/** `Array.isArray` does not narrow readonly arrays. */
function isShape(value: ChainStart): value is Shape {
  return Array.isArray(value);
}

function nameLayers(layers: readonly M[]): readonly NamedLayer[] {
  const seen = new Set<string>();
  return layers.map((layer, index) => {
    checkDescription(`sequential: place ${index}`, layer);
    const name = layer.name ?? String(index);
    if (seen.has(name)) {
      throw new TrainlogError(
        "nn/duplicate-name",
        `sequential has two layers named "${name}" (the second is layer ${index}, ${layer.label}); names of one chain must differ, and a number is the name of a layer without one`,
      );
    }
    seen.add(name);
    return [name, layer];
  });
}

function chainOutputShape(layers: readonly NamedLayer[], input: Shape): Shape {
  let shape = input;
  for (const [name, layer] of layers) {
    try {
      shape = layer.outputShape(shape);
    } catch (error) {
      if (!(error instanceof TrainlogError)) throw error;
      throw new TrainlogError(error.code, atLayer(name, error.message), { cause: error });
    }
  }
  return shape;
}

/**
 * A layer under a name of its own in a `sequential`, as in PyTorch's `Sequential(OrderedDict(…))`: its parameters are `"fc1.weight"` instead of
 * `"0.weight"`. In other places the name does nothing.
 *
 * @throws TrainlogError `nn/bad-option` for an empty name, or one with a dot.
 *
 * @example
 * nn.sequential(nn.named("fc1", nn.linear(2, 3)), nn.relu(), nn.named("fc2", nn.linear(3, 1)))
 */
export function named<const Name extends string, L extends LayerType>(name: Name, layer: M<L>): M<Named<Name, L>> {
  if (name === "" || name.includes(".")) {
    throw new TrainlogError(
      "nn/bad-option",
      `a layer's name is a part of a path: not empty and without dots; got "${name}"`,
    );
  }
  return defineLayer<Named<Name, L>>({ ...layer, name });
}

/**
 * What goes into a model: the first argument of `sequential`.
 *
 * @param shape - Shape of one example, without the batch axis. A size of −1 is known only to the data.
 * @param dtype - `"float"` (default; f64 models take f64) or `"int32"` for tokens.
 * @throws TrainlogError `shape/bad-size`, `nn/bad-option`.
 */
export function input<const S extends Shape, const D extends DType = "float">(shape: S, dtype?: D): InputSpec<S, D> {
  checkShape(shape.map((size) => (size === ANY_SIZE ? 0 : size)));
  checkOptions("nn.input", { dtype }, { dtype: oneOf("float", "int32") }, { area: "nn" });
  // `D` is "float" exactly when nothing is given.
  return { kind: "input", shape, dtype: dtype ?? ("float" as D) };
}
