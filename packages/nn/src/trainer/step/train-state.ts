/** @file Everything that changes while a model is trained, as one pack of tensors: what a step takes and gives, and what a checkpoint holds. */
import type { Key, Params, State } from "../../nn/model.ts";
import type { TensorPack } from "../../tensor/pack.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/** The state of training. */
export type TrainState = {
  readonly params: Params;
  /** The optimiser's state. */
  readonly optimizer: TensorPack;
  /** The model's state, such as running statistics. */
  readonly model: State;
  /** Where random numbers come from: key and number of the step. Empty for models that use none. */
  readonly random: RandomState | NoRandom;
};

/** Randomness of a training run. */
export type RandomState = { readonly key: Key; readonly step: AnyTensor };

/** No randomness. */
export type NoRandom = { readonly key?: never };
