/** @file The runs of the list: page after page as they come into view, kept up to date by live messages. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { LiveMessage, RunList, RunListQuery, RunRow } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import { mergeRow, type RunColumn } from "../lib/run-columns.ts";
import { fieldOfTerm } from "../lib/sort-terms.ts";
import { RunCells } from "./run-cells.ts";

/** Runs of the first page: more than any screen shows. */
const PAGE_RUNS = 100;

/** Runs of each later page, which come while someone scrolls. */
const MORE_RUNS = 1000;

/** Most runs that the server gives at once. */
const MAX_RUN_PAGE = 10_000;

/** Time that changes of the list's order or length are gathered before it is fetched again. */
const RELOAD_MS = 700;

/** Time after which a list that is sorted by something that moves while runs train is put in order again. */
const REORDER_MS = 3000;

/** Columns that stay as they are while a run trains. */
const STEADY_SORTS: ReadonlySet<string> = new Set([
  ...["name", "id", "state", "project", "group", "job", "tag", "parent", "source", "archived"],
  ...["created", "createdMs", "finished"],
]);

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
  readonly #cells: RunCells;
  #query: RunListQuery = {};
  #cursor: string | undefined;
  #abort = new AbortController();
  #loadingMore: boolean = false;
  #reloadTimer: ReturnType<typeof setTimeout> | undefined;
  #reloadAtMs: number = Number.POSITIVE_INFINITY;

  constructor(client: ApiClient) {
    this.#client = client;
    this.#cells = new RunCells(client, (rows) => this.#merge(rows));
  }

  /** The list so far. */
  get state(): ReadonlySignal<RunListState> {
    return this.#state;
  }

  /** Asks for another list. The former one stays until the answer comes. */
  async load(query: RunListQuery): Promise<void> {
    const anotherProject = query.project !== this.#query.project;
    this.#query = query;
    if (anotherProject) this.#state.value = NOTHING;
    await this.reload(PAGE_RUNS);
  }

  /** Fetches the values of columns that the list was not asked for with: those of a wide table, as they come into view. */
  fill(runIds: readonly string[], columns: readonly RunColumn[]): void {
    this.#cells.want(runIds, columns);
  }

  /** Fetches the loaded part again. */
  async reload(limit: number = Math.max(PAGE_RUNS, this.#state.peek().runs.length)): Promise<void> {
    const known = new Map(this.#state.peek().runs.map((run) => [run.runId, run]));
    clearTimeout(this.#reloadTimer);
    this.#reloadAtMs = Number.POSITIVE_INFINITY;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#state.value = { ...this.#state.peek(), loading: true };
    try {
      const page = await this.#client.get<RunList>(
        "/runs",
        { ...this.#query, limit: Math.min(limit, MAX_RUN_PAGE) },
        signal,
      );
      this.#cursor = page.nextCursor;
      this.#cells.forget();
      const runs = page.runs.map((run) => mergedWith(known.get(run.runId), run));
      this.#state.value = { runs, total: page.total, loading: false, error: undefined };
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
    this.#cells.close();
    clearTimeout(this.#reloadTimer);
    this.#abort.abort();
  }

  #replace(run: RunRow): void {
    const { runs } = this.#state.peek();
    const at = runs.findIndex((known) => known.runId === run.runId);
    const before = runs[at];
    if (before !== undefined) this.#state.value = { ...this.#state.peek(), runs: runs.with(at, mergeRow(before, run)) };
    // A run in another state may not match the filter any more.
    const moved = before?.state !== run.state || before.archived !== run.archived;
    if (moved) this.#reloadWithin(RELOAD_MS);
    else if (![this.#query.sort ?? "created"].flat().every((term) => STEADY_SORTS.has(fieldOfTerm(term))))
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
      void this.reload();
    }, delayMs);
  }

  /** Takes columns of rows that are in the list. */
  #merge(rows: readonly RunRow[]): void {
    const news = new Map(rows.map((row) => [row.runId, row]));
    const runs = this.#state.peek().runs.map((run) => {
      const row = news.get(run.runId);
      return row === undefined ? run : mergeRow(run, row);
    });
    this.#state.value = { ...this.#state.peek(), runs };
  }
}

/** A row that is fetched again keeps the columns that it was filled with until they come again. */
function mergedWith(before: RunRow | undefined, run: RunRow): RunRow {
  return before === undefined ? run : mergeRow(before, run);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
