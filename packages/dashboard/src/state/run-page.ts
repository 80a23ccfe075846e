/** @file What the page of one run or several runs holds: details, metric keys, console, and the lines of the charts, kept up to date by live messages. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { LiveMessage, MetricList, RowsMessage, RunDetail, RunInfo } from "trainlog/api";
import { DrawLoop } from "../chart/draw-loop.ts";
import type { ApiClient } from "../client/http.ts";
import type { RunView } from "../lib/view-state.ts";
import { SeriesCache } from "./series-cache.ts";

/** Metrics per page of their list. */
const METRICS_PER_PAGE = 10_000;

/** Time that changes of a run's details are gathered before they are fetched. */
const DETAIL_MS = 400;

/** One run of the page. */
export interface RunOnPage {
  readonly runId: string;
  /** Undefined until it is loaded. */
  readonly detail: RunDetail | undefined;
  readonly error: Error | undefined;
  /** Keys of its metrics that are numbers. */
  readonly keys: ReadonlySet<string>;
}

/** Called with every message of the live connection. */
export type MessageListener = (message: LiveMessage) => void;

/** The state of a page of runs. */
export class RunPageStore {
  readonly series: SeriesCache;
  /** Draws the charts. */
  readonly drawing: DrawLoop = new DrawLoop();
  readonly #client: ApiClient;
  readonly #runs: Signal<ReadonlyMap<string, RunOnPage>>;
  readonly #listeners = new Set<MessageListener>();
  readonly #abort = new AbortController();
  readonly #detailTimers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #removed = signal<ReadonlySet<string>>(new Set());

  constructor(client: ApiClient, view: RunView) {
    this.#client = client;
    this.series = new SeriesCache(client, view.x, view.zoom, view.runIds.length);
    const runs = view.runIds.map((runId): [string, RunOnPage] => [
      runId,
      { runId, detail: undefined, error: undefined, keys: new Set() },
    ]);
    this.#runs = signal(new Map(runs));
  }

  /** The runs, in the order of the address. */
  get runs(): ReadonlySignal<ReadonlyMap<string, RunOnPage>> {
    return this.#runs;
  }

  /** Runs that were deleted while the page was open. */
  get removed(): ReadonlySignal<ReadonlySet<string>> {
    return this.#removed;
  }

  /** Fetches details and metric keys of all runs. */
  async load(): Promise<void> {
    await Promise.all([...this.#runs.peek().keys()].map((runId) => this.#loadRun(runId)));
  }

  /** Adds a listener of live messages; returns what removes it. */
  listen(listener: MessageListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a live message. */
  onMessage(message: LiveMessage): void {
    if (message.type === "rows") this.#takeRows(message);
    else if (message.type === "detail" || message.type === "alert") this.#loadDetailSoon(message.runId);
    else if (message.type === "removed") this.#removed.value = new Set([...this.#removed.peek(), message.runId]);
    else if (message.type === "reset") this.#refetch();
    else if (message.type === "run") {
      const { detail } = this.#runs.peek().get(message.run.runId) ?? {};
      const { metrics: _metrics, config: _config, summary: _summary, ...info } = message.run;
      if (detail !== undefined) this.#patch(message.run.runId, { detail: { ...withoutInfo(detail), ...info } });
    }
    for (const listener of this.#listeners) listener(message);
  }

  /** Ends requests and timers. */
  close(): void {
    this.#abort.abort();
    this.series.close();
    for (const timer of this.#detailTimers.values()) clearTimeout(timer);
  }

  #refetch(): void {
    void this.load();
    this.series.refetch();
  }

  #takeRows(message: RowsMessage): void {
    const run = this.#runs.peek().get(message.runId);
    if (run === undefined) return;
    const added = message.columns.filter((column) => column.kind === "number" && !run.keys.has(column.key));
    if (added.length > 0)
      this.#patch(message.runId, { keys: new Set([...run.keys, ...added.map((column) => column.key)]) });
    this.series.applyRows(message);
  }

  async #loadRun(runId: string): Promise<void> {
    await Promise.all([this.#loadDetail(runId), this.#loadKeys(runId)]);
  }

  async #loadDetail(runId: string): Promise<void> {
    try {
      const detail = await this.#client.get<RunDetail>(`/runs/${encodeURIComponent(runId)}`, {}, this.#abort.signal);
      this.#patch(runId, { detail, error: undefined });
    } catch (error) {
      this.#fail(runId, error);
    }
  }

  #loadDetailSoon(runId: string): void {
    if (!this.#runs.peek().has(runId) || this.#detailTimers.has(runId)) return;
    const timer = setTimeout(() => {
      this.#detailTimers.delete(runId);
      void this.#loadDetail(runId);
    }, DETAIL_MS);
    this.#detailTimers.set(runId, timer);
  }

  async #loadKeys(runId: string): Promise<void> {
    const keys = new Set<string>();
    let after: string | undefined;
    try {
      do {
        const query = { limit: METRICS_PER_PAGE, after };
        const page = await this.#client.get<MetricList>(
          `/runs/${encodeURIComponent(runId)}/metrics`,
          query,
          this.#abort.signal,
        );
        for (const metric of page.metrics) if (metric.kind === "number") keys.add(metric.key);
        after = page.nextAfter;
      } while (after !== undefined);
      for (const key of this.#runs.peek().get(runId)?.keys ?? []) keys.add(key);
      this.#patch(runId, { keys });
    } catch (error) {
      this.#fail(runId, error);
    }
  }

  #fail(runId: string, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#patch(runId, { error: error instanceof Error ? error : new Error(String(error)) });
  }

  #patch(runId: string, patch: Partial<RunOnPage>): void {
    const runs = new Map(this.#runs.peek());
    const run = runs.get(runId);
    if (run === undefined) return;
    runs.set(runId, { ...run, ...patch });
    this.#runs.value = runs;
  }
}

/** What a run's detail has beyond its facts: a fact that is absent in newer facts must not stay from the older ones. */
function withoutInfo({
  config,
  summary,
  definitions,
  host,
  code,
  alerts,
  damage,
  sealed,
}: RunDetail): Omit<RunDetail, keyof RunInfo> {
  return { config, summary, definitions, host, code, alerts, damage, sealed };
}
