/** @file The console output of one run: blocks in view are fetched, new lines come live. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ConsoleAnswer, ConsoleLineInfo, ConsoleLinesQuery, LiveMessage } from "trainlog/api";
import type { ApiClient } from "../client/http.ts";
import { BLOCK_LINES, blockOf, ConsoleBlocks } from "../lib/console-blocks.ts";

/** One stream, or both. */
export type ConsoleStream = ConsoleLineInfo["stream"] | "both";

/** Blocks fetched around one look; a scroll bar that is dragged passes many more, which nobody reads. */
const MAX_FETCHES = 4;

/** Rows fetched ahead of those in view. */
const AHEAD_ROWS = 200;

/** What is known of a run's console output. */
export class ConsoleLog {
  readonly #client: ApiClient;
  readonly #path: string;
  readonly #runId: string;
  readonly #stream: ConsoleStream;
  readonly #blocks: Signal<ConsoleBlocks | undefined> = signal(undefined);
  readonly #error: Signal<Error | undefined> = signal(undefined);
  /** Blocks on their way, and the live lines that came meanwhile. */
  readonly #fetching = new Map<number, ConsoleLineInfo[]>();
  readonly #early: ConsoleLineInfo[] = [];
  #abort = new AbortController();
  #wanted: readonly [first: number, end: number] = [0, 0];

  constructor(client: ApiClient, runId: string, stream: ConsoleStream = "both") {
    this.#client = client;
    this.#runId = runId;
    this.#stream = stream;
    this.#path = `/runs/${encodeURIComponent(runId)}/console`;
    void this.#open();
  }

  /** Lines by row; undefined until the ends are known. */
  get blocks(): ReadonlySignal<ConsoleBlocks | undefined> {
    return this.#blocks;
  }

  /** Why lines are missing; undefined when all is well. */
  get error(): ReadonlySignal<Error | undefined> {
    return this.#error;
  }

  /** Fetches what these rows need. */
  look(firstRow: number, endRow: number): void {
    this.#wanted = [Math.max(0, firstRow - AHEAD_ROWS), endRow + AHEAD_ROWS];
    this.#fetchWanted();
  }

  /** Takes a live message. */
  onMessage(message: LiveMessage): void {
    if (message.type === "reset") this.retry();
    const lines = this.newLines(message);
    if (lines.length === 0) return;
    const blocks = this.#blocks.peek();
    for (const line of lines) this.#fetching.get(blockOf(line.line))?.push(line);
    if (blocks === undefined) this.#early.push(...lines);
    else this.#blocks.value = blocks.withLive(lines);
  }

  /** Lines of this output that a live message brings. */
  newLines(message: LiveMessage): readonly ConsoleLineInfo[] {
    if (message.type !== "console" || message.runId !== this.#runId) return [];
    return message.lines.filter((line) => this.#stream === "both" || line.stream === this.#stream);
  }

  /** Forgets all lines and fetches what is in view again. */
  retry(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#fetching.clear();
    this.#error.value = undefined;
    void this.#open();
  }

  /** Ends requests. */
  close(): void {
    this.#abort.abort();
  }

  /** All lines in pages, from the first to the last as they are now; with `search`, those that the server finds. */
  async *pages(linesPerPage: number, signal?: AbortSignal, search?: string): AsyncGenerator<ConsoleAnswer> {
    let from: number | undefined = 0;
    while (from !== undefined) {
      const query = { from, limit: linesPerPage, ...(search !== undefined && { search }) };
      const page: ConsoleAnswer = await this.#get(query, signal);
      yield page;
      from = page.nextFrom;
    }
  }

  async #open(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const [head, tail] = await Promise.all([this.#get({ limit: 1 }, signal), this.#get({ last: 1 }, signal)]);
      if (signal.aborted) return;
      const [first, last] = [head.lines[0]?.line ?? 0, tail.lines.at(-1)?.line ?? -1];
      const known = ConsoleBlocks.between(first, last);
      const early = this.#early.splice(0);
      this.#blocks.value = early.length === 0 ? known : known.withLive(early);
      this.#fetchWanted();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  #fetchWanted(): void {
    const blocks = this.#blocks.peek();
    if (blocks === undefined) return;
    const missing = blocks.missing(this.#wanted[0], Math.min(this.#wanted[1], blocks.rowCount));
    for (const block of missing) {
      if (this.#fetching.size >= MAX_FETCHES) return;
      if (!this.#fetching.has(block)) void this.#fetchBlock(block);
    }
  }

  async #fetchBlock(block: number): Promise<void> {
    const { signal } = this.#abort;
    const live: ConsoleLineInfo[] = [];
    this.#fetching.set(block, live);
    try {
      const lines = await this.#linesOf(block, signal);
      const blocks = this.#blocks.peek();
      if (signal.aborted || blocks === undefined) return;
      this.#error.value = undefined;
      const fetched = blocks.withBlock(block, lines);
      this.#blocks.value = live.length === 0 ? fetched : fetched.withLive(live);
    } catch (error) {
      this.#fail(error, signal);
      return;
    } finally {
      if (this.#fetching.get(block) === live) this.#fetching.delete(block);
    }
    this.#fetchWanted();
  }

  /** A block may need a second page: both streams can have lines of the same numbers. */
  async #linesOf(block: number, signal: AbortSignal): Promise<ConsoleLineInfo[]> {
    const end = (block + 1) * BLOCK_LINES;
    const lines: ConsoleLineInfo[] = [];
    let from: number | undefined = block * BLOCK_LINES;
    while (from !== undefined && from < end) {
      const page: ConsoleAnswer = await this.#get({ from, limit: BLOCK_LINES }, signal);
      lines.push(...page.lines.filter((line) => line.line < end));
      from = page.nextFrom;
    }
    return lines;
  }

  #get(query: ConsoleLinesQuery, signal?: AbortSignal): Promise<ConsoleAnswer> {
    const stream = this.#stream === "both" ? undefined : this.#stream;
    return this.#client.get<ConsoleAnswer>(this.#path, { ...query, stream }, signal);
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) this.#error.value = error instanceof Error ? error : new Error(String(error));
  }
}
