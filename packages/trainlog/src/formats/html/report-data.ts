/** @file What a report shows of its runs: plain data, read by whoever makes the report. */
import type { AlertEvent, ArtifactEvent, ConsoleLine, MediaEvent } from "../../run/event.ts";
import type { JsonObject, JsonValue } from "../../run/json.ts";
import type { RunFacts } from "../run-facts.ts";

/** One run of a report. */
export interface ReportRun {
  readonly facts: RunFacts & {
    readonly durationMs: number;
    readonly rowCount: number;
    readonly pointCount: number;
    readonly metricCount: number;
    readonly lastStep?: number;
    readonly host?: JsonObject;
    readonly code?: JsonObject;
    readonly alerts: readonly AlertEvent[];
    readonly damage: readonly { readonly message: string }[];
  };
  readonly metrics: readonly ReportMetric[];
  readonly curves: readonly ReportCurve[];
  /** The last value of each key. */
  readonly media: readonly ReportMedia[];
  readonly artifacts: readonly ArtifactEvent[];
  readonly console: { readonly lines: readonly ConsoleLine[]; readonly totalLines: number };
}

/** One metric in numbers. */
export interface ReportMetric {
  readonly key: string;
  readonly count: number;
  readonly last?: JsonValue;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
}

/** One metric's curve over the step. */
export interface ReportCurve {
  readonly key: string;
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Points logged; more than are drawn when the curve is averaged. */
  readonly totalPoints: number;
}

/** A media value, with the bytes that the page carries. */
export interface ReportMedia {
  readonly event: MediaEvent;
  /** Values of the key in all. */
  readonly count: number;
  /** An image as base64. Absent for what is no image, is too large, or is gone. */
  readonly image?: { readonly mime: string; readonly base64: string };
}

/** How a report is made. */
export interface ReportOptions {
  /** When the report is made, milliseconds since 1970. */
  readonly nowMs: number;
  /** What was left out and why, one sentence each. */
  readonly leftOut: readonly string[];
  /** Whole runs that the page carries: markup of `embedRuns`. */
  readonly embedded?: string;
}
