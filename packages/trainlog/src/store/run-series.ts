/** @file A metric of one run over step, time or another metric. */
import { type RunLogReader, type SeriesBuckets, seriesOverMetric } from "../run-log/read/index.ts";
import type { SeriesQuery } from "./types.ts";

/** A metric over step, time or another metric. */
export function seriesOf(reader: RunLogReader, key: string, { xMetric, ...query }: SeriesQuery): SeriesBuckets {
  if (xMetric === undefined) return reader.series(key, query);
  return seriesOverMetric(numbersOf(reader, xMetric), numbersOf(reader, key), query);
}

function numbersOf(reader: RunLogReader, key: string): Parameters<typeof seriesOverMetric>[0] {
  const { steps, wallMs, values } = reader.points(key, { kind: "number" });
  return { steps, wallMs, values: values instanceof Float64Array ? values : Float64Array.from(values, Number) };
}
