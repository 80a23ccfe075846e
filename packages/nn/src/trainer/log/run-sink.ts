/**
 * @file Logging to a run of `trainlog`, known by its shape: the package need not be there, and anything that looks like a run will do.
 */
import type { EndStatus, LogFacts, LogSink } from "./log-sink.ts";

/** What is used of a run: `await trainlog.init(…)` gives one. */
export interface RunLike {
  log(row: { readonly [key: string]: unknown }, options?: { readonly step?: number }): void;
  /** Configuration, kept with the run. */
  readonly config?: { update(patch: { readonly [key: string]: unknown }): void };
  readonly summary?: { update(patch: { readonly [key: string]: unknown }): void };
  artifact?(
    source: { readonly [path: string]: Uint8Array },
    options: { readonly name: string; readonly kind: string; readonly metadata?: LogFacts },
  ): Promise<unknown>;
  finish?(options?: { readonly status?: EndStatus; readonly error?: unknown }): Promise<void>;
}

/** Bins of a histogram, as `trainlog`'s own. */
const BINS = 64;

/**
 * A sink that writes to a run.
 *
 * @param owned - Whether the run was begun for this training: then its end ends the run. A run that was given goes on.
 */
export function runSink(run: RunLike, owned: boolean): LogSink {
  return {
    facts: (facts) => run.config?.update(facts),
    row: (step, row) => run.log(row, { step }),
    confusionMatrix: (step, name, counts, labels) =>
      run.log({ [name]: media("confusion-matrix", { counts, labels }) }, { step }),
    histogram: (step, name, values) => run.log({ [name]: media("histogram", countValues(values, BINS)) }, { step }),
    async artifact(name, bytes, facts) {
      await run.artifact?.({ [`${name}.safetensors`]: bytes }, { name, kind: "model", metadata: facts });
    },
    async close(status, summary, error) {
      run.summary?.update(summary);
      if (owned) await run.finish?.({ status, ...(error === undefined ? {} : { error }) });
    },
  };
}

/** A media value of `trainlog`, which knows its values by a registered symbol. */
function media(kind: string, data: object): object {
  return { [Symbol.for("trainlog.media")]: true, kind, data, sources: [] };
}

/** Counts in bins of equal width between the extremes; what is not finite is counted apart. */
export function countValues(
  values: ArrayLike<number>,
  bins: number,
): {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly count: number;
  readonly nonFinite: number;
} {
  let [min, max, nonFinite] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) nonFinite += 1;
    else [min, max] = [Math.min(min, value), Math.max(max, value)];
  }
  if (min > max) return { edges: [0, 1], counts: [0], count: 0, nonFinite };
  // All the same: one bin of width 1 around it.
  if (min === max)
    return {
      edges: [min - 0.5, min + 0.5],
      counts: [values.length - nonFinite],
      count: values.length - nonFinite,
      nonFinite,
    };
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + ((max - min) * i) / bins));
  return { edges, counts, count: values.length - nonFinite, nonFinite };
}
