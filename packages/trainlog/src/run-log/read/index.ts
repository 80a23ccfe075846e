/** @file Reading a run's folder: following, metric statistics, bucketed series, raw points, events. */
export type { SeriesBuckets } from "./buckets.ts";
export { ChunkCache } from "./chunk-cache.ts";
export type { Damage, DamageKind } from "./damage.ts";
export { type MetricAxisQuery, seriesOverMetric } from "./metric-axis.ts";
export type { MetricKind, MetricStats } from "./metric-table.ts";
export type { PointsQuery, RawPoints } from "./points-query.ts";
export type { RunPosition } from "./run-index.ts";
export { type ReaderPosition, type Refreshed, RunLogReader, type RunLogReaderOptions } from "./run-log-reader.ts";
export { MAX_BUCKETS, type SeriesQuery } from "./series-query.ts";
