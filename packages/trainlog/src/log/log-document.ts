import { isPlainObject } from "../run/json.ts";
import { type ConfusionMatrix, decodeConfusionMatrix } from "./confusion-matrix.ts";
import { badField } from "./field.ts";
import { type DecodeOptions, decodeTrainLog, type TrainLog } from "./train-log.ts";

/** A decoded log file, by what it holds. */
export type LogDocument =
  | { readonly kind: "train-log"; readonly content: TrainLog }
  | { readonly kind: "confusion-matrix"; readonly content: ConfusionMatrix };

/**
 * Decodes JSON data that is either a training log (an object) or a confusion matrix (a bare array of rows, or an object with `counts` and no `series`).
 *
 * @throws TrainlogError `log/bad-field`.
 */
export function recognizeLog(json: unknown, options: DecodeOptions = {}): LogDocument {
  const isCounts = isPlainObject(json) && Object.hasOwn(json, "counts") && !Object.hasOwn(json, "series");
  if (Array.isArray(json) || isCounts) return { kind: "confusion-matrix", content: decodeConfusionMatrix(json) };
  if (isPlainObject(json)) return { kind: "train-log", content: decodeTrainLog(json, options) };
  throw badField("log file", "a training log (an object) or a confusion matrix (an array of arrays)", json);
}
