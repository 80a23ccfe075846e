/**
 * @file What an optimiser is: a pair of pure functions on explicit state.
 *
 * `init` makes the first state from the parameters, `update` turns gradients into what is added to the parameters. Both consist of tensor operations
 * only, so a training step compiles with its optimiser in it, and a checkpoint is nothing but the tensors of the state. Optimisers compose by `chain`:
 * each one sees the updates of the one before where the first sees gradients.
 */
import type { Params } from "../nn/model.ts";
import { add } from "../primitives/index.ts";
import type { TensorPack } from "../tensor/pack.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { checkNamesAndShapes, toParams } from "./params.ts";

/** Options as plain data, for logs and checkpoints. */
export type PlainOptions = Readonly<Record<string, unknown>>;

/** What an update gives. */
export interface Updated<S extends TensorPack = TensorPack> {
  /** What to add to the parameters, by their names and of their shapes. */
  readonly updates: Params;
  readonly state: S;
}

/**
 * An optimiser, or a part of one. `S` is its state.
 *
 * @example
 * const optimizer = optim.adam({ lr: 0.03 });
 * let state = optimizer.init(params);
 * const { updates, state: next } = optimizer.update(grads, state, params);
 * params = optim.applyUpdates(params, updates);
 */
export interface Optimizer<S extends TensorPack = TensorPack> {
  /** `"adam"`. */
  readonly name: string;
  /** What it was made with, defaults included. */
  readonly options: PlainOptions;
  /** The state before the first update. */
  init(params: Params): S;
  /**
   * One update. Pure: nothing that is given changes. Parameters without a gradient stay.
   *
   * @throws TrainlogError `optim/bad-params` for a gradient of a parameter that there is not, or of another shape.
   */
  update(grads: Params, state: S, params: Params): Updated<S>;
  /** The learning rate of an update, counting from 0; absent when it has none (clipping). */
  learningRate?(update: number): number;
  /** The averaged parameters that the state holds; absent or undefined when it averages none. */
  averaged?(state: S): Params | undefined;
}

/**
 * Parameters after an update: `params + updates`, name by name.
 *
 * @param updates - One tensor per parameter, of its shape; parameters without one stay.
 * @returns A record like `params`.
 * @throws TrainlogError `optim/bad-params` for an update of a parameter that there is not, or of another shape.
 */
export function applyUpdates<P extends Params>(params: P, updates: Params): P {
  checkNamesAndShapes("applyUpdates: the updates", updates, params);
  const next: Record<string, AnyTensor> = {};
  for (const name in params) {
    const [param, update] = [params[name], updates[name]];
    if (param !== undefined) next[name] = update === undefined ? param : add(param, update);
  }
  // The same names, and sums have their parameters' shapes and element types.
  return toParams(next) as P;
}
