/**
 * @file `trainlog/log` without the file system: everything that also runs in a browser.
 */
export { isTrainlogError, TrainlogError } from "../run/error.ts";
export {
  accuracy,
  type ClassStatistics,
  type ConfusionMatrix,
  type ConfusionStatistics,
  confusionStatistics,
  countConfusions,
  decodeConfusionMatrix,
  encodeConfusionMatrix,
} from "./confusion-matrix.ts";
export { Curve } from "./curve.ts";
export { LogDestination } from "./destination.ts";
export { ExperimentLog } from "./experiment-log.ts";
export { decodeFloat, encodeFloat } from "./float.ts";
export { formatJson, parseJsonText } from "./json-text.ts";
export { type LogDocument, recognizeLog } from "./log-document.ts";
export { type Metric, MetricHistory } from "./metric-history.ts";
export {
  type Artifact,
  artifact,
  type ConfigEntry,
  DEFAULT_ARTIFACT_KIND,
  DEFAULT_PROJECT,
  lowerArtifact,
  lowerNotes,
  lowerRunMeta,
  type NoteContents,
  parseNotes,
  type RunMeta,
  runMeta,
} from "./notes.ts";
export { type Drawable, type RenderOptions, renderHtml, renderSvg, renderTerminal } from "./render/render.ts";
export type { TerminalOptions } from "./render/terminal-text.ts";
export type { Theme } from "./render/theme.ts";
export {
  beforeAfterLoss,
  type CurveLook,
  DEFAULT_CURVE_COLOR,
  DEFAULT_SERIES_COLOR,
  DEFAULT_TITLE,
  type DecodeOptions,
  decodeTrainLog,
  encodeTrainLog,
  type Series,
  type TrainLog,
  trainLog,
} from "./train-log.ts";
