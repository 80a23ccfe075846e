/** @file Which metric columns a list of runs shows when nobody chose any. */
import { compareNaturally, isSystemMetric } from "./metric-groups.ts";

/** Columns shown until the viewer chooses: more would not fit beside the facts of a run. */
const DEFAULT_COLUMN_COUNT = 4;

/** What people look for first, in this order. Longer words come before the shorter ones that they contain. */
const WANTED = [
  /(^|[/_.-])(val|valid|validation|eval|test)[/_.-].*loss|loss.*(val|eval|test)/i,
  /loss/i,
  /acc|f1|auc|bleu|reward|return|score/i,
];

/** Sort name of a metric column in the API and in the address. */
export function metricSort(key: string, statistic = "last"): string {
  return `metric:${key}:${statistic}`;
}

/**
 * Chooses metric columns: losses and scores first, never system metrics.
 *
 * @param keys - Metric keys of some runs of the list.
 */
export function defaultColumns(keys: Iterable<string>): string[] {
  const own = [...new Set(keys)].filter((key) => !isSystemMetric(key)).sort(compareNaturally);
  const rank = (key: string): number => {
    const found = WANTED.findIndex((pattern) => pattern.test(key));
    return found < 0 ? WANTED.length : found;
  };
  return own.sort((a, b) => rank(a) - rank(b) || compareNaturally(a, b)).slice(0, DEFAULT_COLUMN_COUNT);
}
