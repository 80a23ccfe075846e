/**
 * @file A store's folder as the target of an import.
 *
 * An import writes run folders itself, as a script does: so it needs no server, and one that serves the folder follows what is written.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ExistingRun, RunTarget } from "../formats/index.ts";
import type { RunEvent } from "../run/event.ts";
import { nodeFs } from "../run-log/file-system.ts";
import { RunLogWriter } from "../run-log/write/index.ts";
import { examineRun } from "../run-log/write/recovery.ts";
import { FolderBlobs } from "../store/blobs/folder-blobs.ts";
import { ensureStore, runDir } from "../track/store-folder.ts";

/** Runs open for writing at once; a table of a thousand runs in turn must not open a thousand files. */
const MAX_OPEN = 64;

type AppendArguments = Parameters<RunTarget["append"]>;

/** A folder that takes runs. */
export class FolderTarget implements RunTarget, Disposable {
  readonly #dir: string;
  readonly #eventsOf: (runId: string) => AsyncIterable<RunEvent>;
  readonly #blobs: FolderBlobs;
  /** In order of use: the first one was used longest ago. */
  readonly #writers = new Map<string, RunLogWriter>();

  /**
   * @param dir - The store's folder.
   * @param eventsOf - Reads a run that is there.
   */
  constructor(dir: string, eventsOf: (runId: string) => AsyncIterable<RunEvent>) {
    this.#dir = dir;
    this.#eventsOf = eventsOf;
    this.#blobs = new FolderBlobs(join(dir, "blobs"));
  }

  async existing(runId: string, writerId: string): Promise<ExistingRun | undefined> {
    const dir = runDir(this.#dir, runId);
    if (!existsSync(join(dir, "run.json"))) return undefined;
    const lastSeq = examineRun(nodeFs, dir).origins.get(writerId) ?? -1;
    return { lastSeq, events: () => this.#eventsOf(runId) };
  }

  async append(...[run, events, origin]: AppendArguments): Promise<boolean> {
    return !this.#writerOf(run).append(events, { origin }).duplicate;
  }

  async putBlob(sha256: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#blobs.put(bytes, { expectedSha256: sha256 });
  }

  async end(): Promise<void> {
    this[Symbol.dispose]();
  }

  /** Closes what is open: what was appended is on the disk, and the runs' locks are free. */
  [Symbol.dispose](): void {
    for (const [runId, writer] of this.#writers) {
      this.#writers.delete(runId);
      writer.close();
    }
  }

  #writerOf(run: AppendArguments[0]): RunLogWriter {
    const { runId, project, createdMs } = run;
    let writer = this.#writers.get(runId);
    this.#writers.delete(runId);
    if (writer === undefined) {
      ensureStore(this.#dir);
      writer = RunLogWriter.open(runDir(this.#dir, runId), { runId, project, createdMs });
    }
    this.#writers.set(runId, writer);
    this.#closeOldest();
    return writer;
  }

  #closeOldest(): void {
    const [oldest] = this.#writers;
    if (oldest === undefined || this.#writers.size <= MAX_OPEN) return;
    this.#writers.delete(oldest[0]);
    oldest[1].close();
  }
}
