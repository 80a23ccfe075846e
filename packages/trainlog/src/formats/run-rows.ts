/** @file The logged rows of an export's runs, in order: what the formats of points have in common. */
import { LeftOut } from "./left-out.ts";
import { type LoggedRow, loggedRows } from "./logged-rows.ts";
import type { ExportJob, ExportSummary } from "./run-source.ts";

/** Points between two words about progress. */
const PROGRESS_POINTS = 20_000;

/** Reads an export's runs, and counts what it hands out and what it has no place for. */
export class RunRows {
  readonly leftOut: LeftOut = new LeftOut();
  readonly #job: ExportJob;
  #points = 0;
  #saidAt = 0;

  constructor(job: ExportJob) {
    this.#job = job;
  }

  /** The rows of one run. */
  async *of(runId: string): AsyncGenerator<LoggedRow> {
    const { source, wantsKey, signal } = this.#job;
    for await (const event of source.events(runId)) {
      signal?.throwIfAborted();
      if (event.type !== "rows") {
        this.leftOut.event(event);
        continue;
      }
      for (const row of loggedRows(event.rows, wantsKey)) {
        this.#points += row.cells.length;
        yield row;
      }
      this.#say();
    }
  }

  /** What was handed out. */
  summary(): ExportSummary {
    return { runs: this.#job.runIds.length, points: this.#points, leftOut: this.leftOut.sentences() };
  }

  #say(): void {
    if (this.#points - this.#saidAt < PROGRESS_POINTS) return;
    this.#saidAt = this.#points;
    this.#job.onProgress?.(this.#points);
  }
}
