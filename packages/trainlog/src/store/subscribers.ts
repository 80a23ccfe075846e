/** @file Those who want to hear of changes. A listener that throws is reported and hurts nobody else. */
import type { RunEvent } from "../run/event.ts";
import type { MetricStats } from "../run-log/read/index.ts";
import type { RunInfo, StoreChange, StoreListener, SubscribeOptions } from "./types.ts";

interface Subscriber {
  readonly listener: StoreListener;
  readonly rows: boolean | ((runId: string) => boolean);
}

/** A list of listeners. */
export class Subscribers {
  readonly #subscribers = new Set<Subscriber>();
  readonly #onProblem: (message: string) => void;

  /** @param onProblem - Hears of listeners that throw. */
  constructor(onProblem: (message: string) => void) {
    this.#onProblem = onProblem;
  }

  /** Adds a listener. Returns the function that removes it. */
  add(listener: StoreListener, options: SubscribeOptions = {}): () => void {
    const subscriber = { listener, rows: options.rows ?? true };
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  /** Says whether anybody wants the rows of this run. */
  wantRows(runId: string): boolean {
    for (const { rows } of this.#subscribers) {
      if (typeof rows === "function" ? rows(runId) : rows) return true;
    }
    return false;
  }

  /** Says whether anybody listens. */
  get isEmpty(): boolean {
    return this.#subscribers.size === 0;
  }

  /** Tells everybody. */
  emit(change: StoreChange): void {
    for (const { listener, rows } of this.#subscribers) {
      const wanted = change.type !== "rows" || (typeof rows === "function" ? rows(change.runId) : rows);
      if (!wanted) continue;
      try {
        listener(change);
      } catch (error) {
        this.#onProblem(
          `a subscriber failed on a change of run ${change.runId}: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    }
  }

  /** Tells everybody that the facts of a run changed. */
  emitRun(run: RunInfo): void {
    this.emit({ type: "run", runId: run.runId, project: run.project, run });
  }

  /**
   * Tells everybody what a run said, in its order.
   *
   * @param metrics - Statistics that include these events, from which the arrival index of each new point is known.
   */
  emitEvents(
    runId: string,
    project: string,
    events: readonly RunEvent[],
    metrics: () => ReadonlyMap<string, MetricStats>,
  ): void {
    if (this.isEmpty || events.length === 0) return;
    const rows = events.filter((event) => event.type === "rows");
    const indexes = rows.length === 0 ? [] : firstIndexes(rows, metrics());
    let others: RunEvent[] = [];
    let row = 0;
    const emitOthers = (): void => {
      if (others.length > 0) this.emit({ type: "events", runId, project, events: others });
      others = [];
    };
    for (const event of events) {
      if (event.type !== "rows") {
        others.push(event);
        continue;
      }
      emitOthers();
      this.emit({ type: "rows", runId, project, rows: event.rows, firstIndex: indexes[row++] ?? [] });
    }
    emitOthers();
  }
}

/** For each table of rows and each column, the arrival index of its first value: counted back from how many there are now. */
function firstIndexes(
  events: readonly Extract<RunEvent, { type: "rows" }>[],
  metrics: ReadonlyMap<string, MetricStats>,
): number[][] {
  const behind = new Map<string, number>();
  return events
    .toReversed()
    .map(({ rows }) =>
      rows.columns.map((column) => {
        const name = `${column.kind} ${column.key}`;
        const stats = metrics.get(column.key);
        const total = (column.kind === "json" ? stats?.jsonCount : stats?.count) ?? column.values.length;
        const after = (behind.get(name) ?? 0) + column.values.length;
        behind.set(name, after);
        return total - after;
      }),
    )
    .reverse();
}
