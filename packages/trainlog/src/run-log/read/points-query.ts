/** @file Raw points by arrival index: pages, and the tail of a live run. */
import { describeValue, TrainlogError } from "../../run/error.ts";
import type { JsonValue } from "../../run/json.ts";
import type { MetricKind } from "./metric-table.ts";
import type { PointChunk } from "./series-query.ts";

/** Which points are asked. */
export interface PointsQuery {
  /** Arrival index to begin at; 0 when absent. Give it the `end` of the page before. */
  readonly after?: number;
  /** Most points; all when absent. */
  readonly limit?: number;
  /** Only the last so many points. `after` then cuts them further. */
  readonly last?: number;
  /** For a key that was logged with numbers and with other JSON: which of the two. The numbers when absent. */
  readonly kind?: MetricKind;
}

/** Raw points of one metric in arrival order. All columns have the same length. */
export interface RawPoints {
  readonly kind: MetricKind;
  /** Arrival index of the first point here. */
  readonly first: number;
  /** Arrival index after the last point here; larger than `first + values.length` when some points cannot be read. */
  readonly end: number;
  /** Points of the metric in all. */
  readonly totalPoints: number;
  readonly steps: Float64Array;
  /** Milliseconds since 1970. */
  readonly wallMs: Float64Array;
  /** A `Float64Array` when `kind` is `"number"`. */
  readonly values: Float64Array | readonly JsonValue[];
}

/** JSON points from arrival index `first` on, as many as lie together. */
export interface JsonChunk {
  readonly first: number;
  readonly end: number;
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
  readonly values: readonly JsonValue[];
}

/** Where the points come from. */
export interface PointsSource {
  countOf(metric: number): number;
  readNumbers(metric: number, point: number): PointChunk;
  readJson(metric: number, point: number): JsonChunk;
}

/**
 * Reads points of `metric`, which is of kind `kind`.
 *
 * @throws TrainlogError `series/bad-query` for a page that means nothing.
 */
export function queryPoints(
  kind: MetricKind,
  metric: number | undefined,
  query: PointsQuery,
  source: PointsSource,
): RawPoints {
  const totalPoints = metric === undefined ? 0 : source.countOf(metric);
  const after = natural(query.after ?? 0, "after");
  const first = Math.min(totalPoints, Math.max(after, totalPoints - natural(query.last ?? totalPoints, "last")));
  const end = Math.min(totalPoints, first + natural(query.limit ?? totalPoints, "limit"));
  const bounds = { kind, first, end, totalPoints };
  if (metric === undefined || first === end)
    return { ...bounds, steps: NONE, wallMs: NONE, values: kind === "number" ? NONE : [] };
  return kind === "number"
    ? { ...bounds, ...collectNumbers(metric, first, end, source) }
    : { ...bounds, ...collectJson(metric, first, end, source) };
}

const NONE = new Float64Array(0);

function natural(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TrainlogError(
    "series/bad-query",
    `points: ${name}: expected a whole number of 0 or more, got ${describeValue(value)}`,
    { status: 400 },
  );
}

type NumberPage = { steps: Float64Array; wallMs: Float64Array; values: Float64Array };

function collectNumbers(metric: number, first: number, end: number, source: PointsSource): NumberPage {
  const steps = new Float64Array(end - first);
  const wallMs = new Float64Array(end - first);
  const values = new Float64Array(end - first);
  let length = 0;
  for (let point = first; point < end; ) {
    const chunk = source.readNumbers(metric, point);
    const [from, to] = [point - chunk.first, Math.min(end, chunk.end) - chunk.first];
    steps.set(chunk.steps.subarray(from, to), length);
    wallMs.set(chunk.wallMs.subarray(from, to), length);
    values.set(chunk.values.subarray(from, to), length);
    length += chunk.values.subarray(from, to).length;
    point = chunk.end;
  }
  return { steps: steps.subarray(0, length), wallMs: wallMs.subarray(0, length), values: values.subarray(0, length) };
}

type JsonPage = { steps: Float64Array; wallMs: Float64Array; values: JsonValue[] };

function collectJson(metric: number, first: number, end: number, source: PointsSource): JsonPage {
  const steps: number[] = [];
  const wallMs: number[] = [];
  const values: JsonValue[] = [];
  for (let point = first; point < end; ) {
    const chunk = source.readJson(metric, point);
    const [from, to] = [point - chunk.first, Math.min(end, chunk.end) - chunk.first];
    for (let i = from; i < Math.min(to, chunk.values.length); i++) {
      steps.push(chunk.steps[i]!);
      wallMs.push(chunk.wallMs[i]!);
      values.push(chunk.values[i]!);
    }
    point = chunk.end;
  }
  return { steps: Float64Array.from(steps), wallMs: Float64Array.from(wallMs), values };
}
