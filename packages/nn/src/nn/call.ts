/** @file Applying a built model: each layer's names resolved once, errors that say which layer, state gathered on the way. */
import { checkpoint } from "../autograd/checkpoint.ts";
import { TrainlogError } from "../error.ts";
import { foldIn, scalar } from "../primitives/index.ts";
import { type Shape, sameShape, showShape } from "../shape/shape.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { LayerCall, M } from "./layer.ts";
import type { Key, Params, State } from "./model.ts";
import { atLayer } from "./shape-check.ts";

/** A layer in its place in a model: what `forward` needs by local name, under the model's names. */
export interface BoundLayer {
  readonly layer: M;
  /** Path in the model, `"encoder.0"`; `""` for the model itself. */
  readonly path: string;
  /** Path and label: `"encoder.0 linear(2, 8)"`. */
  readonly title: string;
  /** Local names of parameters and state to their names in `Params` and `State`. */
  readonly names: ReadonlyMap<string, string>;
  readonly layers: ReadonlyMap<string, BoundLayer>;
  /** Number that tells this layer's keys from those of others. */
  readonly keyNumber: number;
}

/** One application of a model: what all its layers share. */
export interface Application {
  readonly params: Params;
  readonly state: State;
  readonly train: boolean;
  readonly key: Key | undefined;
  readonly observe: ((layer: string, output: AnyTensor) => void) | undefined;
  /** New values of state, by full name. */
  updates: Record<string, AnyTensor> | undefined;
  /** How often each layer asked for a key. */
  keyUses: Map<BoundLayer, number> | undefined;
}

/** Finds the place of a layer and of all layers inside. */
export function bindLayer(layer: M, path = ""): BoundLayer {
  const inner = (name: string): string => (path === "" || name === "" ? path + name : `${path}.${name}`);
  const own = [...Object.keys(layer.parameters), ...Object.keys(layer.states)];
  return {
    layer,
    path,
    title: path === "" ? layer.label : `${path} ${layer.label}`,
    names: new Map(own.map((name) => [name, inner(name)])),
    layers: new Map(layer.layers.map(([name, child]) => [name, bindLayer(child, inner(name))])),
    keyNumber: hashText(`${path} ${layer.kind}`),
  };
}

/** FNV-1a, 32 bits: a layer's keys depend on where it is, not on how many layers before it use randomness. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}

/** Applies one layer. */
export function callLayer(bound: BoundLayer, application: Application, x: AnyTensor): AnyTensor {
  let output: AnyTensor;
  try {
    output = bound.layer.forward(new BoundCall(bound, application), x);
  } catch (error) {
    throw explain(error, bound, x);
  }
  application.observe?.(bound.title, output);
  return output;
}

class BoundCall implements LayerCall {
  declare private readonly bound: BoundLayer;
  declare private readonly application: Application;

  constructor(bound: BoundLayer, application: Application) {
    this.bound = bound;
    this.application = application;
  }

  get train(): boolean {
    return this.application.train;
  }

  parameter(name: string): AnyTensor {
    const full = this.bound.names.get(name) ?? name;
    const value = this.application.params[full] ?? missing("parameter", full, this.bound, this.application.params);
    const wanted = this.bound.layer.parameters[name]?.shape;
    if (wanted !== undefined && !sameShape(value.shape, wanted)) throw wrongParameter(full, wanted, value);
    return value;
  }

  state(name: string): AnyTensor {
    const full = this.bound.names.get(name) ?? name;
    const { updates, state } = this.application;
    return updates?.[full] ?? state[full] ?? missing("state", full, this.bound, state);
  }

  update(name: string, value: AnyTensor): void {
    const full = this.bound.names.get(name) ?? name;
    this.application.updates ??= {};
    this.application.updates[full] = value;
  }

  call(name: string, x: AnyTensor): AnyTensor {
    return callLayer(this.inner(name), this.application, x);
  }

  callAgainInBackward(name: string, x: AnyTensor): AnyTensor {
    const { application } = this;
    const inner = this.inner(name);
    // Each run starts from the same keys and state; the first one's are those that count, and only it is observed.
    const { keyUses, updates } = application;
    let first = true;
    const run = checkpoint((input: AnyTensor) => {
      const own = { ...application, keyUses: new Map(keyUses), updates: { ...updates } };
      if (!first) own.observe = undefined;
      const output = callLayer(inner, own, input);
      if (first) application.keyUses = own.keyUses;
      first = false;
      return { output, updates: own.updates };
    });
    const result = run(x);
    if (Object.keys(result.updates).length > 0) application.updates = result.updates;
    return result.output;
  }

  private inner(name: string): BoundLayer {
    const inner = this.bound.layers.get(name);
    if (inner !== undefined) return inner;
    throw new TrainlogError(
      "nn/no-layer",
      `${this.bound.title} has no inner layer "${name}"; it has ${[...this.bound.layers.keys()].join(", ") || "none"}`,
    );
  }

  key(): Key {
    const { application, bound } = this;
    if (application.key === undefined) {
      throw new TrainlogError(
        "nn/no-key",
        `${bound.title} needs randomness: pass { train: true, key } with a key of its own for each step, for example random.foldIn(random.key(seed), step)`,
      );
    }
    application.keyUses ??= new Map();
    const uses = application.keyUses.get(bound) ?? 0;
    application.keyUses.set(bound, uses + 1);
    const own = foldIn(application.key, scalar(bound.keyNumber, "int32"));
    // A layer that draws twice (or is applied twice) folds its count in as well. A key is a tensor [2] of int32 by foldIn's rule.
    return (uses === 0 ? own : foldIn(own, scalar(uses, "int32"))) as Key;
  }
}

function missing(what: "parameter" | "state", name: string, { title }: BoundLayer, given: Params | State): never {
  const names = Object.keys(given);
  const shown = names.length > 8 ? `${names.slice(0, 8).join(", ")}, … (${names.length})` : names.join(", ");
  throw new TrainlogError(
    "nn/missing-parameter",
    `${title} needs the ${what} "${name}", which is not among the given ones: ${shown || "none"}. Build the model with nn.build, or rename them`,
  );
}

function wrongParameter(name: string, wanted: Shape, { shape }: AnyTensor): TrainlogError {
  return new TrainlogError(
    "shape/mismatch",
    `the parameter "${name}" has the wrong shape: expected ${showShape(wanted)}, got ${showShape(shape)}`,
  );
}

/** An error that already says which layer threw it. */
class LayerError extends TrainlogError {
  /** Title of the layer, as `observe` and the summary have it. */
  readonly layer: string;

  constructor(layer: string, error: TrainlogError) {
    super(error.code, error.message, { cause: error.cause });
    this.layer = layer;
  }
}

/** The error with the layer's place; for a shape that the layer does not take, in the words of the compile error. */
function explain(error: unknown, bound: BoundLayer, x: AnyTensor): unknown {
  if (!(error instanceof TrainlogError) || "layer" in error || !/^(shape|dtype)\//.test(error.code)) return error;
  const { layer, path, title } = bound;
  const placed = (code: string, message: string): TrainlogError =>
    new LayerError(title, new TrainlogError(code, atLayer(path, message), { cause: error }));
  try {
    layer.outputShape(x.shape.slice(1));
  } catch (refusal) {
    if (refusal instanceof TrainlogError) return placed(refusal.code, refusal.message);
  }
  if (error.code.startsWith("dtype/") && isFloat(x.dtype) !== isFloat(layer.inputDType)) {
    const expected = isFloat(layer.inputDType) ? "float or f64" : "int32";
    return placed("dtype/mismatch", `${layer.label} takes ${expected}, got ${x.dtype}`);
  }
  return placed(error.code, `${layer.label}: ${error.message}`);
}
