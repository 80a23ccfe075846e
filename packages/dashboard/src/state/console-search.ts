/**
 * @file A search through all console output of a run, which the server does, and through the lines that come while it is open.
 *
 * `/…/` is a pattern to the server. Live lines are compared here, as plain text only: those that a pattern fits are found by searching again.
 */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ConsoleLineInfo, LiveMessage } from "trainlog/api";
import { plainText } from "../lib/ansi-text.ts";
import { mergeLines } from "../lib/console-blocks.ts";
import { holds } from "../lib/text-match.ts";
import type { ConsoleLog } from "./console-log.ts";

/** Hits per answer. */
const PAGE_HITS = 2000;

/** Hits kept. Whoever finds more looks for something else next. */
const MAX_HITS = 10_000;

/** How far a search came. */
export interface ConsoleHits {
  /** By line number. */
  readonly lines: readonly ConsoleLineInfo[];
  /** Whether there are more than are kept. */
  readonly more: boolean;
  readonly done: boolean;
  readonly error: Error | undefined;
}

/** One search. */
export class ConsoleSearch {
  /** What is looked for. */
  readonly wanted: string;
  readonly #hits: Signal<ConsoleHits> = signal({ lines: [], more: false, done: false, error: undefined });
  readonly #abort = new AbortController();

  readonly #log: ConsoleLog;

  constructor(log: ConsoleLog, wanted: string) {
    this.#log = log;
    this.wanted = wanted;
    void this.#run();
  }

  /** What was found so far. */
  get hits(): ReadonlySignal<ConsoleHits> {
    return this.#hits;
  }

  /** Takes a live message of the run. */
  onMessage(message: LiveMessage): void {
    const lines = this.#log.newLines(message);
    const rewritten = new Set(lines.map((line) => `${line.stream} ${line.line}`));
    const kept = this.#hits.peek().lines.filter((line) => !rewritten.has(`${line.stream} ${line.line}`));
    if (kept.length < this.#hits.peek().lines.length) this.#hits.value = { ...this.#hits.peek(), lines: kept };
    this.#keep(lines.filter((line) => holds(plainText(line.text), this.wanted)));
  }

  /** Ends the search. */
  close(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    try {
      for await (const page of this.#log.pages(PAGE_HITS, signal, this.wanted)) {
        this.#keep(page.lines);
        if (signal.aborted || this.#hits.peek().more) break;
      }
      this.#hits.value = { ...this.#hits.peek(), done: true };
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof Error ? error : new Error(String(error));
      this.#hits.value = { ...this.#hits.peek(), done: true, error: problem };
    }
  }

  #keep(found: readonly ConsoleLineInfo[]): void {
    if (found.length === 0) return;
    const merged = mergeLines(this.#hits.peek().lines, found);
    const more = merged.length > MAX_HITS;
    this.#hits.value = { ...this.#hits.peek(), lines: merged.slice(0, MAX_HITS), more };
  }
}
