/** @file What every reader gives: run events in order, and what it could not read. */
import type { RunEvent } from "../../run/event.ts";

/** One thing found in a file. */
export type ImportPiece = EventPiece | BadPiece;

/** An event of a run. The first one of each run is its `start`. */
export interface EventPiece {
  readonly kind: "event";
  readonly runId: string;
  readonly event: RunEvent;
}

/** Something that could not be read: where it is, and what is wrong. The rest of the file is read all the same. */
export interface BadPiece {
  readonly kind: "bad";
  /** `points.csv, line 7, column loss` */
  readonly place: string;
  readonly message: string;
}

/** A source of runs. */
export interface ImportReader {
  /** Name of the format. */
  readonly format: string;
  /** What was guessed about the file, one sentence each, so that a person can object. */
  readonly notes: readonly string[];
  /** The pieces, from the beginning at each call. */
  pieces(): AsyncIterable<ImportPiece>;
  /** The bytes of a stored file that an event refers to; `undefined` when the source has none. */
  blob?(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** What a person can say about a file that is imported. */
export interface ImportOptions {
  /** Project of the runs; what the file says when absent. */
  readonly project?: string;
  /** Name of the run, when the file does not say it. */
  readonly name?: string;
  /** Column that is the step, the time, the run, the metric's key or its value, where names do not tell. */
  readonly stepColumn?: string;
  readonly timeColumn?: string;
  readonly runColumn?: string;
  readonly keyColumn?: string;
  readonly valueColumn?: string;
  /** Metrics to take; all when empty. */
  readonly keys?: readonly string[];
}

/** Makes a {@link BadPiece} of an error. */
export function badPiece(place: string, error: unknown): BadPiece {
  return { kind: "bad", place, message: error instanceof Error ? error.message : String(error) };
}
