/** @file The runs of the list: page after page as they come into view, kept up to date by live messages. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { LiveMessage, MetricList, RunList, RunListQuery, RunRow } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";

/** Runs of the first page: more than any screen shows. */
const PAGE_RUNS = 100;

/** Runs of each later page, which come while someone scrolls. */
const MORE_RUNS = 1000;

/** Time that changes of the list's order or length are gathered before it is fetched again. */
const RELOAD_MS = 700;

/** Time after which a list that is sorted by something that moves while runs train is put in order again. */
const REORDER_MS = 3000;

/** Columns that stay as they are while a run trains. */
const STEADY_SORTS: ReadonlySet<string> = new Set(["name", "state", "project", "group", "createdMs"]);

/** Runs whose metrics are offered as columns. */
const SAMPLE_RUNS = 5;

/** What is known of the list. */
export interface RunListState {
  readonly runs: readonly RunRow[];
  /** Runs that match, loaded or not. */
  readonly total: number;
  readonly loading: boolean;
  readonly error: Error | undefined;
}

const NOTHING: RunListState = { runs: [], total: 0, loading: true, error: undefined };

/** Loads and keeps the list. */
export class RunListStore {
  readonly #client: ApiClient;
  readonly #state: Signal<RunListState> = signal(NOTHING);
  readonly #keys = signal<readonly string[]>([]);
  #query: RunListQuery = {};
  #cursor: string | undefined;
  #abort = new AbortController();
  #loadingMore: boolean = false;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;
  #reloadAtMs: number = Number.POSITIVE_INFINITY;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** The list so far. */
  get state(): ReadonlySignal<RunListState> {
    return this.#state;
  }

  /** Metric keys that the newest runs have. */
  get metricKeys(): ReadonlySignal<readonly string[]> {
    return this.#keys;
  }

  /** Asks for another list. The former one stays until the answer comes. */
  async load(query: RunListQuery): Promise<void> {
    const anotherProject = query.project !== this.#query.project;
    this.#query = query;
    if (anotherProject) {
      this.#keys.value = [];
      this.#state.value = NOTHING;
    }
    await this.reload(PAGE_RUNS);
    if (this.#keys.peek().length === 0) await this.#sampleKeys();
  }

  /** Fetches the loaded part again. */
  async reload(limit: number = Math.max(PAGE_RUNS, this.#state.peek().runs.length)): Promise<void> {
    clearTimeout(this.#reloadTimer);
    this.#reloadAtMs = Number.POSITIVE_INFINITY;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#state.value = { ...this.#state.peek(), loading: true };
    try {
      const page = await this.#client.get<RunList>("/runs", { ...this.#query, limit }, signal);
      this.#cursor = page.nextCursor;
      this.#state.value = { runs: page.runs, total: page.total, loading: false, error: undefined };
    } catch (error) {
      if (signal.aborted) return;
      this.#state.value = { ...this.#state.peek(), loading: false, error: asError(error) };
    }
  }

  /** Loads on until row `index` is there. */
  async reach(index: number): Promise<void> {
    if (this.#loadingMore || this.#cursor === undefined || index < this.#state.peek().runs.length) return;
    this.#loadingMore = true;
    const { signal } = this.#abort;
    try {
      const query = { ...this.#query, limit: MORE_RUNS, cursor: this.#cursor };
      const page = await this.#client.get<RunList>("/runs", query, signal);
      if (signal.aborted) return;
      this.#cursor = page.nextCursor;
      this.#state.value = {
        ...this.#state.peek(),
        runs: [...this.#state.peek().runs, ...page.runs],
        total: page.total,
      };
    } catch (error) {
      if (!signal.aborted) this.#state.value = { ...this.#state.peek(), error: asError(error) };
    } finally {
      this.#loadingMore = false;
    }
    await this.reach(index);
  }

  /** Takes a live message. */
  onMessage(message: LiveMessage): void {
    if (message.type === "reset") void this.reload();
    else if (message.type === "removed") this.#remove(message.runId);
    else if (message.type === "run") this.#replace(message.run);
  }

  /** Ends requests and timers. */
  close(): void {
    clearTimeout(this.#reloadTimer);
    this.#abort.abort();
  }

  #replace(run: RunRow): void {
    const { runs } = this.#state.peek();
    const at = runs.findIndex((known) => known.runId === run.runId);
    const before = runs[at];
    if (before !== undefined) this.#state.value = { ...this.#state.peek(), runs: runs.with(at, run) };
    // A run in another state may not match the filter any more.
    const moved = before?.state !== run.state || before.archived !== run.archived;
    const firstMetrics = run.metricCount > 0 && this.#keys.peek().length === 0;
    if (moved || firstMetrics) this.#reloadWithin(RELOAD_MS);
    else if (![this.#query.sort ?? "createdMs"].flat().every((sort) => STEADY_SORTS.has(sort)))
      this.#reloadWithin(REORDER_MS);
  }

  #remove(runId: string): void {
    const { runs, total } = this.#state.peek();
    const left = runs.filter((run) => run.runId !== runId);
    if (left.length < runs.length) this.#state.value = { ...this.#state.peek(), runs: left, total: total - 1 };
  }

  /** Many runs can start or move at once; the list is fetched once for all of them, at the earliest time that any of them asks for. */
  #reloadWithin(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    if (atMs >= this.#reloadAtMs) return;
    clearTimeout(this.#reloadTimer);
    this.#reloadAtMs = atMs;
    this.#reloadTimer = setTimeout(() => {
      void this.reload().then(() => (this.#keys.peek().length === 0 ? this.#sampleKeys() : undefined));
    }, delayMs);
  }

  async #sampleKeys(): Promise<void> {
    const { signal } = this.#abort;
    const sample = this.#state
      .peek()
      .runs.filter((run) => run.metricCount > 0)
      .slice(0, SAMPLE_RUNS);
    const lists = await Promise.allSettled(sample.map((run) => this.#metricsOf(run.runId, signal)));
    if (signal.aborted) return;
    this.#keys.value = [...new Set(lists.flatMap((list) => (list.status === "fulfilled" ? list.value : [])))];
  }

  async #metricsOf(runId: string, signal: AbortSignal): Promise<string[]> {
    const path = `/runs/${encodeURIComponent(runId)}/metrics`;
    const list = await this.#client.get<MetricList>(path, { limit: 500 }, signal);
    return list.metrics.map((metric) => metric.key);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
