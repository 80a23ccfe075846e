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
export {
  type ExportOnnxOptions,
  type ExternalData,
  encoderShapes,
  encoderToTorchLean,
  exportOnnx,
  type ImportOnnxOptions,
  importOnnx,
  type LoadStateDictOptions,
  loadOnnx,
  loadSafetensors,
  loadStateDict,
  type ModelTensors,
  type ModelWithNumbers,
  mlpShapes,
  type OnnxModel,
  type ReadTorchLeanOptions,
  readSafetensors,
  readTorchLean,
  type SafetensorsContent,
  type SafetensorsElementType,
  type SafetensorsWriteOptions,
  type SlotShapes,
  type StateDict,
  type StateDictOptions,
  saveOnnx,
  saveSafetensors,
  stateDict,
  type TorchLeanFormat,
  type Trainable,
  torchLeanToEncoder,
  writeSafetensors,
  writeTorchLean,
} from "./interop/index.ts";
export * as nn from "./nn/index.ts";
export * as optim from "./optim/index.ts";
export * as random from "./random/index.ts";
export type { Shape } from "./shape/shape.ts";
export type { DType, FloatDType, TypedArrayOf } from "./tensor/dtype.ts";
export type { Nested } from "./tensor/format.ts";
export type { TensorPack } from "./tensor/pack.ts";
export { type AnyTensor, Tensor } from "./tensor/tensor.ts";
