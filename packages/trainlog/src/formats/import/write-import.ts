/**
 * @file Writes a planned import.
 *
 * Batches carry an origin made of the run's digest, so writing the same source again (or on, after a crash) stores nothing twice. A run of the same id that came from
 * elsewhere is left alone when it says the same, and refused by name when it does not: two histories are never mixed.
 */
import { TrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import type { Origin } from "../../run-log/codec/index.ts";
import { blobsOf, pointsOf } from "../events/layout.ts";
import type { ImportReader } from "./piece.ts";
import { type ImportPlan, inProject, type PlannedRun, RunDigest } from "./plan-import.ts";

/** Where runs are imported to: a store's folder, a server, a test. */
export interface RunTarget {
  /** What is there of a run; `undefined` when nothing is. */
  existing(runId: string, writerId: string): Promise<ExistingRun | undefined>;
  /** Stores a batch of a run, which is made if it is not there. False when its origin was stored before: then nothing changes. */
  append(
    run: { readonly runId: string; readonly project: string; readonly createdMs: number },
    events: readonly RunEvent[],
    origin: Origin,
  ): Promise<boolean>;
  /** Stores bytes. Rejects with `blob/wrong-hash` when they are not those of the hash. */
  putBlob(sha256: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** Sees to it that all that was appended survives a power loss. */
  end(): Promise<void>;
}

/** A run that the target has. */
export interface ExistingRun {
  /** The last batch of the asked writer; −1 when it never wrote this run. */
  readonly lastSeq: number;
  /** Everything that the run says. */
  events(): AsyncIterable<RunEvent>;
}

/** What became of a run. `resumed`: an import that was interrupted was completed. */
export type RunOutcome = "imported" | "resumed" | "unchanged";

/** A run of a plan, and what is to become of it. */
export interface RunDecision extends PlannedRun {
  readonly outcome: RunOutcome;
}

/** Events of one batch at most, and values. */
const BATCH_EVENTS = 500;
const BATCH_POINTS = 100_000;
/** Characters of text in one batch at most, about: a batch is at most 64 MiB. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/**
 * Decides for each run of a plan, before anything is written.
 *
 * @throws TrainlogError `import/run-exists` (409) when the target has another run of one of the ids.
 */
export async function decideImport(plan: ImportPlan, target: RunTarget): Promise<RunDecision[]> {
  const decisions: RunDecision[] = [];
  for (const run of plan.runs) decisions.push({ ...run, outcome: await outcomeOf(run, target) });
  return decisions;
}

async function outcomeOf(run: PlannedRun, target: RunTarget): Promise<RunOutcome> {
  const there = await target.existing(run.runId, writerIdOf(run));
  if (there === undefined) return "imported";
  const digest = new RunDigest();
  for await (const event of there.events()) digest.add(event);
  if (digest.end() === run.digest) return "unchanged";
  // Nothing else than a part of this very import is behind the origin: whoever writes on gives the run another digest.
  if (there.lastSeq >= 0) return "resumed";
  throw new TrainlogError(
    "import/run-exists",
    `run ${run.runId} is there already and says something else; remove it first (trainlog rm ${run.runId}), or import into another store (--dir DIR)`,
    { status: 409 },
  );
}

/** The writer of an import's batches. */
function writerIdOf({ digest }: PlannedRun): string {
  return `import-${digest.slice(0, 32)}`;
}

/** How an import is written. */
export interface WriteOptions {
  readonly project?: string;
  readonly signal?: AbortSignal;
  /** Told the number of points written so far. */
  readonly onProgress?: (points: number) => void;
}

/**
 * Writes the runs that are decided to be written: the pieces of the reader, without what could not be read.
 *
 * @returns What became of each run.
 */
export async function writeImport(
  reader: ImportReader,
  decisions: readonly RunDecision[],
  target: RunTarget,
  options: WriteOptions = {},
): Promise<RunDecision[]> {
  const writers = new Map(
    decisions.filter(({ outcome }) => outcome !== "unchanged").map((run) => [run.runId, new BatchWriter(run, target)]),
  );
  let points = 0;
  for await (const piece of reader.pieces()) {
    options.signal?.throwIfAborted();
    const writer = piece.kind === "event" ? writers.get(piece.runId) : undefined;
    if (piece.kind === "bad" || writer === undefined) continue;
    // Bytes before the event that refers to them: an event never points to nothing.
    await writeBlobs(reader, piece.event, target);
    await writer.add(inProject(piece.event, options.project));
    points += pointsOf(piece.event);
    options.onProgress?.(points);
  }
  for (const writer of writers.values()) await writer.flush();
  await target.end();
  return decisions.map((run) => (writers.get(run.runId)?.hasStored === false ? { ...run, outcome: "unchanged" } : run));
}

async function writeBlobs(reader: ImportReader, event: RunEvent, target: RunTarget): Promise<void> {
  for (const sha256 of blobsOf(event)) {
    const bytes = await reader.blob?.(sha256);
    if (bytes !== undefined) await target.putBlob(sha256, bytes);
  }
}

/** Gathers the events of one run into batches that are cut at the same places each time. */
class BatchWriter {
  /** Whether any batch was new. */
  hasStored = false;
  readonly #run: RunDecision;
  readonly #target: RunTarget;
  #events: RunEvent[] = [];
  #points = 0;
  #characters = 0;
  #seq = 0;

  constructor(run: RunDecision, target: RunTarget) {
    this.#run = run;
    this.#target = target;
  }

  async add(event: RunEvent): Promise<void> {
    this.#events.push(event);
    this.#points += pointsOf(event);
    this.#characters += charactersOf(event);
    const isFull =
      this.#events.length >= BATCH_EVENTS || this.#points >= BATCH_POINTS || this.#characters >= BATCH_CHARACTERS;
    if (isFull) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#events.length === 0) return;
    const origin = { writerId: writerIdOf(this.#run), seq: this.#seq };
    if (await this.#target.append(this.#run, this.#events, origin)) this.hasStored = true;
    this.#seq += 1;
    this.#events = [];
    this.#points = 0;
    this.#characters = 0;
  }
}

function charactersOf(event: RunEvent): number {
  if (event.type === "rows") {
    return event.rows.columns.reduce(
      (sum, column) => sum + (column.kind === "json" ? JSON.stringify(column.values).length : 0),
      0,
    );
  }
  return event.type === "console"
    ? event.lines.reduce((sum, { text }) => sum + text.length, 0)
    : JSON.stringify(event).length;
}
