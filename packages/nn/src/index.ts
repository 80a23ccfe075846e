/** @file Everything that `@trainlog/nn` exports. */
export {
  grad,
  type Scalar,
  scope,
  stopGradient,
  type ValueAndGrad,
  type Vjp,
  valueAndGrad,
  valueGradAux,
  vjp,
} from "./autograd/transforms.ts";
export * as Data from "./data/index.ts";
export { TrainlogError, type TrainlogErrorOptions } from "./error.ts";
export * as nn from "./nn/index.ts";
export * as random from "./random/index.ts";
export type { Shape } from "./shape/shape.ts";
export type { DType, FloatDType, TypedArrayOf } from "./tensor/dtype.ts";
export type { Nested } from "./tensor/format.ts";
export type { TensorPack } from "./tensor/pack.ts";
export { type AnyTensor, Tensor } from "./tensor/tensor.ts";
