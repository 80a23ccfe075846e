/** @file The cells of a wide table: values of columns beyond those that a list is asked for with, fetched for the rows and columns in view. */
import type { RunList, RunRow } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import { columnQuery, type RunColumn } from "../lib/run-columns.ts";
import { quoted } from "../lib/run-search.ts";

/** Time that wishes are gathered while someone scrolls, in milliseconds. */
const GATHER_MS = 40;

/** Most runs and columns of one request: a filter has at most 10,000 characters, an address some more. */
const MAX_RUNS = 60;
const MAX_COLUMNS = 60;

/** What is in view. */
interface Wish {
  readonly runIds: readonly string[];
  readonly columns: readonly RunColumn[];
}

/** Fetches each cell once, until it is told to forget. */
export class RunCells {
  readonly #client: ApiClient;
  readonly #onRows: (rows: readonly RunRow[]) => void;
  /** Columns that were asked for, by run. */
  readonly #asked = new Map<string, Set<string>>();
  #wish: Wish | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort = new AbortController();

  /** @param onRows - Gets runs with the columns that came. */
  constructor(client: ApiClient, onRows: (rows: readonly RunRow[]) => void) {
    this.#client = client;
    this.#onRows = onRows;
  }

  /** Asks for what is in view; what was in view a moment ago and is no more is not fetched. */
  want(runIds: readonly string[], columns: readonly RunColumn[]): void {
    this.#wish = { runIds, columns };
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#fetch();
    }, GATHER_MS);
  }

  /** Everything is fetched again when it is next in view. */
  forget(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#asked.clear();
  }

  /** Ends requests and timers. */
  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #fetch(): Promise<void> {
    const { signal } = this.#abort;
    const wish = this.#missing();
    if (wish === undefined) return;
    const asked = wish.columns.map(({ id }) => id);
    for (const runId of wish.runIds) this.#asked.set(runId, new Set([...(this.#asked.get(runId) ?? []), ...asked]));
    const filter = `id in (${wish.runIds.map(quoted).join(", ")})`;
    try {
      const query = { filter, archived: "include", limit: wish.runIds.length, ...columnQuery(wish.columns) };
      const page = await this.#client.get<RunList>("/runs", query, signal);
      if (!signal.aborted) this.#onRows(page.runs);
    } catch {
      // The cells stay empty and are asked for again with the next scroll; the list itself says when the server is away.
      if (!signal.aborted) for (const runId of wish.runIds) this.#asked.delete(runId);
      return;
    }
    await this.#fetch();
  }

  /** What is in view and was not asked for yet, as far as one request goes. */
  #missing(): Wish | undefined {
    const { runIds, columns } = this.#wish ?? { runIds: [], columns: [] };
    const lacks = (runId: string): RunColumn[] => columns.filter(({ id }) => !this.#asked.get(runId)?.has(id));
    const lacking = runIds.filter((runId) => lacks(runId).length > 0).slice(0, MAX_RUNS);
    const [first] = lacking;
    if (first === undefined) return undefined;
    const wanted = lacks(first).slice(0, MAX_COLUMNS);
    return { runIds: lacking, columns: wanted };
  }
}
