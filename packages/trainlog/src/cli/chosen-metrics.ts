/** @file Metrics of several runs that a command line means, with "did you mean" for those that are not there. */
import { TrainlogError } from "../run/error.ts";
import type { MetricSummary, RunInfo } from "../store/index.ts";
import { keyPattern } from "./key-pattern.ts";
import type { RunReader } from "./place/run-place.ts";
import { didYouMean } from "./suggest.ts";

/** Metrics of numbers of each run, in the order of the runs. */
export async function numberMetrics(reader: RunReader, runs: readonly RunInfo[]): Promise<MetricSummary[][]> {
  const all: MetricSummary[][] = [];
  for (const { runId } of runs) all.push((await reader.metrics(runId)).filter(({ kind }) => kind === "number"));
  return all;
}

/**
 * The keys that are meant: those that match `patterns`; without any, those that most of the runs have, the machine's own (`system/…`) left out.
 *
 * @throws TrainlogError `run/no-metric` for a pattern that no run has a metric for.
 */
export function chosenKeys(perRun: readonly (readonly MetricSummary[])[], patterns: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const metrics of perRun) for (const { key } of metrics) counts.set(key, (counts.get(key) ?? 0) + 1);
  const known = [...counts.keys()];
  for (const pattern of patterns) {
    if (known.some(keyPattern([pattern]))) continue;
    const message = `no metric ${JSON.stringify(pattern)} with numbers${didYouMean(pattern, known)}\nsee what there is: trainlog show RUN`;
    throw new TrainlogError("run/no-metric", message, { status: 404 });
  }
  if (patterns.length > 0) return known.filter(keyPattern(patterns)).sort((a, b) => (a < b ? -1 : 1));
  const usual = [...counts].filter(([key]) => !key.startsWith("system/"));
  return usual.sort(([a, inA], [b, inB]) => inB - inA || (a < b ? -1 : 1)).map(([key]) => key);
}
