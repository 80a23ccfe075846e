/**
 * @file TrainLog: a few named curves with a title and notes, as one small JSON document.
 *
 * Wire-compatible with TorchLean's artifact of the same name (`NN/Runtime/Training/Log.lean`): same field names, defaults, sentinels and the same
 * tolerance on reading. Key order on writing is `title, steps, series, notes` and `name, values, color`; readers of both sides ignore order.
 */
import { TrainlogError } from "../run/error.ts";
import type { JsonObject } from "../run/json.ts";
import {
  badField,
  expectArray,
  expectNaturals,
  expectObject,
  expectText,
  expectTexts,
  isTooLargeNatural,
} from "./field.ts";
import { decodeFloats, encodeFloats } from "./float.ts";

/** Title of a log that has none. */
export const DEFAULT_TITLE = "Training";

/** Colour of a series in a file that names none. */
export const DEFAULT_SERIES_COLOR = "#0a7";

/** Colour that builders (Curve, ExperimentLog, …) give when the caller names none. */
export const DEFAULT_CURVE_COLOR = "#4e79a7";

/** One named scalar metric. */
export interface Series {
  readonly name: string;
  /** Shape `[n]`. NaN also stands for "not reported at this step". */
  readonly values: readonly number[];
  /** CSS colour, a hint to viewers. */
  readonly color: string;
}

/** A titled set of curves with notes. */
export interface TrainLog {
  readonly title: string;
  /** Step of each row, natural numbers, shape `[n]`; empty means `0 … n−1`. */
  readonly steps: readonly number[];
  readonly series: readonly Series[];
  readonly notes: readonly string[];
}

/** What {@link beforeAfterLoss} takes beside the numbers. */
export interface CurveLook {
  /** CSS colour; `"#4e79a7"` when absent. */
  readonly color?: string;
  readonly notes?: readonly string[];
}

/** How strictly a log is read. */
export interface DecodeOptions {
  /** Throw also where upstream falls back to a default (title, steps, notes of the wrong type). False when absent. */
  readonly strict?: boolean;
  /** Told, in words, of every field that fell back to its default because it was malformed. */
  readonly onWarning?: (message: string) => void;
}

/** A log with the given fields, and defaults for the others. */
export function trainLog(fields: Partial<TrainLog> = {}): TrainLog {
  return { title: DEFAULT_TITLE, steps: [], series: [], notes: [], ...fields };
}

/**
 * A two-point log of one loss: `before` at step 0 and `after` at step `steps`.
 *
 * @throws TrainlogError `log/bad-field` when `steps` is not a natural number or a loss is not a number.
 *
 * @example
 * beforeAfterLoss("MLP", 200, 0.69, 0.04); // steps [0, 200], one series "loss"
 */
export function beforeAfterLoss(
  title: string,
  steps: number,
  before: number,
  after: number,
  { color = DEFAULT_CURVE_COLOR, notes = [] }: CurveLook = {},
): TrainLog {
  const log = { title, steps: [0, steps], series: [{ name: "loss", values: [before, after], color }], notes };
  encodeTrainLog(log);
  return log;
}

/**
 * Encodes a log as JSON data (not yet text: see `formatJson`).
 *
 * @throws TrainlogError `log/bad-field`, with the path of the field, when `log` is not a TrainLog: a step that is not a natural number below 2^53,
 *   a value that is not a number, …
 */
export function encodeTrainLog(log: TrainLog): JsonObject {
  return {
    title: expectText(log.title, "title"),
    steps: expectNaturals(log.steps, "steps"),
    series: log.series.map((series, i) => encodeSeries(series, `series[${i}]`)),
    notes: expectTexts(log.notes, "notes"),
  };
}

function encodeSeries(series: Series, where: string): JsonObject {
  return {
    name: expectText(series.name, `${where}.name`),
    values: encodeFloats(series.values, `${where}.values`),
    color: expectText(series.color, `${where}.color`),
  };
}

/**
 * Decodes a log from JSON data with upstream's tolerance: `title`, `steps` and `notes` that are absent or malformed get their defaults (`"Training"`,
 * `[]`, `[]`), `series` may be absent, and unknown fields are ignored. A series must have a name and values; its colour defaults to `"#0a7"`.
 *
 * Steps of 2^53 and more, which upstream's big integers hold, are refused by name rather than rounded.
 *
 * @throws TrainlogError `log/bad-field`, for example `series[2].values[17]: expected a number, got "abc"`.
 */
export function decodeTrainLog(json: unknown, options: DecodeOptions = {}): TrainLog {
  const fields = expectObject(json, "training log");
  return {
    title: tolerant(fields, "title", DEFAULT_TITLE, expectText, options),
    steps: tolerant(fields, "steps", [], expectNaturals, options),
    series: hasOwn(fields, "series") ? expectArray(fields["series"], "series").map(decodeSeries) : [],
    notes: tolerant(fields, "notes", [], expectTexts, options),
  };
}

function decodeSeries(json: unknown, index: number): Series {
  const where = `series[${index}]`;
  const fields = expectObject(json, where);
  const color = hasOwn(fields, "color") ? fields["color"] : DEFAULT_SERIES_COLOR;
  return {
    name: expectText(fields["name"], `${where}.name`),
    values: decodeFloats(fields["values"], `${where}.values`),
    color: expectText(color, `${where}.color`),
  };
}

function tolerant<T>(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  fallback: T,
  decode: (json: unknown, where: string) => T,
  { strict = false, onWarning }: DecodeOptions,
): T {
  if (!hasOwn(fields, name)) return fallback;
  const json = fields[name];
  refuseTooLarge(json, name);
  try {
    return decode(json, name);
  } catch (error) {
    if (strict || !(error instanceof TrainlogError)) throw error;
    onWarning?.(
      `${error.message}; ${Array.isArray(fallback) ? `the log is read without ${name}` : `"${fallback}" is used`}`,
    );
    return fallback;
  }
}

/** A natural number that is merely too large for float64 is not malformed: falling back to no steps would lose good data in silence. */
function refuseTooLarge(json: unknown, name: string): void {
  if (!Array.isArray(json)) return;
  const index = json.findIndex(isTooLargeNatural);
  if (index >= 0) throw badField(`${name}[${index}]`, "a whole number below 2^53", json[index]);
}

function hasOwn(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(fields, name);
}
