/**
 * @file A run as lines that go on: console output and logged rows, each once, in the order in which they came.
 *
 * Lost connections are made again by the place; after each the run is read again, and arrival indices and line numbers say what was shown already.
 */
import type { ConsoleLine } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import type { RunInfo } from "../store/index.ts";
import type { NewColumn, RunChange, RunReader } from "./place/run-place.ts";

/** Something new about a run. */
export type TailItem =
  | { readonly type: "console"; readonly line: ConsoleLine }
  | {
      readonly type: "row";
      readonly step: number;
      readonly values: readonly (readonly [key: string, value: JsonValue])[];
    }
  | { readonly type: "alert"; readonly level: string; readonly title: string; readonly text: string }
  | { readonly type: "state"; readonly run: RunInfo };

/** What is shown of a run. */
export interface TailFilter {
  readonly wantsKey: (key: string) => boolean;
  readonly console: boolean;
  readonly points: boolean;
}

/** Most lines and points that one look at a run reads. */
const PAGE = 10_000;

/** Follows one run: knows what was shown, and gives what is new. */
export class RunTail {
  readonly #runs: RunReader;
  readonly #runId: string;
  readonly #filter: TailFilter;
  /** Points shown of each metric, by arrival index. */
  readonly #shown = new Map<string, number>();
  #nextLine = 0;
  #state = "";

  constructor(runs: RunReader, runId: string, filter: TailFilter) {
    this.#runs = runs;
    this.#runId = runId;
    this.#filter = filter;
  }

  /** The last `count` lines and rows. To be called first. When it rejects, nothing counts as shown. */
  begin(count: number): Promise<TailItem[]> {
    return this.#wholly(() => this.#begin(count));
  }

  /** What a change brings. When it rejects, nothing more counts as shown than before. */
  changed(change: RunChange): Promise<TailItem[]> {
    return this.#wholly(() => this.#changed(change));
  }

  async #wholly(read: () => Promise<TailItem[]>): Promise<TailItem[]> {
    const [shown, nextLine, state] = [[...this.#shown], this.#nextLine, this.#state];
    try {
      return await read();
    } catch (error) {
      this.#shown.clear();
      for (const [key, points] of shown) this.#shown.set(key, points);
      this.#nextLine = nextLine;
      this.#state = state;
      throw error;
    }
  }

  async #begin(count: number): Promise<TailItem[]> {
    const metrics = await this.#wantedMetrics();
    const lines = await this.#lastLines(count);
    const rows = await this.#rows(metrics.map(({ key, count: points }) => [key, Math.max(0, points - count)]));
    return [...lines, ...rows.slice(-count)];
  }

  async #changed(change: RunChange): Promise<TailItem[]> {
    switch (change.type) {
      case "reset":
        return this.#missed();
      case "console":
        return this.#filter.console ? this.#lines(change.lines) : [];
      case "alert":
        return [{ type: "alert", ...change.alert }];
      case "rows":
        return this.#newRows(change.steps, change.columns);
      case "run":
        return this.#stateOf(change.run);
      case "removed":
        return [];
    }
  }

  /** The state, when it is another than before. */
  #stateOf(run: RunInfo): TailItem[] {
    if (run.state === this.#state) return [];
    this.#state = run.state;
    return [{ type: "state", run }];
  }

  async #missed(): Promise<TailItem[]> {
    const metrics = await this.#wantedMetrics();
    const lines = this.#filter.console ? await this.#linesFrom(this.#nextLine) : [];
    const rows = await this.#rows(metrics.map(({ key }) => [key, this.#shown.get(key) ?? 0]));
    return [...lines, ...rows, ...this.#stateOf(await this.#runs.getRun(this.#runId))];
  }

  async #wantedMetrics() {
    if (!this.#filter.points) return [];
    return (await this.#runs.metrics(this.#runId)).filter(({ key }) => this.#filter.wantsKey(key));
  }

  async #lastLines(count: number): Promise<TailItem[]> {
    if (!this.#filter.console) return [];
    const { lines, totalLines } = await this.#runs.console(this.#runId, { last: count });
    const items = this.#lines(lines);
    this.#nextLine = Math.max(this.#nextLine, totalLines);
    return items;
  }

  async #linesFrom(from: number): Promise<TailItem[]> {
    const items: TailItem[] = [];
    for (let next: number | undefined = from; next !== undefined; ) {
      const page: Awaited<ReturnType<RunReader["console"]>> = await this.#runs.console(this.#runId, {
        from: next,
        limit: PAGE,
      });
      items.push(...this.#lines(page.lines));
      next = page.nextFrom;
    }
    return items;
  }

  /** A line that is written again (a progress bar) is shown again when it is the last one. */
  #lines(lines: readonly ConsoleLine[]): TailItem[] {
    const fresh = lines.filter(({ line }) => line >= this.#nextLine - 1);
    const last = fresh.at(-1);
    if (last !== undefined) this.#nextLine = Math.max(this.#nextLine, last.line + 1);
    return fresh.map((line) => ({ type: "console", line }));
  }

  /** Points from their arrival indices on, as rows. */
  async #rows(from: readonly (readonly [key: string, after: number])[]): Promise<TailItem[]> {
    const rows = new Map<string, { step: number; wallMs: number; values: [string, JsonValue][] }>();
    for (const [key, after] of from) {
      for (let next = after; ; ) {
        const points = await this.#runs.points(this.#runId, key, { after: next, limit: PAGE });
        if (points === undefined) break;
        for (let i = 0; i < points.steps.length; i++) {
          const step = points.steps[i] ?? 0;
          const wallMs = points.wallMs[i] ?? 0;
          const name = `${step} ${wallMs}`;
          const row = rows.get(name) ?? { step, wallMs, values: [] };
          rows.set(name, row);
          row.values.push([key, points.values[i] ?? null]);
        }
        next = points.firstIndex + points.steps.length;
        this.#shown.set(key, next);
        if (next >= points.totalPoints || points.steps.length === 0) break;
      }
    }
    const ordered = [...rows.values()].sort((a, b) => a.wallMs - b.wallMs);
    return ordered.map(({ step, values }) => ({ type: "row", step, values }));
  }

  #newRows(steps: ArrayLike<number>, columns: readonly NewColumn[]): TailItem[] {
    if (!this.#filter.points) return [];
    const rows = new Map<number, [string, JsonValue][]>();
    for (const { key, firstIndex, values, rowIndex } of columns) {
      if (!this.#filter.wantsKey(key)) continue;
      const known = this.#shown.get(key) ?? 0;
      for (let i = Math.max(0, known - firstIndex); i < values.length; i++) {
        const row = rowIndex === undefined ? i : (rowIndex[i] ?? 0);
        const cells = rows.get(row) ?? [];
        rows.set(row, cells);
        cells.push([key, values[i] ?? null]);
      }
      this.#shown.set(key, Math.max(known, firstIndex + values.length));
    }
    const ordered = [...rows].sort(([a], [b]) => a - b);
    return ordered.map(([row, values]) => ({ type: "row", step: steps[row] ?? 0, values }));
  }
}
