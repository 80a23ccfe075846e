/** @file What the page of one run or several runs holds: details, metric keys, console, and the lines of the charts, kept up to date by live messages. */
import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type {
  EditedRun,
  LiveMessage,
  LiveQuery,
  MetricList,
  RowsMessage,
  RunDetail,
  RunInfo,
  SeriesAxis,
} from "trainlog/api";
import { DrawLoop } from "../chart/draw-loop.ts";
import type { CursorValue } from "../chart/line-plot.ts";
import type { ApiClient } from "../client/http.ts";
import type { Zoom } from "../lib/chart-view.ts";
import { axisOf, isSystemMetric, SYSTEM_PREFIX } from "../lib/metric-groups.ts";
import type { RunView } from "../lib/view-state.ts";
import { SeriesCache } from "./series-cache.ts";

/** Metrics per page of their list. */
const METRICS_PER_PAGE = 10_000;

/** Metrics of one run up to which live rows of all of them are asked for; beyond, only of those in view. */
const FEW_METRICS = 100;

/** Longest list of metric keys that is asked for by name, in bytes: it stands in the address of the live connection, of which servers take 16 KiB. */
const MOST_KEY_BYTES = 8000;

/** Requests for runs under way at once: browsers have six per server, and charts must not wait for the facts of twenty runs. */
const REQUESTS_AT_ONCE = 3;

/** Time that changes of a run are gathered before it is fetched. */
const SOON_MS = 400;

/** One run of the page. */
export interface RunOnPage {
  readonly runId: string;
  /** Undefined until it is loaded. */
  readonly detail: RunDetail | undefined;
  readonly error: Error | undefined;
  /** Keys of its metrics that are numbers. */
  readonly keys: ReadonlySet<string>;
}

/** Where the pointer is among the charts. */
export interface ChartCursor {
  readonly metric: string;
  readonly values: readonly CursorValue[];
}

/** Called with every message of the live connection. */
export type MessageListener = (message: LiveMessage) => void;

/** The state of a page of runs. */
export class RunPageStore {
  /** What the live connection is asked for. */
  readonly liveQuery: ReadonlySignal<LiveQuery>;
  /** Requests for lines that are under way. */
  readonly loadingLines: ReadonlySignal<number>;
  readonly #training: SeriesCache;
  /** Lines of what the tracker measures itself; see {@link axisOf}. */
  readonly #system: SeriesCache;
  readonly #stopNarrowing: () => void;
  /** Values under the pointer, and the metric of the chart that it is over. */
  readonly cursor: Signal<ChartCursor | undefined> = signal(undefined);
  /** Draws the charts. */
  readonly drawing: DrawLoop = new DrawLoop();
  readonly #client: ApiClient;
  readonly #runs: Signal<ReadonlyMap<string, RunOnPage>>;
  readonly #listeners = new Set<MessageListener>();
  readonly #abort = new AbortController();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #removed = signal<ReadonlySet<string>>(new Set());

  constructor(client: ApiClient, view: RunView) {
    this.#client = client;
    const runCount = view.runIds.length;
    this.#training = new SeriesCache(client, ...trainingRange(view), runCount);
    this.#system = new SeriesCache(client, ...systemRange(view), runCount);
    const runs = view.runIds.map((runId): [string, RunOnPage] => [
      runId,
      { runId, detail: undefined, error: undefined, keys: new Set() },
    ]);
    this.#runs = signal(new Map(runs));
    this.loadingLines = computed(() => this.#training.loading.value + this.#system.loading.value);
    const keysInView = computed(() => this.#keysInView());
    this.liveQuery = computed(() => ({
      run: view.runIds,
      ...(keysInView.value !== undefined && { keys: keysInView.value }),
    }));
    this.#stopNarrowing = effect(() => {
      for (const cache of this.#caches) cache.setNarrowed(keysInView.value !== undefined);
    });
  }

  /** The lines of a metric's chart. */
  seriesOf(metric: string): SeriesCache {
    return isSystemMetric(metric) ? this.#system : this.#training;
  }

  /** Shows another x axis or range. */
  setRange(view: RunView): void {
    this.#training.setRange(...trainingRange(view));
    this.#system.setRange(...systemRange(view));
  }

  /** Fetches again the lines that could not be had. */
  retryFailed(): void {
    for (const cache of this.#caches) cache.retryFailed();
  }

  get #caches(): readonly SeriesCache[] {
    return [this.#training, this.#system];
  }

  /** Keys to ask live rows of; undefined for all, which an empty list would mean to the server, too. */
  #keysInView(): readonly string[] | undefined {
    const many = [...this.#runs.value.values()].some((run) => run.keys.size > FEW_METRICS);
    if (!many) return undefined;
    const keys = this.#caches.flatMap((cache) => cache.watchedKeys.value);
    return keys.length === 0 || encodeURIComponent(keys.join()).length > MOST_KEY_BYTES ? undefined : keys;
  }

  /** The runs, in the order of the address. */
  get runs(): ReadonlySignal<ReadonlyMap<string, RunOnPage>> {
    return this.#runs;
  }

  /** Runs that were deleted while the page was open. */
  get removed(): ReadonlySignal<ReadonlySet<string>> {
    return this.#removed;
  }

  /** Fetches metric keys and details of all runs, the keys first, because charts wait for them. */
  async load(): Promise<void> {
    const runIds = [...this.#runs.peek().keys()];
    const waiting = [
      ...runIds.map((runId) => () => this.#loadKeys(runId)),
      ...runIds.map((runId) => () => this.#loadDetail(runId)),
    ];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker));
  }

  /** Takes what the server answered to an edit: it is seen at once, and not when the live message comes. */
  takeEdit({ notesRevision, ...info }: EditedRun): void {
    const detail = this.#runs.peek().get(info.runId)?.detail;
    if (detail !== undefined) this.#patch(info.runId, { detail: { ...withoutInfo(detail), ...info, notesRevision } });
  }

  /** Takes that a deleted run is back. */
  takeRestored(runId: string): void {
    this.#removed.value = new Set([...this.#removed.peek()].filter((removed) => removed !== runId));
    this.#loadSoon(runId, "detail");
  }

  /** Adds a listener of live messages; returns what removes it. */
  listen(listener: MessageListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a live message. */
  onMessage(message: LiveMessage): void {
    if (message.type === "rows") this.#takeRows(message);
    else if (message.type === "detail" || message.type === "alert") this.#loadSoon(message.runId, "detail");
    else if (message.type === "removed") this.#removed.value = new Set([...this.#removed.peek(), message.runId]);
    else if (message.type === "reset") this.#refetch();
    else if (message.type === "run") {
      const { metrics: _metrics, config: _config, summary: _summary, ...info } = message.run;
      this.#takeInfo(info);
    }
    for (const listener of this.#listeners) listener(message);
  }

  /** Ends requests and timers. */
  close(): void {
    this.#abort.abort();
    this.#stopNarrowing();
    for (const cache of this.#caches) cache.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #refetch(): void {
    void this.load();
    for (const cache of this.#caches) cache.refetch();
  }

  #takeInfo(info: RunInfo): void {
    const detail = this.#runs.peek().get(info.runId)?.detail;
    if (detail === undefined) return;
    this.#patch(info.runId, { detail: { ...withoutInfo(detail), ...info } });
    // A list of runs, which these facts are made for, does not say the revision of notes.
    if (info.notes !== detail.notes) this.#loadSoon(info.runId, "detail");
    if (this.liveQuery.peek().keys === undefined) return;
    // Rows of metrics out of view do not come: new metrics are seen by their number, and the last rows of a run that ended are fetched.
    if (info.metricCount !== detail.metricCount) this.#loadSoon(info.runId, "keys");
    if (info.state !== detail.state) for (const cache of this.#caches) cache.refetch();
  }

  #takeRows(message: RowsMessage): void {
    const run = this.#runs.peek().get(message.runId);
    if (run === undefined) return;
    const added = message.columns.filter((column) => column.kind === "number" && !run.keys.has(column.key));
    if (added.length > 0)
      this.#patch(message.runId, { keys: new Set([...run.keys, ...added.map((column) => column.key)]) });
    for (const cache of this.#caches) cache.applyRows(message);
  }

  async #loadDetail(runId: string): Promise<void> {
    try {
      const detail = await this.#client.get<RunDetail>(`/runs/${encodeURIComponent(runId)}`, {}, this.#abort.signal);
      this.#patch(runId, { detail, error: undefined });
    } catch (error) {
      this.#fail(runId, error);
    }
  }

  #loadSoon(runId: string, what: "detail" | "keys"): void {
    const id = `${what} ${runId}`;
    if (!this.#runs.peek().has(runId) || this.#timers.has(id)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      void (what === "detail" ? this.#loadDetail(runId) : this.#loadKeys(runId));
    }, SOON_MS);
    this.#timers.set(id, timer);
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

/** Axis and range of the other lines. Those over another metric are joined over steps; a range of that metric is none of theirs. */
function trainingRange(view: RunView): [axis: SeriesAxis, zoom: Zoom | undefined] {
  return view.xMetric === undefined ? [view.x, view.zoom] : ["step", undefined];
}

/** Axis and range of the lines of system metrics. A range of steps says nothing about an axis of time. */
function systemRange(view: RunView): [axis: SeriesAxis, zoom: Zoom | undefined] {
  const axis = axisOf(`${SYSTEM_PREFIX}/`, view.x);
  return [axis, axis === view.x && view.xMetric === undefined ? view.zoom : undefined];
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
  notesRevision,
}: RunDetail): Omit<RunDetail, keyof RunInfo> {
  return { config, summary, definitions, host, code, alerts, damage, sealed, notesRevision };
}
