/**
 * @file The pace of the demo: steps are spread over a time, because at full speed they would be over before anyone has opened the page.
 *
 * The steps themselves are as fast as ever, and their throughput is measured without the waiting.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Trainer } from "@trainlog/nn";
import type { Run } from "../../index.ts";

/** How fast. */
export interface PaceOptions {
  /** Optimizer steps of the run. */
  readonly steps: number;
  /** Time over which they are spread; 0 = as fast as it goes. */
  readonly durationMs: number;
  /** `performance.now()` when the run's time begins. */
  readonly startMs: number;
  readonly signal: AbortSignal;
}

/** Waits until step `step` (counted from 0) is due to be over; always gives timers and other runs a turn. */
export async function untilDue(step: number, { steps, durationMs, startMs, signal }: PaceOptions): Promise<void> {
  const waitMs = startMs + (durationMs * (step + 1)) / steps - performance.now();
  // The abort that ends the wait early is not an error: the trainer sees it by itself.
  if (waitMs > 1) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  else await nextTurn();
}

/** Steps whose median is the throughput: one step alone may have waited for another run's. */
const MEASURED_STEPS = 15;

/** Measures how long the steps of one run take. */
export class StepWatch {
  #beganMs: number = performance.now();
  #tookMs: number[] = [];

  /** The next step begins. */
  begin(): void {
    this.#beganMs = performance.now();
  }

  /** The step is over. */
  end(): void {
    this.#tookMs = [...this.#tookMs, performance.now() - this.#beganMs].slice(-MEASURED_STEPS);
  }

  /** Median of the last steps, milliseconds; NaN before the first. */
  medianMs(): number {
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  }
}

/** A run that is told the throughput of its steps instead of the one that is mostly waiting. */
export function unpacedRun(run: Run, batchSize: number, watch: StepWatch): Trainer.RunLike {
  const log: Trainer.RunLike = run;
  const measured = (row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    "examples_per_s" in row ? { ...row, examples_per_s: (1000 * batchSize) / watch.medianMs() } : row;
  return {
    log: (row, options) => log.log(measured(row), options),
    config: run.config,
    summary: run.summary,
    artifact: (source, options) => run.artifact({ ...source }, options),
  };
}
