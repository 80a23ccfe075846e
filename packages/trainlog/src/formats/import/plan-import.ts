/** @file Reads a source once, without writing anything: what would be imported, and what is wrong with it. */
import { createHash, type Hash } from "node:crypto";
import type { RunEvent, StartEvent } from "../../run/event.ts";
import { toEventJson } from "../../run-log/codec/index.ts";
import { blobsOf, pointsOf } from "../events/layout.ts";
import { loggedRows } from "../logged-rows.ts";
import { valueText } from "../value-text.ts";
import type { BadPiece, ImportReader } from "./piece.ts";

/** One run of a source. */
export interface PlannedRun {
  readonly runId: string;
  readonly project: string;
  readonly name: string;
  readonly createdMs: number;
  readonly events: number;
  readonly points: number;
  /** Digest of all that the run says, independent of how its rows are cut into events. */
  readonly digest: string;
}

/** What a source holds. */
export interface ImportPlan {
  readonly runs: readonly PlannedRun[];
  /** The first places that could not be read, in order. */
  readonly bad: readonly BadPiece[];
  readonly badCount: number;
  /** Stored files that events refer to and the source has not got. */
  readonly missingBlobs: readonly string[];
}

/** Bad places that are kept by name; more are counted. */
const MAX_NAMED = 100;

/** What a plan needs beside the source. */
export interface PlanOptions {
  /** Project of all runs; what the source says when absent. */
  readonly project?: string;
  readonly signal?: AbortSignal;
}

/** Reads a source from its beginning to its end. */
export async function planImport(reader: ImportReader, options: PlanOptions = {}): Promise<ImportPlan> {
  const runs = new Map<string, GrowingPlan>();
  const bad: BadPiece[] = [];
  const blobs = new Set<string>();
  let badCount = 0;
  for await (const piece of reader.pieces()) {
    options.signal?.throwIfAborted();
    if (piece.kind === "bad") {
      badCount += 1;
      if (bad.length < MAX_NAMED) bad.push(piece);
      continue;
    }
    const event = inProject(piece.event, options.project);
    let run = runs.get(piece.runId);
    if (run === undefined && event.type === "start") {
      run = new GrowingPlan(event);
      runs.set(piece.runId, run);
    }
    run?.add(event);
    for (const sha256 of blobsOf(event)) blobs.add(sha256);
  }
  const missingBlobs = await missingOf(reader, blobs);
  return { runs: Array.from(runs.values(), (run) => run.end()), bad, badCount, missingBlobs };
}

/** The event as the importing person wants it. */
export function inProject(event: RunEvent, project: string | undefined): RunEvent {
  return project === undefined || event.type !== "start" ? event : { ...event, project };
}

async function missingOf(reader: ImportReader, blobs: Iterable<string>): Promise<string[]> {
  const missing: string[] = [];
  for (const sha256 of blobs) {
    const bytes = await reader.blob?.(sha256);
    if (bytes === undefined) missing.push(sha256);
    // Opened to see that it is there; closed unread.
    else await bytes[Symbol.asyncIterator]().return?.();
  }
  return missing;
}

class GrowingPlan {
  readonly #start: StartEvent;
  readonly #digest = new RunDigest();
  #events = 0;
  #points = 0;

  constructor(start: StartEvent) {
    this.#start = start;
  }

  add(event: RunEvent): void {
    this.#digest.add(event);
    this.#events += 1;
    this.#points += pointsOf(event);
  }

  end(): PlannedRun {
    const { runId, project, wallMs, name = runId } = this.#start;
    const digest = this.#digest.end();
    return { runId, project, name, createdMs: wallMs, events: this.#events, points: this.#points, digest };
  }
}

/**
 * SHA-256 over what a run says. Rows count one by one with their values by key, so that the same rows in other batches, or sealed, have the same digest.
 */
export class RunDigest {
  readonly #hash: Hash = createHash("sha256");

  /** Adds the next event. */
  add(event: RunEvent): void {
    if (event.type !== "rows") {
      this.#hash.update(`${toEventJson(event)}\n`);
      return;
    }
    for (const { step, wallMs, cells } of loggedRows(event.rows)) {
      const values = cells.map(([key, value]) => `${JSON.stringify(key)}:${valueText(value)}`).sort();
      this.#hash.update(`${step} ${wallMs} ${values.join()}\n`);
    }
  }

  /** The digest as hexadecimal digits. */
  end(): string {
    return this.#hash.digest("hex");
  }
}
