/** @file Everything that `@trainlog/nn` exports. */
export {
  type AnyShapes,
  type Batched,
  type CustomRule,
  checkpoint,
  customVjp,
  grad,
  hessian,
  type Jvp,
  jacobian,
  jacobianForward,
  jvp,
  type Scalar,
  scope,
  stopGradient,
  type ValueAndGrad,
  type Vjp,
  type VmapOptions,
  valueAndGrad,
  valueGradAux,
  vjp,
  vmap,
} from "./autograd/transforms.ts";
export {
  type Compiled,
  type CompiledStep,
  type CompileOptions,
  compile,
  compileStep,
  type Explainable,
  explain,
  type PlanExplanation,
  type StepResult,
} from "./compile/index.ts";
export * as Data from "./data/index.ts";
export { setThreads, threadCount } from "./engine/set-threads.ts";
export { TrainlogError, type TrainlogErrorOptions } from "./error.ts";
export {
  compileOnnxStep,
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
  type OnnxRuntime,
  type OnnxStep,
  type OnnxStepOptions,
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
export * from "./ops/index.ts";
export * as optim from "./optim/index.ts";
export * as random from "./random/index.ts";
export type { Add, Divide, DivideUp, Multiply, Product, Subtract } from "./shape/arithmetic.ts";
export type { BroadcastShapes } from "./shape/broadcast.ts";
export type { EinsumShape } from "./shape/einsum.ts";
export type { ConcatShapes, StackShapes } from "./shape/join.ts";
export type { LiteralShape } from "./shape/literal.ts";
export type { MatmulShape } from "./shape/matmul.ts";
export type { ReduceShape } from "./shape/reduce.ts";
export type { FlattenShape, PermuteShape, ReshapeTo } from "./shape/reshape.ts";
export { Shape, type ShapeMakers } from "./shape/shape.ts";
export type { DTypeError, ShapeError, ShowShape } from "./shape/shape-error.ts";
export type { Range } from "./shape/slice.ts";
export type { ConvSize, PoolSize } from "./shape/window.ts";
export {
  type ArangeOptions,
  arange,
  type CreateOptions,
  eye,
  full,
  linspace,
  type NumberArray,
  ones,
  onesLike,
  tensor,
  tensorND,
  zeros,
  zerosLike,
} from "./tensor/create.ts";
export type { DType, FloatDType, TypedArrayOf } from "./tensor/dtype.ts";
export type { Nested, NestedNumbers } from "./tensor/format.ts";
export type { TensorPack } from "./tensor/pack.ts";
export { type AnyTensor, Tensor } from "./tensor/tensor.ts";
export { type PackLiteral, type PackOf, tensorpack } from "./tensor/tensorpack.ts";
export * as Trainer from "./trainer/index.ts";
