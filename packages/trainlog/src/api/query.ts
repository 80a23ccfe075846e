/**
 * @file Query parameters of the API: what each route takes after the `?`.
 *
 * The schemas read what a query string gives (a text per parameter, or a list of texts when it was repeated) and make the values the interfaces say.
 * An unknown parameter is refused by name: a misspelt filter must not silently list everything.
 */
import { z } from "zod";
import type { RunState } from "../run/event.ts";
import { RUN_STATES } from "./run.ts";
import { MAX_BUCKETS, MAX_SERIES, type SeriesX, seriesX } from "./series.ts";
import { key, runId } from "./wire.ts";

/** Most runs of one page. */
export const MAX_RUN_PAGE = 10_000;

/** Most raw points, console lines, media values or metrics of one page. */
export const MAX_PAGE = 100_000;

/** Query of `GET /runs`. */
export interface RunListQuery {
  readonly project?: string;
  readonly state?: readonly RunState[];
  /** Runs that carry all of these. */
  readonly tag?: readonly string[];
  readonly group?: string;
  readonly parentRunId?: string;
  /** Part of the name, id, group, notes or a tag; case does not matter. */
  readonly q?: string;
  /** Archived runs: left out (`exclude`, the default), the only ones, or both. */
  readonly archived?: "exclude" | "only" | "include";
  /** A condition in the filter language (`docs/filters.md`). */
  readonly filter?: string;
  /**
   * What to sort by, the first term first: a field of the filter language (`created`, `metric.loss.min`, `config.optimizer.lr`, `summary.acc`) or of the run
   * (`createdMs`), with `-` before it for descending. Also `metric:<key>:<statistic>`, `config:<key>` and `summary:<key>`.
   */
  readonly sort?: string | readonly string[];
  /** Descending order for terms without a sign; true when absent and `sort` is absent too (newest first). */
  readonly desc?: boolean;
  /** Metrics to give with each run; one that ends in `*` means all that begin so. */
  readonly metric?: readonly string[];
  /** Dotted paths into the configuration to give with each run, likewise. */
  readonly config?: readonly string[];
  /** Dotted paths into what was set in the summary to give with each run, likewise. */
  readonly summary?: readonly string[];
  /** Runs per page, at most 10,000; 100 when absent. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** {@link RunListQuery}. */
export const runListQuery: z.ZodType<RunListQuery> = z.strictObject({
  project: single().exactOptional(),
  state: repeated(z.enum(RUN_STATES)).exactOptional(),
  tag: repeated(z.string()).exactOptional(),
  group: single().exactOptional(),
  parentRunId: single().exactOptional(),
  q: single().exactOptional(),
  archived: z.enum(["exclude", "only", "include"]).exactOptional(),
  filter: single().exactOptional(),
  sort: repeated(z.string(), 10).exactOptional(),
  desc: flag().exactOptional(),
  metric: repeated(key).exactOptional(),
  config: repeated(key).exactOptional(),
  summary: repeated(key).exactOptional(),
  limit: integer(1, MAX_RUN_PAGE).exactOptional(),
  cursor: single().exactOptional(),
});

/** Query of `GET /projects/:project/columns`. */
export interface ColumnListQuery {
  readonly what?: "metric" | "config" | "summary";
  /** Part of the name; case does not matter. */
  readonly search?: string;
  /** Columns per page, at most 10,000; 1000 when absent. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** {@link ColumnListQuery}. */
export const columnListQuery: z.ZodType<ColumnListQuery> = z.strictObject({
  what: z.enum(["metric", "config", "summary"]).exactOptional(),
  search: single().exactOptional(),
  limit: integer(1, MAX_RUN_PAGE).exactOptional(),
  cursor: single().exactOptional(),
});

/** Query of `GET /projects/:project/values`. */
export interface ValueListQuery {
  /** A field of the filter language. */
  readonly field: string;
  /** Part of the value; case does not matter. */
  readonly search?: string;
  readonly filter?: string;
  readonly archived?: "exclude" | "only" | "include";
  /** Values per page, at most 10,000; 1000 when absent. */
  readonly limit?: number;
  readonly offset?: number;
}

/** {@link ValueListQuery}. */
export const valueListQuery: z.ZodType<ValueListQuery> = z.strictObject({
  field: single(),
  search: single().exactOptional(),
  filter: single().exactOptional(),
  archived: z.enum(["exclude", "only", "include"]).exactOptional(),
  limit: integer(1, MAX_RUN_PAGE).exactOptional(),
  offset: integer(0).exactOptional(),
});

/** Query of `GET /groups`. */
export interface GroupListQuery {
  /** 1 to 3 fields of the filter language. */
  readonly by: readonly string[];
  /** Fields with numbers whose count, mean and extremes to give for each group. */
  readonly reduce?: readonly string[];
  readonly project?: string;
  readonly filter?: string;
  /** Part of the name, id, group, notes or a tag of the runs; case does not matter. */
  readonly q?: string;
  readonly archived?: "exclude" | "only" | "include";
  /** Groups per page, at most 10,000; 1000 when absent. */
  readonly limit?: number;
  readonly offset?: number;
}

/** {@link GroupListQuery}. */
export const groupListQuery: z.ZodType<GroupListQuery> = z.strictObject({
  by: repeated(z.string(), 3),
  reduce: repeated(z.string(), 50).exactOptional(),
  project: single().exactOptional(),
  filter: single().exactOptional(),
  q: single().exactOptional(),
  archived: z.enum(["exclude", "only", "include"]).exactOptional(),
  limit: integer(1, MAX_RUN_PAGE).exactOptional(),
  offset: integer(0).exactOptional(),
});

/** Query of `GET /trash`. */
export interface TrashListQuery {
  readonly project?: string;
  /** Runs per page, at most 10,000; 1000 when absent. */
  readonly limit?: number;
  readonly offset?: number;
}

/** {@link TrashListQuery}. */
export const trashListQuery: z.ZodType<TrashListQuery> = z.strictObject({
  project: single().exactOptional(),
  limit: integer(1, MAX_RUN_PAGE).exactOptional(),
  offset: integer(0).exactOptional(),
});

/** Query of `DELETE /projects/:project`. */
export interface DeleteProjectQuery {
  /** Runs of the project, archived ones too, that the caller knows of: with another number, nothing is deleted. */
  readonly expectedCount: number;
}

/** {@link DeleteProjectQuery}. */
export const deleteProjectQuery: z.ZodType<DeleteProjectQuery> = z.strictObject({ expectedCount: integer(0) });

/** Query of `GET /runs/:id/series`; see `SeriesRequest`. */
export interface SeriesRunQuery {
  readonly key: readonly string[];
  readonly x?: SeriesX;
  readonly from?: number;
  readonly to?: number;
  readonly buckets?: number;
}

/** {@link SeriesRunQuery}. */
export const seriesRunQuery: z.ZodType<SeriesRunQuery> = z.strictObject({
  key: repeated(key, MAX_SERIES),
  x: seriesX.exactOptional(),
  from: decimal().exactOptional(),
  to: decimal().exactOptional(),
  buckets: integer(1, MAX_BUCKETS).exactOptional(),
});

/** Query of `GET /runs/:id/points`. */
export interface PointsQuery {
  readonly key: string;
  /** Arrival index of the first point; 0 when absent. */
  readonly after?: number;
  /** Points per page; 10,000 when absent. */
  readonly limit?: number;
  /** Instead of `after`: this many last points. */
  readonly last?: number;
}

/** {@link PointsQuery}. */
export const pointsQuery: z.ZodType<PointsQuery> = z
  .strictObject({
    key,
    after: integer(0).exactOptional(),
    limit: integer(1, MAX_PAGE).exactOptional(),
    last: integer(1, MAX_PAGE).exactOptional(),
  })
  .refine(({ after, last }) => after === undefined || last === undefined, {
    path: ["last"],
    error: "expected `after` or `last`, got both",
  });

/** Query of `GET /runs/:id/metrics`. */
export interface MetricsQuery {
  readonly prefix?: string;
  /** `nextAfter` of the page before. */
  readonly after?: string;
  /** Metrics per page; 10,000 when absent. */
  readonly limit?: number;
}

/** {@link MetricsQuery}. */
export const metricsQuery: z.ZodType<MetricsQuery> = z.strictObject({
  prefix: single().exactOptional(),
  after: single().exactOptional(),
  limit: integer(1, MAX_PAGE).exactOptional(),
});

/** Query of `GET /runs/:id/console`. */
export interface ConsoleLinesQuery {
  /** First line number; 0 when absent. */
  readonly from?: number;
  /** Lines per page; 1000 when absent. */
  readonly limit?: number;
  /** Instead of `from`: this many last lines. */
  readonly last?: number;
  readonly stream?: "stdout" | "stderr";
  /** Only lines that show this text, without regard to case; `/…/` or `/…/i` is a pattern. */
  readonly search?: string;
}

/** {@link ConsoleLinesQuery}. */
export const consoleLinesQuery: z.ZodType<ConsoleLinesQuery> = z
  .strictObject({
    from: integer(0).exactOptional(),
    limit: integer(1, MAX_PAGE).exactOptional(),
    last: integer(1, MAX_PAGE).exactOptional(),
    stream: z.enum(["stdout", "stderr"]).exactOptional(),
    search: single().pipe(z.string().min(1).max(1000)).exactOptional(),
  })
  .refine(({ from, last }) => from === undefined || last === undefined, {
    path: ["last"],
    error: "expected `from` or `last`, got both",
  })
  .refine(({ search, last }) => search === undefined || last === undefined, {
    path: ["last"],
    error: "expected `search` or `last`, got both",
  });

/** Query of `GET /runs/:id/tail`. */
export interface TailQuery {
  /** Metrics whose last points to give. */
  readonly key?: readonly string[];
  /** Points of each; 100 when absent. */
  readonly points?: number;
  /** Console lines; 100 when absent. */
  readonly lines?: number;
}

/** {@link TailQuery}. */
export const tailQuery: z.ZodType<TailQuery> = z.strictObject({
  key: repeated(key, 100).exactOptional(),
  points: integer(0, 10_000).exactOptional(),
  lines: integer(0, 10_000).exactOptional(),
});

/** Query of `GET /projects/:project/alerts` and `GET /alerts`. */
export interface AlertsQuery {
  readonly level?: "info" | "warn" | "error";
  /** Alerts per page; 100 when absent. */
  readonly limit?: number;
  /** `nextOffset` of the page before. */
  readonly offset?: number;
}

/** {@link AlertsQuery}. */
export const alertsQuery: z.ZodType<AlertsQuery> = z.strictObject({
  level: z.enum(["info", "warn", "error"]).exactOptional(),
  limit: integer(1, 10_000).exactOptional(),
  offset: integer(0).exactOptional(),
});

/** Query of `GET /runs/:id/media`. */
export interface MediaItemsQuery {
  readonly key?: string;
  readonly step?: number;
  readonly fromStep?: number;
  readonly toStep?: number;
  /** Values per page; 1000 when absent. */
  readonly limit?: number;
  /** `nextAfter` of the page before. */
  readonly after?: number;
}

/** {@link MediaItemsQuery}. */
export const mediaItemsQuery: z.ZodType<MediaItemsQuery> = z.strictObject({
  key: key.exactOptional(),
  step: integer().exactOptional(),
  fromStep: integer().exactOptional(),
  toStep: integer().exactOptional(),
  limit: integer(1, MAX_PAGE).exactOptional(),
  after: integer(0).exactOptional(),
});

/** Query of `GET /events`: which changes to send. */
export interface LiveQuery {
  /** Only runs of this project. */
  readonly project?: string;
  /** Only these runs, and only then their rows, console, media, artifacts and alerts. Without it `run` and `removed` come for all runs. */
  readonly run?: readonly string[];
  /** Only rows of these metrics; a key that ends in `*` means a prefix. All when absent. */
  readonly keys?: readonly string[];
  /** Metrics, configuration and summary keys that `run` messages carry: those of the list that is shown. */
  readonly metric?: readonly string[];
  readonly config?: readonly string[];
  readonly summary?: readonly string[];
  /** Id of the last message, for clients that cannot send the header `Last-Event-ID`. */
  readonly lastEventId?: string;
}

/** {@link LiveQuery}. */
export const liveQuery: z.ZodType<LiveQuery> = z.strictObject({
  project: single().exactOptional(),
  run: repeated(runId).exactOptional(),
  keys: repeated(key).exactOptional(),
  metric: repeated(key).exactOptional(),
  config: repeated(key).exactOptional(),
  summary: repeated(key).exactOptional(),
  lastEventId: single().exactOptional(),
});

/** Query of `GET /blobs/:sha256`. */
export interface BlobQuery {
  /** Media type to answer with; only those that a browser shows without running anything in them. */
  readonly type?: SafeMediaType;
}

/** Media types that are shown and never run. SVG and HTML are not among them. */
export type SafeMediaType = (typeof SAFE_MEDIA_TYPES)[number];

/** {@link SafeMediaType}. */
export const SAFE_MEDIA_TYPES = [
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "audio/wav",
  "audio/mpeg",
  "audio/ogg",
  "video/mp4",
  "video/webm",
] as const;

/** {@link BlobQuery}. */
export const blobQuery: z.ZodType<BlobQuery> = z.strictObject({ type: z.enum(SAFE_MEDIA_TYPES).exactOptional() });

/** Query of a route that takes none. */
export type NoQuery = Readonly<Record<string, never>>;

/** {@link NoQuery}. */
export const noQuery: z.ZodType<NoQuery> = z.strictObject({});

function single(): z.ZodType<string> {
  return z.string({ error: "expected this parameter once" });
}

function repeated<T>(item: z.ZodType<T>, max = 1000): z.ZodType<T[]> {
  return z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1).max(max));
}

function flag(): z.ZodType<boolean> {
  return z
    .enum(["true", "false", "1", "0"])
    .transform((value) => value === "true" || value === "1")
    .meta({ jsonSchema: { type: "boolean" } });
}

function integer(min: number = Number.MIN_SAFE_INTEGER, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
  return decimal()
    .pipe(z.int().min(min).max(max))
    .meta({ jsonSchema: { type: "integer", minimum: min, maximum: max } });
}

function decimal(): z.ZodType<number> {
  return z
    .string({ error: "expected this parameter once" })
    .regex(/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/, { error: "expected a number" })
    .transform(Number)
    .meta({ jsonSchema: { type: "number" } });
}
