/** @file A model bound to its numbers for one step. A class, because one is made at every step. */
import { TrainlogError } from "../../error.ts";
import type { ApplyOptions, Key, Model, Params, State } from "../../nn/model.ts";
import { foldIn, scalar } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** The model with its numbers, as an objective applies it. */
export interface ModelCall {
  readonly params: Params;
  readonly train: boolean;
  /** Randomness for one use by the objective; undefined in evaluation and for models without randomness. */
  readonly key: Key | undefined;
  readonly apply: (x: AnyTensor) => AnyTensor;
}

/** How a model is applied in a step. */
export interface Binding {
  readonly key: Key | undefined;
  readonly train: boolean;
  readonly observe?: ApplyOptions["observe"];
}

/** A model bound to parameters, state and key. The first application gets the key itself, each further one a key of its own. */
export class BoundModel implements ModelCall {
  readonly params: Params;
  readonly train: boolean;
  /** The model's state after the applications so far. */
  state: State;
  private readonly model: Model<Shape, Shape>;
  private readonly binding: Binding;
  private uses = 0;

  constructor(model: Model<Shape, Shape>, params: Params, state: State, binding: Binding) {
    this.model = model;
    this.params = params;
    this.state = state;
    this.binding = binding;
    this.train = binding.train;
  }

  get key(): Key | undefined {
    const { key } = this.binding;
    if (key !== undefined) return keyAt(key, -1);
    // Before the first step the objective is traced without a key: whoever reads it then gets one in every step.
    if (this.train) throw new TrainlogError("nn/no-key", "the loss asks for a key, and this step has none");
    return undefined;
  }

  /** Bound to its object, so that a loss can take it out. */
  readonly apply = (x: AnyTensor): AnyTensor => {
    const { output, state } = this.model.apply(this.params, this.state, x, this.options());
    this.uses += 1;
    this.state = state;
    return output;
  };

  private options(): ApplyOptions {
    const { binding, uses } = this;
    const { key, train, observe } = binding;
    if (key === undefined) return observe === undefined ? (train ? TRAIN : EVALUATE) : { train, observe };
    const own = uses === 0 ? key : keyAt(key, uses);
    return observe === undefined ? { train, key: own } : { train, key: own, observe };
  }
}

const TRAIN: ApplyOptions = { train: true };
const EVALUATE: ApplyOptions = { train: false };

function keyAt(key: Key, use: number): Key {
  // foldIn gives a key.
  return foldIn(key, scalar(use, "int32")) as Key;
}
