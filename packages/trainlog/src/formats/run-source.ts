/** @file Where an export reads from: a store's folder, a server, a test. */
import type { RunEvent } from "../run/event.ts";
import type { RunFacts } from "./run-facts.ts";

/** What every format needs of the place that holds the runs. */
export interface RunSource {
  /** The run's facts. Rejects with `run/not-found`. */
  facts(runId: string): Promise<RunFacts>;
  /** Everything that the run said, in order, in bounded memory. */
  events(runId: string): AsyncIterable<RunEvent>;
  /** Bytes of a stored file. Rejects with `blob/not-found`. */
  blob(sha256: string): Promise<AsyncIterable<Uint8Array>>;
}

/** What is exported, and who hears of it. */
export interface ExportJob {
  readonly source: RunSource;
  /** In the order in which they are written. */
  readonly runIds: readonly string[];
  /** Metrics to take; all when absent. Formats that hold whole runs (`events`) take all. */
  readonly wantsKey?: (key: string) => boolean;
  /** Called now and then with the number of points written so far. */
  readonly onProgress?: (points: number) => void;
  /** Ends the export. */
  readonly signal?: AbortSignal;
}

/** What an export wrote. */
export interface ExportSummary {
  readonly runs: number;
  /** Logged values, of any kind. */
  readonly points: number;
  /** What the runs have and the format cannot hold, one sentence each; empty when nothing was left out. */
  readonly leftOut: readonly string[];
}

/** Takes the bytes of one file, in order. */
export interface ByteSink {
  write(bytes: string | Uint8Array): Promise<void>;
}

/** A place for several files. */
export interface FileTree {
  /** Begins a file; it is complete when `close` resolves. `path` is relative and `/`-separated. */
  begin(path: string): Promise<ByteSink & { close(): Promise<void> }>;
}
