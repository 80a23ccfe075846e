/**
 * @file `nn`: layers, losses and initialisers.
 *
 * A model is described (`nn.sequential(nn.linear(2, 8), …)`), then built from a seed (`nn.build`), then applied to explicit parameters.
 */

export type { GeluOptions } from "../ops/activation.ts";
export {
  type BuildOptions,
  type Built,
  type BuiltModel,
  build,
  model,
  type OutputShape,
} from "./build.ts";
export type { Chain, ChainStart, InputSpec, Named, Sequential } from "./chain-type.ts";
export * as init from "./init/index.ts";
export type { LayerCall, M, NamedLayer, ParameterSpec, StateSpec } from "./layer.ts";
export type { Apply, FixedLayer, LayerType } from "./layer-type.ts";
export {
  elu,
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "./layers/activations.ts";
export { adaptiveAvgPool2d } from "./layers/adaptive-pooling.ts";
export {
  type AttentionOptions,
  attention,
  type MultiHeadAttention,
  type MultiHeadAttentionOptions,
  multiHeadAttention,
} from "./layers/attention.ts";
export { type BatchNorm, type BatchNormOptions, batchNorm } from "./layers/batch-norm.ts";
export { checkpoint } from "./layers/checkpoint.ts";
export { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d } from "./layers/convolution.ts";
export { dropout, type SameShape } from "./layers/dropout.ts";
export { type Embedding, type EmbeddingOptions, embedding } from "./layers/embedding.ts";
export { gru } from "./layers/gru.ts";
export { type LayerNorm, type LayerNormOptions, layerNorm, rmsNorm } from "./layers/layer-norm.ts";
export { type Linear, type LinearOptions, linear } from "./layers/linear.ts";
export { lstm } from "./layers/lstm.ts";
export {
  type AverageOptions,
  avgPool1d,
  avgPool2d,
  maxPool1d,
  maxPool2d,
  type Pool1dOptions,
  type Pool2dOptions,
} from "./layers/pooling.ts";
export {
  type LearnedPositionsOptions,
  learnedPositions,
  type Positions,
  type RotaryOptions,
  rotate,
  sinusoidalPositions,
} from "./layers/positions.ts";
export type { Recurrent, RecurrentOptions, Returns } from "./layers/recurrent.ts";
export { type Residual, type ResidualOptions, residual } from "./layers/residual.ts";
export { flatten, identity, unflatten } from "./layers/shaping.ts";
export { type TransformerBlock, type TransformerBlockOptions, transformerBlock } from "./layers/transformer.ts";
export type { Padding, Pair } from "./layers/window.ts";
export { type CrossEntropyOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { type BceOptions, bceWithLogits, type KlOptions, klDivergence } from "./losses/probability.ts";
export type { LossOptions, Reduced, Reduction } from "./losses/reduction.ts";
export { type HuberOptions, huber, mae, mse } from "./losses/regression.ts";
export type { Applied, ApplyOptions, Key, Model, Params, State } from "./model.ts";
export {
  type LambdaOptions,
  type LayerFunction,
  lambda,
  type ModuleDefinition,
  type ModuleSelf,
  module,
} from "./module.ts";
export { input, named, sequential } from "./sequential.ts";
export { ANY_SIZE } from "./shape-check.ts";
export { parameterCount, type SummaryOptions, summary } from "./summary.ts";
export type { AdaptivePool2d, Conv1d, Conv2d, Flatten, Pool1d, Pool2d, Unflatten } from "./window-type.ts";
