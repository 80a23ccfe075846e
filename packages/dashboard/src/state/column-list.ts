/** @file What the runs of the list have that can be a column: metrics, and paths into configuration and summary. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ColumnInfo, ColumnList, LiveMessage } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";

/** Columns that are known without a search. */
const PAGE_COLUMNS = 2000;

/** Projects whose columns are offered where runs of all are listed. */
const MAX_PROJECTS = 8;

/** Time after a run's new metric that columns are fetched again, in milliseconds. */
const RELOAD_MS = 1000;

/** Columns of the list. */
export interface KnownColumns {
  readonly columns: readonly ColumnInfo[];
  /** How many there are; a search finds those that are not here. */
  readonly total: number;
  readonly loaded: boolean;
}

const NOTHING: KnownColumns = { columns: [], total: 0, loaded: false };

/** Loads and keeps columns. */
export class ColumnListStore {
  readonly #client: ApiClient;
  readonly #state: Signal<KnownColumns> = signal(NOTHING);
  readonly #metricCounts = new Map<string, number>();
  #projects: readonly string[] = [];
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** What is known. */
  get state(): ReadonlySignal<KnownColumns> {
    return this.#state;
  }

  /** Asks for the columns of other projects. */
  async load(projects: readonly string[]): Promise<void> {
    this.#projects = projects.slice(0, MAX_PROJECTS);
    this.#state.value = NOTHING;
    await this.#reload();
  }

  /** Columns whose name holds a text, also those that are not loaded. */
  async search(text: string, signal: AbortSignal): Promise<readonly ColumnInfo[]> {
    return (await this.#ask({ search: text }, signal)).columns;
  }

  /** Takes a live message: a run with more metrics than before may have new columns. */
  onMessage(message: LiveMessage): void {
    if (message.type !== "run") return;
    const { runId, metricCount } = message.run;
    if (metricCount <= (this.#metricCounts.get(runId) ?? 0)) return;
    this.#metricCounts.set(runId, metricCount);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#reload();
    }, RELOAD_MS);
  }

  /** Ends requests and timers. */
  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #reload(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const { columns, total } = await this.#ask({}, signal);
      if (!signal.aborted) this.#state.value = { columns, total, loaded: true };
    } catch {
      // The list of runs says that the server is away; columns come with the next change.
      if (!signal.aborted) this.#state.value = { ...this.#state.peek(), loaded: true };
    }
  }

  async #ask(query: { readonly search?: string }, signal: AbortSignal): Promise<ColumnList> {
    const lists = await Promise.all(
      this.#projects.map((project) =>
        this.#client.get<ColumnList>(
          `/projects/${encodeURIComponent(project)}/columns`,
          { ...query, limit: PAGE_COLUMNS },
          signal,
        ),
      ),
    );
    const columns = new Map(lists.flatMap((list) => list.columns).map((column) => [column.field, column]));
    return { columns: [...columns.values()], total: Math.max(columns.size, ...lists.map(({ total }) => total)) };
  }
}
