/**
 * @file What a model is to everybody else: a pure function of explicit parameters.
 *
 * A model holds no numbers. `nn.build(mkModel, { seed })` allocates its parameters and state; `model.apply` computes with the ones it is given.
 */

import type { Key } from "../random/key.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

export type { Key } from "../random/key.ts";

/** Trainable tensors by name, as PyTorch's `state_dict` names them: `"0.weight"`, `"encoder.1.bias"`. Flat, in the order of the layers. */
export type Params = Readonly<Record<string, Tensor<Shape, FloatDType>>>;

/** What a model carries from step to step without training it (running statistics of batch norm), by name. */
export type State = Readonly<Record<string, AnyTensor>>;

/** How a model is being applied. */
export interface ApplyOptions {
  /** Dropout drops and batch norm uses (and updates by) the batch's statistics. Default false. */
  readonly train?: boolean;
  /** Randomness for dropout and the like; required in training by models that have such layers. */
  readonly key?: Key;
  /** Called with every layer's name (as in the summary) and output, in order: diagnosis of non-finite values, activation statistics. */
  readonly observe?: (layer: string, output: AnyTensor) => void;
}

/** A model's result. */
export interface Applied<Out extends Shape> {
  /** Shape `[batch, ...Out]`. */
  readonly output: Tensor<[number, ...Out], FloatDType>;
  /** State after this application; the given one when nothing changed. */
  readonly state: State;
}

/** A model from examples of shape `In` to results of shape `Out` (both without the batch axis). */
export interface Model<In extends Shape, Out extends Shape, D extends DType = DType> {
  readonly inputShape: In;
  readonly outputShape: Out;
  /** `"float"` models take float or f64 as their parameters are; `"int32"` models take tokens. */
  readonly inputDType: D;
  /**
   * Computes the model for a batch.
   *
   * @param x - Shape `[batch, ...In]`.
   * @throws TrainlogError `shape/mismatch` naming the layer, `nn/missing-parameter`, `nn/no-key`.
   */
  apply(params: Params, state: State, x: AnyTensor, options?: ApplyOptions): Applied<Out>;
}
