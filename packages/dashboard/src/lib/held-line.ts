/** @file A line between the server's answers and the live rows: whichever comes first, every point is there once. */

import type { Zoom } from "./chart-view.ts";
import { type AppendResult, appendPoints, compactLine, type NewPoints, type SeriesLine } from "./series-line.ts";

/** A line that is fetched, grows live, and may be fetched again. */
export class HeldLine {
  readonly #budget: number;
  #line: SeriesLine | undefined;
  #awaiting: boolean = false;
  /** Rows that came while an answer was awaited: it may or may not hold them. */
  #pending: NewPoints[] = [];

  /** @param budget - Buckets to keep; see `compactLine`. */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** The buckets; undefined before the first answer and after {@link drop}. */
  get line(): SeriesLine | undefined {
    return this.#line;
  }

  /** From now on an answer is awaited, and live rows are kept until it comes. The former line stays. */
  await(): void {
    this.#awaiting = true;
  }

  /** Forgets the line and what was kept for it. */
  drop(): void {
    this.#line = undefined;
    this.#awaiting = false;
    this.#pending = [];
  }

  /** Takes an answer and the rows that came meanwhile. An answer that never came is `undefined`: then the former line goes on. */
  take(line: SeriesLine | undefined, range?: Zoom): AppendResult {
    this.#awaiting = false;
    this.#line = line ?? this.#line;
    const pending = this.#pending;
    this.#pending = [];
    const results = pending.map((points) => this.grow(points, range));
    return results.find((result) => result === "refetch") ?? "appended";
  }

  /** Moves the x of the rows that wait, when the zero of the axis becomes known. */
  shiftPending(by: number): void {
    this.#pending = this.#pending.map((points) => ({ ...points, x: points.x.map((x) => x + by) }));
  }

  /**
   * Adds live points.
   *
   * @param range - For a line of a zoomed range: only points inside are kept.
   * @returns `seen` when nothing changed yet.
   */
  grow(points: NewPoints, range?: Zoom): AppendResult {
    if (this.#awaiting) this.#pending.push(points);
    if (this.#awaiting || this.#line === undefined) return "seen";
    const result = appendPoints(this.#line, points, range);
    this.#line = compactLine(this.#line, this.#budget);
    return result;
  }
}
