/**
 * @file Sink: where the events of one run go. Every destination (run folder, server, another product) is one of these, so that whatever can be
 * logged can go to each of them.
 */
import type { ArtifactFile, BlobRef, MetricEvent, RunEvent } from "../run/event.ts";
import type { JsonValue } from "../run/json.ts";
import type { BlobSource } from "../run/media.ts";
import type { ConsoleLines } from "./console-lines.ts";

/** Takes the events of one run, in order. */
export interface Sink {
  /** Name for messages, such as the folder or the address. */
  readonly name: string;
  /**
   * Takes events. Does no network I/O.
   *
   * @throws When none of them was kept; the caller then offers the same events again.
   */
  write(events: readonly RunEvent[]): void;
  /** Makes what was written as safe as this sink can (on disk, sent). */
  sync?(): Promise<void>;
  /**
   * Ends the run; its `finish` event was written before.
   *
   * @param options.timeoutMs - Most time to spend on what is not yet delivered.
   */
  close(options: { readonly timeoutMs: number }): Promise<void>;
  /** As {@link close}, without anything asynchronous, because the process is about to end. */
  closeNow?(): void;
  /** Corrects how a closed run ended: an error that nobody caught came out of its `await using` block. */
  amend?(event: RunEvent): void;
}

/** What an artifact is made of: paths of files or folders, a `http(s)://`, `s3://`, … reference, or named contents. */
export type ArtifactSource = string | readonly string[] | { readonly [path: string]: Uint8Array | string | Blob };

/** Calls of a run that take options. */
export type CallName = "log" | "defineMetric" | "alert" | "artifact" | "finish";

/** The services that a run needs from its platform. */
export interface RunBackend {
  /** Where events go. None: the run checks its input and keeps nothing. */
  readonly sinks: readonly Sink[];
  /** Keeps the bytes of media. Absent: only their description is kept. */
  readonly putBlob?: (source: BlobSource) => BlobRef | Promise<BlobRef>;
  /** Keeps the files of an artifact. */
  readonly collectFiles?: (source: ArtifactSource) => Promise<readonly ArtifactFile[]>;
  /** Refuses options that mean nothing. Absent: the types are the check. @throws TrainlogError `run/bad-options`. */
  readonly checkOptions?: (name: CallName, options: object) => void;
  /** Collects console output. Absent where there is none to collect. */
  readonly console?: ConsoleLines;
  /** Called when `log` itself flushed: it is called so often, or without a pause, that timers do not get to it. */
  readonly onFlushInLog?: () => void;
  /** Folder of the run. */
  readonly dir?: string;
  /** Address where the run can be seen. */
  readonly url?: string;
  /** What a resumed run knows of its past. */
  readonly past?: RunPast;
}

/** State of a run that goes on. */
export interface RunPast {
  /** Step of the next call of `log` without a step. */
  readonly nextStep: number;
  /** Number of the next console line. */
  readonly nextLine?: number;
  readonly config: { readonly [key: string]: JsonValue };
  readonly summary: { readonly [key: string]: JsonValue };
  readonly metrics: ReadonlyMap<string, MetricPast>;
  readonly definitions: readonly MetricEvent[];
}

/** Aggregates of one metric over the values logged so far; extremes and sum over the finite ones. */
export interface MetricPast {
  readonly last: JsonValue;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly finiteCount: number;
}
