/**
 * @file Figures of Plotly and Vega-Lite, as far as this page draws them: lines, points and bars over numbers or names.
 *
 * Their libraries are megabytes and run what a figure says; most figures that training scripts log are a few lines. Whatever is beyond that is `undefined` here, and is
 * shown as its JSON.
 */
import { isPlainObject, type JsonObject, type JsonValue } from "trainlog/run";

/** One series of a figure. */
export interface FigureTrace {
  readonly name: string;
  readonly mark: "line" | "points" | "bars";
  /** Shape `[n]`; places in `names` when the figure has them. NaN is a hole. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A figure that can be drawn. */
export interface FigureData {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly traces: readonly FigureTrace[];
  /** Names along x, when x is no number. */
  readonly names: readonly string[] | undefined;
}

/** Most series, and most points of all of them, that are drawn. */
const MAX_TRACES = 32;
const MAX_POINTS = 20_000;

/** A series before its x are numbers. */
interface RawTrace {
  readonly name: string;
  readonly mark: FigureTrace["mark"];
  readonly x: readonly JsonValue[];
  readonly y: readonly JsonValue[];
}

/** Reads the `spec` of a figure by its `format`. */
export function figureData(format: string, spec: JsonValue | undefined): FigureData | undefined {
  if (!isObject(spec)) return undefined;
  return format === "plotly" ? plotlyFigure(spec) : format === "vega-lite" ? vegaFigure(spec) : undefined;
}

function plotlyFigure(spec: JsonObject): FigureData | undefined {
  const raw = listOf(spec["data"])?.map(plotlyTrace) ?? [];
  const traces = raw.filter((trace) => trace !== undefined);
  if (traces.length !== raw.length) return undefined;
  const layout = spec["layout"];
  const axis = (name: string): string => (isObject(layout) ? titleOf(layout[name]) : "");
  return assembled(traces, { title: titleOf(layout), xTitle: axis("xaxis"), yTitle: axis("yaxis") });
}

function plotlyTrace(trace: JsonValue, index: number): RawTrace | undefined {
  if (!isObject(trace) || trace["orientation"] === "h") return undefined;
  const { type = "scatter", mode, name } = trace;
  const mark = type === "bar" ? "bars" : mode === "markers" ? "points" : "line";
  const y = valuesOf(trace["y"]);
  if (!["scatter", "scattergl", "bar"].includes(String(type)) || y === undefined) return undefined;
  const x = valuesOf(trace["x"]) ?? y.map((_, i) => i);
  return { name: typeof name === "string" ? name : `trace ${index}`, mark, x, y };
}

/** Plotly writes `"title": "…"` and `"title": {"text": "…"}`. */
function titleOf(part: JsonValue | undefined): string {
  const title = isObject(part) ? part["title"] : undefined;
  const text = isObject(title) ? title["text"] : title;
  return typeof text === "string" ? text.replace(/<[^>]*>/g, "") : "";
}

const VEGA_MARKS: ReadonlyMap<string, FigureTrace["mark"]> = new Map([
  ["line", "line"],
  ["area", "line"],
  ["point", "points"],
  ["circle", "points"],
  ["bar", "bars"],
]);

function vegaFigure(spec: JsonObject): FigureData | undefined {
  const { data, mark, encoding, title } = spec;
  const kind = VEGA_MARKS.get(String(isObject(mark) ? mark["type"] : mark));
  const rows = isObject(data) ? listOf(data["values"]) : undefined;
  if (kind === undefined || rows === undefined || !isObject(encoding)) return undefined;
  const [x, y, colour] = ["x", "y", "color"].map((channel) => plainField(encoding[channel]));
  if (x === undefined || y === undefined || (colour === undefined && encoding["color"] !== undefined)) return undefined;
  const cell = (row: JsonValue, field: string): JsonValue => (isObject(row) ? (row[field] ?? null) : null);
  const groups = Map.groupBy(rows, (row) => (colour === undefined ? y : String(cell(row, colour))));
  const traces = [...groups].map(
    ([name, own]): RawTrace => ({
      name,
      mark: kind,
      x: own.map((row) => cell(row, x)),
      y: own.map((row) => cell(row, y)),
    }),
  );
  return assembled(traces, { title: typeof title === "string" ? title : "", xTitle: x, yTitle: y });
}

/** The field of a channel that shows values as they are; aggregates, bins and time units are Vega's to compute. */
function plainField(channel: JsonValue | undefined): string | undefined {
  if (!isObject(channel) || ["aggregate", "bin", "timeUnit", "value", "condition"].some((key) => key in channel))
    return undefined;
  const { field } = channel;
  return typeof field === "string" ? field : undefined;
}

function assembled(
  traces: readonly RawTrace[],
  titles: Pick<FigureData, "title" | "xTitle" | "yTitle">,
): FigureData | undefined {
  const points = traces.reduce((sum, { y }) => sum + y.length, 0);
  if (points === 0 || points > MAX_POINTS || traces.length > MAX_TRACES) return undefined;
  const allX = traces.flatMap(({ x }) => x);
  const numeric = allX.every((value) => typeof value === "number" || value === null);
  const names = numeric ? undefined : [...new Set(allX.map(String))];
  const place = new Map(names?.map((name, i) => [name, i]));
  const xOf = (value: JsonValue): number =>
    names === undefined ? numberOf(value) : (place.get(String(value)) ?? Number.NaN);
  return {
    ...titles,
    names,
    traces: traces.map(({ name, mark, x, y }) => {
      const length = Math.min(x.length, y.length);
      return { name, mark, x: x.slice(0, length).map(xOf), y: y.slice(0, length).map(numberOf) };
    }),
  };
}

function numberOf(value: JsonValue): number {
  return typeof value === "number" ? value : Number.NaN;
}

/** A list, or what Plotly 6 writes for one: `{"dtype": "f8", "bdata": "<base64>"}`. */
function valuesOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  if (!isObject(value)) return listOf(value);
  const { dtype, bdata } = value;
  const reader = READERS.get(String(dtype));
  if (reader === undefined || typeof bdata !== "string" || bdata.length > MAX_POINTS * 12) return undefined;
  try {
    const bytes = Uint8Array.from(atob(bdata), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return Array.from({ length: Math.floor(bytes.length / reader.bytes) }, (_, i) =>
      reader.read(view, i * reader.bytes),
    );
  } catch {
    return undefined;
  }
}

interface Reader {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

const READERS: ReadonlyMap<string, Reader> = new Map([
  ["f8", { bytes: 8, read: (view, at) => view.getFloat64(at, true) }],
  ["f4", { bytes: 4, read: (view, at) => view.getFloat32(at, true) }],
  ["i4", { bytes: 4, read: (view, at) => view.getInt32(at, true) }],
  ["i2", { bytes: 2, read: (view, at) => view.getInt16(at, true) }],
  ["i1", { bytes: 1, read: (view, at) => view.getInt8(at) }],
  ["u4", { bytes: 4, read: (view, at) => view.getUint32(at, true) }],
  ["u2", { bytes: 2, read: (view, at) => view.getUint16(at, true) }],
  ["u1", { bytes: 1, read: (view, at) => view.getUint8(at) }],
] satisfies [string, Reader][]);

function listOf(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isPlainObject(value);
}
