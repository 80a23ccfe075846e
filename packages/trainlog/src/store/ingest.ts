/**
 * @file Takes batches of runs that are fed through the store: each is written to its run's folder, made durable, then acknowledged.
 */
import { closeSync, existsSync, openSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { isTrainlogError, TrainlogError } from "../run/error.ts";
import { RunLogWriter } from "../run-log/write/index.ts";
import { CONTACT_FILE, lastContactMs, type RunIdentity, readIdentity } from "./run-folder.ts";
import type { AppendResult, IngestBatch } from "./types.ts";
import type { Durability } from "./wal/durability.ts";
import type { WalRecord } from "./wal/wal-record.ts";

/** The contact file is touched at most this often. */
const CONTACT_MS = 5_000;
/** Time between heartbeats of the locks that are held, as every writer keeps it. */
const HEARTBEAT_MS = 5_000;
/** A writer is closed, and its lock released, when its run said nothing for this long. */
const IDLE_WRITER_MS = 60_000;

interface OpenWriter {
  readonly writer: RunLogWriter;
  usedMs: number;
}

/** What an ingest needs from its surroundings. */
export interface IngestParts {
  readonly storeDir: string;
  readonly durability: Pick<Durability, "wrote" | "append" | "settle">;
  readonly maxOpenWriters: number;
  /** Something of the run changed. */
  readonly onWritten: (runId: string) => void;
  readonly onProblem: (message: string) => void;
}

/** The writing side of a serving store. */
export class Ingest {
  readonly #parts: IngestParts;
  /** In order of use: the first one is the least recently used. */
  readonly #writers = new Map<string, OpenWriter>();
  readonly #contacts = new Map<string, { heardMs: number; touchedMs: number }>();
  /** Runs with batches in their folder that the write-ahead log did not take: they have to be synced before anything of them is acknowledged. */
  readonly #unlogged = new Set<string>();
  /** Runs that are being deleted or sealed. */
  readonly #blocked = new Map<string, Promise<unknown>>();
  readonly #timer: NodeJS.Timeout;

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Makes a run, or finds it.
   *
   * @returns Its identity, which for a run that was there may differ in project and time; and whether it was made.
   */
  async create(identity: RunIdentity): Promise<{ identity: RunIdentity; created: boolean }> {
    const { runId } = identity;
    await this.#blocked.get(runId);
    const existing = readIdentity(this.#runDir(runId), runId);
    if (existing !== undefined) return { identity: existing, created: false };
    this.#writerOf(runId, identity);
    this.#contact(runId);
    await this.#log(runId, [{ type: "run", ...identity }]);
    this.#parts.onWritten(runId);
    return { identity, created: true };
  }

  /** See `Store.append`. */
  async append(runId: string, batches: readonly IngestBatch[]): Promise<AppendResult[]> {
    await this.#blocked.get(runId);
    const { writer } = this.#writerOf(runId);
    this.#contact(runId);
    const records: WalRecord[] = [];
    const results: AppendResult[] = [];
    try {
      for (const batch of batches) {
        const record = this.#write(runId, writer, batch);
        if (record !== undefined) records.push(record);
        results.push({ duplicate: record === undefined });
      }
    } catch (error) {
      // What was written of this delivery is there, and will be found as a duplicate when it comes again.
      if (records.length > 0) this.#unlogged.add(runId);
      // The lock went to another process while this one slept: the next append asks for it again.
      if (isTrainlogError(error, "run/locked")) this.#close(runId);
      throw error;
    }
    await this.#log(runId, records);
    this.#parts.onWritten(runId);
    if (batches.some(({ events }) => events.some((event) => event.type === "finish"))) this.#release(runId, writer);
    return results;
  }

  /** Notes that the run's script lives. @throws TrainlogError `run/not-found`. */
  heartbeat(runId: string): void {
    this.#identity(runId);
    this.#contact(runId);
  }

  /** When the run was last heard of; `undefined` when it is not fed through a server. */
  contactMs(runId: string): number | undefined {
    return this.#contacts.get(runId)?.heardMs ?? lastContactMs(this.#runDir(runId));
  }

  /** Says whether this process holds the run's lock. */
  holds(runId: string): boolean {
    return this.#writers.has(runId);
  }

  /**
   * Does something with a run's folder while nothing is written to it and all of it is on the disk.
   *
   * @throws what `work` throws, and TrainlogError `store/disk-full`, `store/io`.
   */
  async exclusively<T>(runId: string, work: () => Promise<T> | T): Promise<T> {
    while (this.#blocked.has(runId)) await this.#blocked.get(runId);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#blocked.set(runId, promise);
    try {
      this.#close(runId);
      await this.#parts.durability.settle(runId);
      return await work();
    } finally {
      this.#blocked.delete(runId);
      resolve();
    }
  }

  /** Forgets a run that is gone. */
  forget(runId: string): void {
    this.#contacts.delete(runId);
    this.#unlogged.delete(runId);
  }

  /** Closes all writers. */
  close(): void {
    clearInterval(this.#timer);
    for (const runId of [...this.#writers.keys()]) this.#close(runId);
  }

  /** Writes one batch to the run's folder; `undefined` when it was there already. */
  #write(runId: string, writer: RunLogWriter, batch: IngestBatch): WalRecord | undefined {
    const options = batch.origin === undefined ? {} : { origin: batch.origin };
    const written = writer.append(batch.events, options);
    if (written.duplicate) return undefined;
    const { segment, offset, frame } = written;
    this.#parts.durability.wrote(runId, segment);
    return { type: "append", runId, segment, offset, bytes: frame };
  }

  /** Makes records durable, and with them everything of the run that was written before. */
  async #log(runId: string, records: readonly WalRecord[]): Promise<void> {
    try {
      await this.#parts.durability.append(records);
    } catch (error) {
      if (records.length > 0) this.#unlogged.add(runId);
      throw error;
    }
    if (!this.#unlogged.has(runId)) return;
    this.#writerOf(runId).writer.sync();
    this.#unlogged.delete(runId);
  }

  /** The open writer of a run; `identity` for a run that may have to be made. */
  #writerOf(runId: string, identity?: RunIdentity): OpenWriter {
    const known = this.#writers.get(runId);
    this.#writers.delete(runId);
    const open = known ?? { writer: this.#open(runId, identity ?? this.#identity(runId)), usedMs: 0 };
    open.usedMs = Date.now();
    this.#writers.set(runId, open);
    if (known === undefined) this.#evict();
    return open;
  }

  #open(runId: string, identity: RunIdentity): RunLogWriter {
    const writer = RunLogWriter.open(this.#runDir(runId), identity);
    const { tornTail, damage, notes } = writer.recovery;
    if (tornTail !== undefined || damage.length > 0)
      for (const note of notes) this.#parts.onProblem(`run ${runId}: ${note}`);
    return writer;
  }

  #identity(runId: string): RunIdentity {
    const identity = readIdentity(this.#runDir(runId), runId);
    if (identity !== undefined) return identity;
    throw new TrainlogError("run/not-found", `run ${runId} is not in ${this.#parts.storeDir}; create it first`, {
      status: 404,
    });
  }

  #evict(): void {
    for (const runId of this.#writers.keys()) {
      if (this.#writers.size <= this.#parts.maxOpenWriters) return;
      this.#close(runId);
    }
  }

  #close(runId: string): void {
    const open = this.#writers.get(runId);
    this.#writers.delete(runId);
    try {
      open?.writer.close();
    } catch (error) {
      this.#parts.onProblem(
        `run ${runId} was not closed cleanly: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Closes the writer of a run that ended, unless it began again meanwhile with another one. */
  #release(runId: string, writer: RunLogWriter): void {
    if (this.#writers.get(runId)?.writer === writer) this.#close(runId);
  }

  #contact(runId: string): void {
    const heardMs = Date.now();
    const known = this.#contacts.get(runId) ?? { heardMs, touchedMs: 0 };
    known.heardMs = heardMs;
    this.#contacts.set(runId, known);
    if (heardMs - known.touchedMs < CONTACT_MS) return;
    known.touchedMs = heardMs;
    touch(join(this.#runDir(runId), CONTACT_FILE), this.#parts.onProblem);
  }

  #beat(): void {
    const nowMs = Date.now();
    for (const [runId, { writer, usedMs }] of [...this.#writers]) {
      if (nowMs - usedMs > IDLE_WRITER_MS) this.#close(runId);
      else this.#keepLock(runId, writer);
    }
    for (const [runId, { heardMs }] of this.#contacts)
      if (nowMs - heardMs > IDLE_WRITER_MS * 2) this.#contacts.delete(runId);
  }

  #keepLock(runId: string, writer: RunLogWriter): void {
    try {
      writer.heartbeat();
    } catch (error) {
      this.#close(runId);
      this.#parts.onProblem(`run ${runId}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #runDir(runId: string): string {
    return join(this.#parts.storeDir, "runs", runId);
  }
}

/** Sets a file's time to now. The time is a convenience that outlives the process: trouble with it fails no append. */
function touch(path: string, onProblem: (message: string) => void): void {
  try {
    if (!existsSync(path)) closeSync(openSync(path, "a"));
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    onProblem(`cannot note the last contact: ${error instanceof Error ? error.message : String(error)}`);
  }
}
