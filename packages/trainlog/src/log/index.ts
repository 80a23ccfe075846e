/**
 * @file `trainlog/log`: the training-log artifact, its JSON codec and its files.
 *
 * Plain data (TrainLog, ConfusionMatrix, RunMeta, …) comes with functions; what grows during training (Curve, MetricHistory, ExperimentLog) is an
 * immutable class. Renderers draw both as SVG, PNG, HTML and terminal text.
 */
export * from "./index.browser.ts";
export {
  readConfusionMatrixJson,
  readJson,
  readLogFile,
  type WritableLog,
  type WriteOptions,
  writeJson,
  writeToDestination,
} from "./json-file.ts";
export { type PngOptions, renderPng } from "./render/png.ts";
