/** @file Groups of runs, and the runs of those that are unfolded. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { GroupList, GroupListQuery, LiveMessage, RunGroup, RunList, RunListQuery } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import { joinFilters } from "../lib/run-search.ts";
import type { GroupRuns } from "../lib/table-rows.ts";

/** Runs of a group that are shown at first, and with each "more". */
const PAGE_RUNS = 100;

/** Time that live changes are gathered before the numbers of groups are fetched again, in milliseconds. */
const RELOAD_MS = 2000;

/** What is asked for: groups, and how their runs are to come. */
export interface GroupQuery {
  readonly groups: GroupListQuery;
  readonly runs: RunListQuery;
}

/** What is known. */
export interface GroupListState {
  readonly groups: readonly RunGroup[];
  readonly total: number;
  readonly loading: boolean;
  readonly error: Error | undefined;
  /** Runs of unfolded groups, by the group's filter. */
  readonly runs: ReadonlyMap<string, GroupRuns>;
}

const NOTHING: GroupListState = { groups: [], total: 0, loading: true, error: undefined, runs: new Map() };

/** Loads and keeps groups. */
export class GroupListStore {
  readonly #client: ApiClient;
  readonly #state: Signal<GroupListState> = signal(NOTHING);
  #query: GroupQuery | undefined;
  #open: readonly string[] = [];
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** What is known so far. */
  get state(): ReadonlySignal<GroupListState> {
    return this.#state;
  }

  /** Asks for other groups, or for none. What is shown stays until the answer comes. */
  async load(query: GroupQuery | undefined): Promise<void> {
    const other = JSON.stringify(query?.groups.by) !== JSON.stringify(this.#query?.groups.by);
    this.#query = query;
    if (other) this.#state.value = NOTHING;
    await this.reload();
  }

  /** Fetches everything that is shown again. */
  async reload(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    if (this.#query === undefined) return;
    try {
      const { groups, total } = await this.#client.get<GroupList>("/groups", { ...this.#query.groups }, signal);
      this.#patch({ groups, total, loading: false, error: undefined });
      await Promise.all(this.#open.map((filter) => this.#fetchRuns(filter, this.#shown(filter), signal)));
    } catch (error) {
      if (signal.aborted) return;
      this.#patch({ loading: false, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  /** Says which groups are unfolded. */
  unfold(filters: readonly string[]): void {
    this.#open = filters;
    const { signal } = this.#abort;
    for (const filter of filters) {
      if (!this.#state.peek().runs.has(filter)) this.#fetchSafely(filter, PAGE_RUNS, signal);
    }
  }

  /** Shows more runs of a group. */
  more(filter: string): void {
    this.#fetchSafely(filter, this.#shown(filter) + PAGE_RUNS, this.#abort.signal);
  }

  /** Takes a live message. */
  onMessage(message: LiveMessage): void {
    if (this.#query === undefined || !["run", "removed", "reset"].includes(message.type)) return;
    this.#timer ??= setTimeout(() => void this.reload(), RELOAD_MS);
  }

  /** Ends requests and timers. */
  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  #fetchSafely(filter: string, limit: number, signal: AbortSignal): void {
    this.#fetchRuns(filter, limit, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#patch({ error: error instanceof Error ? error : new Error(String(error)) });
    });
  }

  async #fetchRuns(group: string, limit: number, signal: AbortSignal): Promise<void> {
    if (this.#query === undefined) return;
    const { runs } = this.#query;
    const filter = joinFilters([runs.filter ?? "", group]);
    const page = await this.#client.get<RunList>("/runs", { ...runs, filter, limit }, signal);
    const known = { runs: page.runs, total: page.total };
    if (!signal.aborted) this.#patch({ runs: new Map([...this.#state.peek().runs, [group, known]]) });
  }

  #shown(filter: string): number {
    return Math.max(PAGE_RUNS, this.#state.peek().runs.get(filter)?.runs.length ?? 0);
  }

  #patch(patch: Partial<GroupListState>): void {
    this.#state.value = { ...this.#state.peek(), ...patch };
  }
}
