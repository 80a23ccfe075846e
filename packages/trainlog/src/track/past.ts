/** @file What a run that goes on needs to know of its past, from its folder. */
import type { RunEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import { RunLogReader } from "../run-log/read/run-log-reader.ts";
import { applyPatch } from "./apply-patch.ts";
import type { MetricPast, RunPast } from "./sink.ts";

/** Prefix of the metrics that trainlog itself logs; their steps are seconds and say nothing of the script's. */
const OWN_PREFIX = "system/";

/** Reads the past of the run in folder `dir`. */
export function readPast(dir: string): RunPast {
  const reader = RunLogReader.open(dir);
  try {
    const fold = new PastFold();
    for (const event of reader.refresh().events) fold.add(event);
    const metrics = new Map<string, MetricPast>();
    let nextStep = 0;
    for (const [key, stats] of reader.metrics()) {
      if (!key.startsWith(OWN_PREFIX)) nextStep = Math.max(nextStep, (stats.maxStep ?? -1) + 1);
      const { last, min, max, sum, finiteCount } = stats;
      metrics.set(key, { last: last ?? null, min, max, sum, finiteCount });
    }
    return { nextStep, metrics, ...fold.result() };
  } finally {
    reader.close();
  }
}

/** Config, summary and console lines from a run's events. */
class PastFold {
  readonly #config = new Map<string, JsonValue>();
  readonly #summary = new Map<string, JsonValue>();
  readonly #definitions: Extract<RunEvent, { type: "metric" }>[] = [];
  #nextLine = 0;

  add(event: RunEvent): void {
    if (event.type === "config") applyPatch(this.#config, event);
    else if (event.type === "summary") applyPatch(this.#summary, event);
    else if (event.type === "metric") this.#definitions.push(event);
    else if (event.type === "console") {
      for (const { line } of event.lines) this.#nextLine = Math.max(this.#nextLine, line + 1);
    }
  }

  result(): Pick<RunPast, "config" | "summary" | "definitions" | "nextLine"> {
    return {
      config: Object.fromEntries(this.#config),
      summary: Object.fromEntries(this.#summary),
      definitions: this.#definitions,
      nextLine: this.#nextLine,
    };
  }
}
