/** @file All runs of a list as a CSV file: fetched page after page, as shown or with everything they have. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { RunList, RunListQuery, RunRow } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import { saveFile } from "../client/save-file.ts";
import { columnQuery, type RunColumn } from "../lib/run-columns.ts";
import { allColumns, csvHead, csvRow } from "../lib/run-csv.ts";

/** Values of one request: what a server makes in a moment. */
const PAGE_VALUES = 50_000;

/** Runs of one request, at most. */
const PAGE_RUNS = 2000;

/** Runs of one request with everything they have: nobody knows how much that is. */
const WHOLE_RUNS = 100;

/** How far a download is. */
export interface CsvProgress {
  readonly done: number;
  readonly total: number;
}

/** Makes files, one at a time. */
export class CsvDownload {
  readonly #client: ApiClient;
  readonly #progress: Signal<CsvProgress | undefined> = signal(undefined);
  readonly #problem: Signal<string | undefined> = signal(undefined);
  #abort = new AbortController();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** How far it is; undefined while nothing is downloaded. */
  get progress(): ReadonlySignal<CsvProgress | undefined> {
    return this.#progress;
  }

  /** Why the last one came to nothing. */
  get problem(): ReadonlySignal<string | undefined> {
    return this.#problem;
  }

  /**
   * Downloads runs.
   *
   * @param query - Which runs, in which order.
   * @param columns - Columns of the file; everything that the runs have when absent.
   */
  async save(query: RunListQuery, fileName: string, columns?: readonly RunColumn[]): Promise<void> {
    this.cancel();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#problem.value = undefined;
    this.#progress.value = { done: 0, total: 0 };
    try {
      const runs = await this.#fetch(withColumns(query, columns), signal);
      const written = columns ?? allColumns(runs);
      const lines = runs.map((run) => csvRow(run, written));
      saveFile(new Blob([csvHead(written), ...lines], { type: "text/csv;charset=utf-8" }), fileName);
    } catch (error) {
      if (!signal.aborted) this.#problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#abort.signal === signal) this.#progress.value = undefined;
    }
  }

  /** Ends the download that is on its way. */
  cancel(): void {
    this.#abort.abort();
    this.#progress.value = undefined;
  }

  async #fetch(query: RunListQuery, signal: AbortSignal): Promise<RunRow[]> {
    const runs: RunRow[] = [];
    let cursor: string | undefined;
    do {
      const asked = cursor === undefined ? query : { ...query, cursor };
      const page = await this.#client.get<RunList>("/runs", { ...asked }, signal);
      runs.push(...page.runs);
      cursor = page.nextCursor;
      if (!signal.aborted) this.#progress.value = { done: runs.length, total: page.total };
    } while (cursor !== undefined);
    return runs;
  }
}

function withColumns(query: RunListQuery, columns: readonly RunColumn[] | undefined): RunListQuery {
  const { metric: _metric, config: _config, summary: _summary, ...runs } = query;
  if (columns === undefined) return { ...runs, metric: ["*"], config: ["*"], summary: ["*"], limit: WHOLE_RUNS };
  const limit = Math.max(1, Math.min(PAGE_RUNS, Math.floor(PAGE_VALUES / Math.max(1, columns.length))));
  return { ...runs, ...columnQuery(columns), limit };
}
