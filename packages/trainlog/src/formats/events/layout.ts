/** @file Names and shapes of an export of events: see `export-events.ts`. */
import type { RunEvent } from "../../run/event.ts";

/** Name of the file that says what the folder holds. */
export const EVENTS_MANIFEST = "export.json";

/** Highest version of the layout that is read. */
export const EVENTS_VERSION = 1;

/** What `export.json` says. */
export interface EventsManifest {
  readonly format: "trainlog-events";
  readonly version: number;
  readonly runs: readonly {
    readonly runId: string;
    readonly project: string;
    readonly name: string;
    /** Lines of the run's file. */
    readonly events: number;
    /** Logged values. */
    readonly points: number;
  }[];
  /** Stored files that runs refer to and that were not in the store. */
  readonly missingBlobs: readonly string[];
}

/** Path of a run's events. */
export function eventsPath(runId: string): string {
  return `runs/${runId}.jsonl`;
}

/** Path of a stored file. */
export function blobPath(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
}

/** The stored files that an event refers to, by SHA-256. */
export function blobsOf(event: RunEvent): string[] {
  if (event.type === "media") return (event.blobs ?? []).map(({ sha256 }) => sha256);
  if (event.type === "artifact") return event.files.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256]));
  return [];
}

/** Logged values in an event. */
export function pointsOf(event: RunEvent): number {
  return event.type === "rows" ? event.rows.columns.reduce((count, { values }) => count + values.length, 0) : 0;
}
