/** @file The run folder as a sink: every flush is one frame, on disk when `write` returns (in the page cache; fdatasync follows within seconds). */
import { closeSync, fdatasync, openSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunEvent } from "../run/event.ts";
import { RunLogWriter } from "../run-log/write/run-log-writer.ts";
import { reopenBookmark } from "./http/bookmark.ts";
import { messageOf, type Reporter } from "./reporter.ts";
import type { Sink } from "./sink.ts";

/** How often the lock is touched and the segment is synced in the background. */
const BEAT_MS = 5_000;

/** What identifies the run in its folder. */
export interface FolderIdentity {
  readonly runId: string;
  readonly project: string;
  readonly createdMs: number;
}

/** Options of {@link LocalSink}. */
export interface LocalSinkOptions {
  /** Gives every frame an origin of this writer, so that a server can tell it was delivered before. */
  readonly writerId?: string;
  /** Called after each write. */
  readonly onWrite?: () => void;
}

/** Writes a run's folder. */
export class LocalSink implements Sink {
  readonly name: string;
  readonly #dir: string;
  readonly #identity: FolderIdentity;
  readonly #options: LocalSinkOptions;
  readonly #reporter: Reporter;
  readonly #writer: RunLogWriter;
  readonly #timer: NodeJS.Timeout;
  #seq = 0;
  #segment: number | undefined;
  #isDirty: boolean = false;
  #beatMs = Date.now();
  #isClosed: boolean = false;

  /**
   * Opens or creates the folder `dir` and takes its lock.
   *
   * @throws TrainlogError `run/locked`, `store/newer-format`, `store/read-only`, …: see `RunLogWriter.open`.
   */
  constructor(dir: string, identity: FolderIdentity, reporter: Reporter, options: LocalSinkOptions = {}) {
    this.name = dir;
    this.#dir = dir;
    this.#identity = identity;
    this.#options = options;
    this.#reporter = reporter;
    this.#writer = openWriter(dir, identity);
    for (const note of this.#writer.recovery.notes) reporter.always("recovery", `${dir}: ${note}`);
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  write(events: readonly RunEvent[]): void {
    this.#append(this.#writer, events);
    this.#isDirty = true;
    // A loop that never yields has no timers.
    if (Math.abs(Date.now() - this.#beatMs) > 2 * BEAT_MS) this.#touch();
    this.#options.onWrite?.();
  }

  async sync(): Promise<void> {
    if (!this.#isDirty || this.#isClosed) return;
    this.#isDirty = false;
    if (this.#segment !== undefined) await syncFile(join(this.#dir, `${String(this.#segment).padStart(6, "0")}.log`));
  }

  async close(): Promise<void> {
    this.closeNow();
  }

  closeNow(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#writer.close();
  }

  amend(event: RunEvent): void {
    const writer = RunLogWriter.open(this.#dir, this.#identity);
    try {
      this.#append(writer, [event]);
    } finally {
      writer.close();
    }
    this.#options.onWrite?.();
  }

  #append(writer: RunLogWriter, events: readonly RunEvent[]): void {
    const { writerId } = this.#options;
    const appended = writer.append(events, writerId === undefined ? {} : { origin: { writerId, seq: this.#seq } });
    this.#seq += 1;
    if (!appended.duplicate) this.#segment = appended.segment;
  }

  #beat(): void {
    this.#touch();
    this.sync().catch((error: unknown) => {
      this.#reporter.once("sync", `${this.#dir} could not be synced to disk: ${messageOf(error)}`);
    });
  }

  #touch(): void {
    this.#beatMs = Date.now();
    try {
      this.#writer.heartbeat();
    } catch (error) {
      this.#reporter.once("heartbeat", `${this.#dir}: the lock could not be touched: ${messageOf(error)}`);
    }
  }
}

function openWriter(dir: string, identity: FolderIdentity): RunLogWriter {
  const writer = RunLogWriter.open(dir, identity);
  try {
    reopenBookmark(dir);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** `fdatasync` in the thread pool, through a descriptor of its own: the file's dirty pages are the file's, whoever wrote them. */
async function syncFile(path: string): Promise<void> {
  let file: number;
  try {
    file = openSync(path, "r+");
  } catch {
    return; // sealed or rolled meanwhile: then it was synced
  }
  try {
    await promisify(fdatasync)(file);
  } finally {
    closeSync(file);
  }
}
