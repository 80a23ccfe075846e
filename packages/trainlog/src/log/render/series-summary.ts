import type { Series } from "../train-log.ts";
import { extentOf } from "./scale.ts";

/** What one line of text says of a series. */
export interface SeriesSummary {
  readonly count: number;
  /** First reported (not NaN) value; NaN when none is, `undefined` when there is no value at all. */
  readonly start: number | undefined;
  /** Last reported (not NaN) value; NaN when none is, `undefined` when there is no value at all. */
  readonly end: number | undefined;
  /** `end − start`. */
  readonly delta: number | undefined;
  /** Least finite value. */
  readonly min: number | undefined;
  /** Greatest finite value. */
  readonly max: number | undefined;
  /** How many values are NaN or ±Infinity. */
  readonly nonFiniteCount: number;
}

/** First, last, least and greatest value of a series. */
export function summarizeSeries({ values }: Series): SeriesSummary {
  const extent = extentOf([values]);
  const isReported = (value: number): boolean => !Number.isNaN(value);
  const start = values.find(isReported) ?? values[0];
  const end = values.findLast(isReported) ?? values.at(-1);
  return {
    count: values.length,
    start,
    end,
    delta: start === undefined || end === undefined ? undefined : end - start,
    min: extent?.min,
    max: extent?.max,
    nonFiniteCount: values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0),
  };
}
