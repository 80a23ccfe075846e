/**
 * @file Media values: what a script logs beside numbers. Constructors are pure; bytes reach the blob store at the edge, when the value is logged.
 *
 * `MediaEvent.data` by kind (what viewers draw; every field that is optional may be absent):
 *
 * | kind | data | blobs |
 * |---|---|---|
 * | `histogram` | `edges` (n+1 ascending), `counts` (n), `count` (finite values), `nonFinite` | |
 * | `image` | `caption?`, `width?`, `height?`, `channels?` (pixels) | `[0]` PNG, JPEG, WebP, GIF, AVIF, BMP or SVG |
 * | `audio` | `caption?`, `sampleRateHz?`, `durationS?` | `[0]` WAV, MP3, … |
 * | `video` | `caption?` | `[0]` MP4, WebM, … |
 * | `table` | `columns` (names), `rows` (arrays of cells, one per column) | |
 * | `text` | `text`, `format` `"plain"` or `"markdown"` | |
 * | `html` | `html` (shown in a sandbox) | |
 * | `figure` | `format` `"svg"` with `svg`, or `"plotly"` / `"vega-lite"` with `spec` | |
 * | `confusion-matrix` | `counts[true][predicted]`, `labels` | |
 * | `file` | `name` | `[0]` |
 *
 * A payload above {@link MAX_INLINE_BYTES} as JSON is moved out: then `data` is `{ "payload": "blob" }` with its short fields, and the last blob
 * (`application/json`) holds the whole `data`. Several media values logged as an array under one key are several events with `data.index` 0, 1, ….
 */
import { describeValue, TrainlogError } from "./error.ts";
import { isPlainObject, type JsonValue } from "./json.ts";
import { blobSource, type CaptionOptions, captionData, type Media, type MediaBytes, media } from "./media-value.ts";
import { toJson } from "./to-json.ts";

/** Largest payload kept inside an event, in bytes of JSON. Above it the event log would carry what only one view ever reads. */
export const MAX_INLINE_BYTES = 65_536;

/**
 * A video file (MP4, WebM, GIF).
 *
 * @throws TrainlogError `media/bad-source`.
 */
export function video(source: MediaBytes, options: CaptionOptions = {}): Media {
  return media("video", captionData(options), [blobSource(source, "video", options.mime)]);
}

/**
 * Any file, offered for download.
 *
 * @param options.name - File name shown and used for the download; the path's last part when absent.
 * @throws TrainlogError `media/bad-source`.
 */
export function file(source: MediaBytes, options: { readonly name?: string; readonly mime?: string } = {}): Media {
  const name = options.name ?? (typeof source === "string" ? source.split(/[/\\]/).at(-1) : undefined) ?? "file";
  return media("file", { name }, [blobSource(source, "file", options.mime)]);
}

/** A piece of text, kept as it is. `format: "markdown"` is rendered by viewers. */
export function text(content: string, options: { readonly format?: "plain" | "markdown" } = {}): Media {
  return media("text", { text: checkText(content, "text"), format: options.format ?? "plain" });
}

/** A piece of HTML; viewers show it in a sandbox without scripts of ours or cookies. */
export function html(content: string): Media {
  return media("html", { html: checkText(content, "html") });
}

/**
 * A drawn figure: SVG text, a Plotly figure (`{ data, layout }`) or a Vega-Lite specification.
 *
 * @throws TrainlogError `media/bad-figure` when it is none of them.
 */
export function figure(source: string | object): Media {
  if (typeof source === "string" && source.includes("<svg")) return media("figure", { format: "svg", svg: source });
  const spec = isPlainObject(source) ? toJson(source, "figure", ignoreLeftOut) : undefined;
  if (spec === undefined || !isPlainObject(source)) {
    throw new TrainlogError(
      "media/bad-figure",
      `figure: expected SVG text, a Plotly figure or a Vega-Lite specification, got ${describeValue(source)}`,
      { status: 400 },
    );
  }
  return media("figure", { format: Array.isArray(source["data"]) ? "plotly" : "vega-lite", spec });
}

/** Cells by column names; rows may be arrays in the order of `columns`. */
export interface TableInput {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/**
 * A table.
 *
 * @param input - `{ columns, rows }`, or an array of objects whose keys (in order of first appearance) become the columns.
 * @throws TrainlogError `media/bad-table` for anything else, and when a row has another number of cells than there are columns.
 *
 * @example
 * run.log({ predictions: table({ columns: ["text", "label"], rows: [["good", 1], ["bad", 0]] }) });
 */
export function table(input: TableInput | readonly Readonly<Record<string, unknown>>[]): Media {
  const { columns, rows } = Array.isArray(input) ? fromRecords(input) : (Object(input) as Partial<TableInput>);
  if (!Array.isArray(columns) || !Array.isArray(rows)) {
    throw badTable(`expected { columns, rows } or an array of objects, got ${describeValue(input)}`);
  }
  rows.forEach((row, i) => {
    if (row?.length === columns.length) return;
    const expected = `${columns.length} cells (${columns.slice(0, 8).join(", ")})`;
    throw badTable(`rows[${i}]: expected ${expected}, got ${row?.length}`);
  });
  const cells = rows.map((row: readonly unknown[]) =>
    row.map((cell): JsonValue => toJson(cell, "table", ignoreLeftOut) ?? null),
  );
  return media("table", { columns: columns.map(String), rows: cells });
}

function badTable(detail: string): TrainlogError {
  return new TrainlogError("media/bad-table", `table: ${detail}`, { status: 400 });
}

function fromRecords(records: readonly Readonly<Record<string, unknown>>[]): TableInput {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return {
    columns,
    rows: records.map((record) => columns.map((name) => (Object.hasOwn(record, name) ? record[name] : null))),
  };
}

/** A cell that JSON cannot hold becomes null: the table's shape says that something was there. */
function ignoreLeftOut(): void {}

/** Counts, or the labels that they are counted from. */
export type ConfusionInput =
  | { readonly counts: readonly (readonly number[])[]; readonly labels?: readonly string[] }
  | { readonly actual: ArrayLike<number>; readonly predicted: ArrayLike<number>; readonly labels?: readonly string[] };

/**
 * A confusion matrix: `counts[i][j]` = how many of true class `i` were predicted as `j`.
 *
 * @param input - The counts, or the class indexes `actual` and `predicted` of each sample.
 * @throws TrainlogError `media/bad-confusion-matrix` for counts that are not square, lists of different lengths or a class that is not an index.
 *
 * @example
 * confusionMatrix({ actual: [0, 1, 1], predicted: [0, 0, 1], labels: ["cat", "dog"] });
 */
export function confusionMatrix(input: ConfusionInput): Media {
  const counts = countsOf(input);
  const badRow = counts.findIndex((row) => row.length !== counts.length);
  if (badRow >= 0)
    throw badMatrix(`counts[${badRow}] has ${counts[badRow]?.length} columns, expected ${counts.length}`);
  const labels = input.labels?.map(String) ?? counts.map((_, i) => String(i));
  if (labels.length !== counts.length) throw badMatrix(`got ${labels.length} labels for ${counts.length} classes`);
  return media("confusion-matrix", { counts, labels });
}

function countsOf(input: ConfusionInput): number[][] {
  const given: Readonly<Record<string, unknown>> = { ...input };
  const { counts, actual, predicted } = given;
  if (Array.isArray(counts) && counts.every(Array.isArray)) {
    return counts.map((row, i) => row.map((count: unknown, j: number) => checkCount(count, `counts[${i}][${j}]`)));
  }
  if (Object(actual) === actual && Object(predicted) === predicted && !("counts" in input)) return countPairs(input);
  throw badMatrix(`expected { counts: [[…]] } or { actual, predicted }, got ${describeValue(input)}`);
}

function checkCount(count: unknown, where: string): number {
  if (typeof count === "number" && Number.isSafeInteger(count) && count >= 0) return count;
  throw badMatrix(`${where}: expected a whole number of 0 or more, got ${describeValue(count)}`);
}

function countPairs(input: Extract<ConfusionInput, { actual: unknown }>): number[][] {
  const { actual, predicted } = input;
  if (actual.length !== predicted.length) {
    throw badMatrix(`actual has ${actual.length} entries, predicted has ${predicted.length}`);
  }
  let size = input.labels?.length ?? 0;
  for (let i = 0; i < actual.length; i++)
    size = Math.max(size, checkClass(actual[i], i) + 1, checkClass(predicted[i], i) + 1);
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < actual.length; i++) {
    const row = counts[actual[i] ?? 0];
    if (row !== undefined) row[predicted[i] ?? 0] = (row[predicted[i] ?? 0] ?? 0) + 1;
  }
  return counts;
}

/** Most classes of one matrix: 4096² counts are 16 M cells, more than any view draws. */
const MAX_CLASSES = 4096;

function checkClass(value: number | undefined, i: number): number {
  if (Number.isInteger(value) && value !== undefined && value >= 0 && value < MAX_CLASSES) return value;
  throw badMatrix(`entry ${i}: expected a class index from 0 to ${MAX_CLASSES - 1}, got ${describeValue(value)}`);
}

function badMatrix(detail: string): TrainlogError {
  return new TrainlogError("media/bad-confusion-matrix", `confusionMatrix: ${detail}`, { status: 400 });
}

function checkText(content: unknown, what: string): string {
  if (typeof content === "string") return content.toWellFormed();
  throw new TrainlogError("media/bad-source", `${what}: expected text, got ${describeValue(content)}`, { status: 400 });
}

export { type AudioOptions, audio, type RawAudio } from "./media-audio.ts";
export { type HistogramInput, histogram } from "./media-histogram.ts";
export { type ImageOptions, image } from "./media-image.ts";
export {
  type BlobSource,
  type CaptionOptions,
  describeMedia,
  isMedia,
  type Media,
  type MediaBytes,
  media,
  type RawPixels,
} from "./media-value.ts";
