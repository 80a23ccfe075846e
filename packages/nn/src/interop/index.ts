/** @file Other programs' files: safetensors and state dicts of PyTorch, ONNX both ways, TorchLean's interop JSON. */
export { type ExportOnnxOptions, exportOnnx, type ModelWithNumbers, saveOnnx } from "./onnx/export/export-onnx.ts";
export { type ImportOnnxOptions, importOnnx, loadOnnx, type OnnxModel } from "./onnx/import/import-onnx.ts";
export type { Trainable } from "./onnx/import/initializers.ts";
export type { ExternalData } from "./onnx/proto/tensor.ts";
export { compileOnnxStep, type OnnxStep, type OnnxStepOptions } from "./onnx-step/onnx-step.ts";
export type { OnnxRuntime } from "./onnx-step/runtime.ts";
export type { SafetensorsElementType } from "./safetensors/element-type.ts";
export { loadSafetensors, saveSafetensors } from "./safetensors/files.ts";
export {
  readSafetensors,
  type SafetensorsContent,
  type SafetensorsWriteOptions,
  writeSafetensors,
} from "./safetensors/safetensors.ts";
export type { StateDict, StateDictOptions } from "./state-dict/names.ts";
export { type LoadStateDictOptions, loadStateDict, type ModelTensors, stateDict } from "./state-dict/state-dict.ts";
export { encoderToTorchLean, torchLeanToEncoder } from "./torchlean/encoder-layer.ts";
export { encoderShapes, mlpShapes, type SlotShapes, type TorchLeanFormat } from "./torchlean/formats.ts";
export { type ReadTorchLeanOptions, readTorchLean } from "./torchlean/read.ts";
export { writeTorchLean } from "./torchlean/write.ts";
