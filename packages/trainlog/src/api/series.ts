/** @file Series: points of metrics, bucketed for charts or raw by arrival index. */
import { z } from "zod";
import type { JsonValue } from "../run/json.ts";
import { type Problem, problem } from "./problem.ts";
import { count, jsonValue, key, runId, step, wallMs } from "./wire.ts";

/** What the x axis means: the step, milliseconds since 1970 (`wall`), or seconds since the run's first row (`relative`). */
export type SeriesAxis = "step" | "wall" | "relative";

/** An axis, or the value of another metric in the same row: `metric:epoch`. */
export type SeriesX = SeriesAxis | `metric:${string}`;

/** Every x axis that is no metric. */
export const SERIES_AXES: readonly SeriesAxis[] = ["step", "wall", "relative"];

/** {@link SeriesX}. */
export const seriesX: z.ZodType<SeriesX> = z
  .custom<SeriesX>(isSeriesX, {
    error: `expected one of ${SERIES_AXES.join(", ")}, or metric:<key>`,
  })
  .meta({ jsonSchema: { anyOf: [{ enum: SERIES_AXES }, { type: "string", pattern: "^metric:." }] } });

function isSeriesX(value: unknown): value is SeriesX {
  if (typeof value !== "string") return false;
  return SERIES_AXES.some((axis) => axis === value) || (value.startsWith("metric:") && value.length > 7);
}

/** Most buckets of one series in one answer: more than any screen has pixels. */
export const MAX_BUCKETS = 20_000;

/** Most series of one request. */
export const MAX_SERIES = 2_000;

/** Body of `POST /series`. */
export interface SeriesRequest {
  readonly series: readonly { readonly runId: string; readonly key: string }[];
  /** `step` when absent. */
  readonly x?: SeriesX;
  /** Range of x, both ends included; open when absent. */
  readonly from?: number;
  readonly to?: number;
  /** Most buckets per series; 600 when absent. A series with no more points than this comes exactly. */
  readonly buckets?: number;
}

/** {@link SeriesRequest}. */
export const seriesRequest: z.ZodType<SeriesRequest> = z.strictObject({
  series: z.array(z.strictObject({ runId, key })).max(MAX_SERIES),
  x: seriesX.exactOptional(),
  from: z.number().exactOptional(),
  to: z.number().exactOptional(),
  buckets: z.int().min(1).max(MAX_BUCKETS).exactOptional(),
});

/** What every series of an answer says. */
export interface SeriesHead {
  readonly runId: string;
  readonly key: string;
  /** Points of the metric that lie in the range. */
  readonly totalPoints: number;
  /** Points of the metric in all when this answer was made: live rows from this arrival index on are newer than the answer. */
  readonly nextIndex: number;
}

/**
 * A series that comes point by point, ordered by x: no more points than buckets, and every value finite. A metric that the run does not have is an
 * exact series of no points.
 */
export interface ExactSeries extends SeriesHead {
  readonly form: "exact";
  /** Shape `[n]`. */
  readonly x: readonly number[];
  /** Shape `[n]`. */
  readonly values: readonly number[];
}

/**
 * A series reduced to buckets, ordered by x; only buckets that hold points. All arrays have shape `[n]`.
 *
 * `min`, `max`, `mean`, `first` and `last` are over the finite values and `null` where a bucket has none; `nonFinite` counts the others.
 */
export interface BucketedSeries extends SeriesHead {
  readonly form: "buckets";
  /** x of the bucket's first point. */
  readonly x: readonly number[];
  /** x of the bucket's last point. */
  readonly xEnd: readonly number[];
  /** Finite values in the bucket. */
  readonly count: readonly number[];
  readonly nonFinite: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  readonly first: readonly (number | null)[];
  readonly last: readonly (number | null)[];
}

/** A series that could not be given; the others of the answer are not touched by it. */
export interface FailedSeries {
  readonly form: "failed";
  readonly runId: string;
  readonly key: string;
  readonly problem: Problem;
}

/** One series of an answer. */
export type Series = ExactSeries | BucketedSeries | FailedSeries;

const head = { runId: z.string(), key: z.string(), totalPoints: count, nextIndex: count };
const gappy = z.array(z.number().nullable());

/** {@link Series}. */
export const series: z.ZodType<Series> = z.discriminatedUnion("form", [
  z.object({ form: z.literal("exact"), ...head, x: z.array(z.number()), values: z.array(z.number()) }),
  z.object({
    form: z.literal("buckets"),
    ...head,
    x: z.array(z.number()),
    xEnd: z.array(z.number()),
    count: z.array(count),
    nonFinite: z.array(count),
    min: gappy,
    max: gappy,
    mean: gappy,
    first: gappy,
    last: gappy,
  }),
  z.object({ form: z.literal("failed"), runId: z.string(), key: z.string(), problem }),
]);

/** Answer of `POST /series` and `GET /runs/:id/series`: the series in the order asked. */
export interface SeriesAnswer {
  readonly x: SeriesX;
  readonly series: readonly Series[];
}

/** {@link SeriesAnswer}. */
export const seriesAnswer: z.ZodType<SeriesAnswer> = z.object({ x: seriesX, series: z.array(series) });

/** Answer of `GET /runs/:id/points`: raw points of one metric in arrival order. */
export interface PointsAnswer {
  readonly runId: string;
  readonly key: string;
  readonly kind: "number" | "json";
  /** Arrival index of the first point here. */
  readonly firstIndex: number;
  /** Points of the metric in all. */
  readonly totalPoints: number;
  /** Shape `[n]`. */
  readonly steps: readonly number[];
  /** Shape `[n]`. */
  readonly wallMs: readonly number[];
  /** Shape `[n]`: a `WireNumber` each when `kind` is `number`, any JSON when `json`. */
  readonly values: readonly JsonValue[];
  /** Give it back as `after` for the next page; absent on the last one. */
  readonly nextAfter?: number;
}

/** {@link PointsAnswer}. */
export const pointsAnswer: z.ZodType<PointsAnswer> = z.object({
  runId: z.string(),
  key: z.string(),
  kind: z.enum(["number", "json"]),
  firstIndex: count,
  totalPoints: count,
  steps: z.array(step),
  wallMs: z.array(wallMs),
  values: z.array(jsonValue),
  nextAfter: count.exactOptional(),
});
