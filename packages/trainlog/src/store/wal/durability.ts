/**
 * @file Makes batches durable: the write-ahead log in front, the run folders behind, and the checkpoint between them.
 *
 * A batch is written to its run's folder first, without a sync (so readers see it and the bytes outlive the process), then to the log, whose sync is
 * shared by all that wait; then it is acknowledged. A checkpoint syncs the run folders and drops the log behind. So every acknowledged batch is on the
 * disk in one of the two at any moment.
 */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import { systemCode } from "../../run-log/disk-error.ts";
import { GroupCommit } from "./group-commit.ts";
import { segmentPath } from "./redo-file.ts";
import { type ReplayReport, replayWal } from "./replay.ts";
import { walFolder, walPath, walSequences } from "./wal-file.ts";
import { encodeWalRecord, type WalRecord } from "./wal-record.ts";

/** A checkpoint is made when the log's file is this long: replay after a crash reads at most this and what comes during the checkpoint. */
const CHECKPOINT_BYTES = 32 * 1024 * 1024;
/** A checkpoint is made when nothing came for this long, so that an idle store has an empty log. */
const IDLE_MS = 30_000;

/** The write-ahead log of a store with what belongs to it. */
export class Durability {
  readonly #walDir: string;
  readonly #runsDir: string;
  readonly #commit: GroupCommit;
  readonly #onProblem: (message: string) => void;
  /** Segments that were written since they were last synced. */
  #dirty = new Map<string, Set<number>>();
  #idle: NodeJS.Timeout | undefined;
  #checkpoint: Promise<void> | undefined;
  /** A sync of a run folder failed: its bytes are to be written again from the log before the next one. */
  #mustRewrite = false;

  private constructor(walDir: string, runsDir: string, nextSequence: number, onProblem: (message: string) => void) {
    this.#walDir = walDir;
    this.#runsDir = runsDir;
    this.#commit = new GroupCommit(walFolder(walDir), nextSequence);
    this.#onProblem = onProblem;
  }

  /**
   * Opens the log of a store and replays what it holds.
   *
   * @param storeDir - The store's folder.
   * @param onProblem - Hears of checkpoints that fail.
   * @throws TrainlogError `store/newer-format`.
   */
  static async open(
    storeDir: string,
    onProblem: (message: string) => void,
  ): Promise<{ durability: Durability; report: ReplayReport }> {
    const walDir = join(storeDir, "wal");
    const runsDir = join(storeDir, "runs");
    makeFolder(walDir);
    const report = await replayWal(walDir, runsDir);
    const durability = new Durability(walDir, runsDir, (report.sequences.at(-1) ?? 0) + 1, onProblem);
    for (const [runId, segments] of report.segments) durability.#dirty.set(runId, new Set(segments));
    if (report.sequences.length > 0) durability.#restartIdle();
    return { durability, report };
  }

  /** Says that a segment of a run was written. To be called before {@link Durability.append} of the same bytes. */
  wrote(runId: string, segment: number): void {
    const segments = this.#dirty.get(runId);
    if (segments === undefined) this.#dirty.set(runId, new Set([segment]));
    else segments.add(segment);
  }

  /**
   * Appends records to the log; resolves when they are on the disk, together with all before them.
   *
   * @throws TrainlogError `store/disk-full`, `store/io`.
   */
  async append(records: readonly WalRecord[]): Promise<void> {
    await this.#commit.append(records.flatMap(encodeWalRecord));
    this.#restartIdle();
    if (this.#commit.fileBytes >= CHECKPOINT_BYTES) this.#checkpointInBackground();
  }

  /**
   * Puts all of a run on the disk in its folder and makes the log forget it: before the folder is moved or sealed.
   *
   * @throws TrainlogError `store/disk-full`, `store/io`.
   */
  async settle(runId: string): Promise<void> {
    await this.#syncRun(runId, this.#dirty.get(runId) ?? new Set());
    this.#dirty.delete(runId);
    await this.append([{ type: "settled", runId }]);
  }

  /** Syncs the run folders and drops the log behind; what comes meanwhile goes to a new file. */
  checkpoint(): Promise<void> {
    this.#checkpoint ??= this.#runCheckpoint().finally(() => {
      this.#checkpoint = undefined;
    });
    return this.#checkpoint;
  }

  /** Ends after a last checkpoint. When that fails the log stays, and the next opening replays it. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#checkpoint?.catch(() => undefined);
    await this.checkpoint().catch((error: unknown) => this.#report(error));
    clearTimeout(this.#idle);
    await this.#commit.close();
  }

  async #runCheckpoint(): Promise<void> {
    const below = await this.#commit.rotate();
    const dirty = this.#dirty;
    this.#dirty = new Map();
    try {
      if (this.#mustRewrite) await replayWal(this.#walDir, this.#runsDir, { below, rewrite: true });
      for (const [runId, segments] of dirty) await this.#syncRun(runId, segments);
      if (dirty.size > 0) await syncPath(this.#runsDir);
      this.#mustRewrite = false;
    } catch (error) {
      for (const [runId, segments] of dirty) for (const segment of segments) this.wrote(runId, segment);
      this.#mustRewrite = true;
      throw error;
    }
    for (const sequence of await walSequences(this.#walDir)) {
      if (sequence < below) await rm(walPath(this.#walDir, sequence), { force: true });
    }
  }

  /** Syncs segments, and the folder that names them. A file that is gone was sealed or deleted, which settled it. */
  async #syncRun(runId: string, segments: ReadonlySet<number>): Promise<void> {
    const runDir = join(this.#runsDir, runId);
    for (const segment of segments) await syncPath(segmentPath(runDir, segment));
    await syncPath(join(runDir, "run.json"));
    await syncPath(runDir);
  }

  #checkpointInBackground(): void {
    this.checkpoint().catch((error: unknown) => this.#report(error));
  }

  #restartIdle(): void {
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined;
      this.#checkpointInBackground();
    }, IDLE_MS).unref();
    this.#idle.refresh();
  }

  #report(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#onProblem(`a checkpoint failed; the write-ahead log is kept until one succeeds: ${reason}`);
  }
}

async function syncPath(path: string): Promise<void> {
  try {
    const file = await open(path, "r");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
