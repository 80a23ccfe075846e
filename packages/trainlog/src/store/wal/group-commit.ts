/**
 * @file Group commit: what arrives while a commit is on its way to the disk goes with the next one, together.
 *
 * One `fdatasync` costs 0.1 to 0.2 ms however much it carries, so 64 clients that wait for their own would wait in line; here they share one. The
 * write and the sync run in the thread pool, and the event loop goes on reading requests meanwhile.
 */
import { TrainlogError } from "../../run/error.ts";
import { diskError } from "../../run-log/disk-error.ts";
import type { WalFile, WalFolder } from "./wal-file.ts";

/** Most bytes of one commit: a failure costs these. */
const MAX_COMMIT_BYTES = 16 * 1024 * 1024;

interface Waiting {
  readonly records: readonly Uint8Array[];
  /** The file is complete behind these records. */
  readonly rotate: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The appending end of the write-ahead log. */
export class GroupCommit {
  readonly #folder: WalFolder;
  #file: WalFile | undefined;
  #nextSequence: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /**
   * @param folder - Where files are made; none is before the first record.
   * @param nextSequence - Number of the first file.
   */
  constructor(folder: WalFolder, nextSequence: number) {
    this.#folder = folder;
    this.#nextSequence = nextSequence;
  }

  /** Bytes in the file that is appended to; 0 when none is begun. */
  get fileBytes(): number {
    return this.#file?.sizeBytes ?? 0;
  }

  /**
   * Appends records. Resolves when they and all that were appended before are on the disk.
   *
   * @param records - Whole frames, each in one part or several; none means "when all before are on the disk".
   * @throws TrainlogError `store/disk-full`, `store/io`: none of these records is acknowledged; later calls work again when the disk does.
   */
  append(records: readonly Uint8Array[]): Promise<void> {
    return this.#enqueue(records, false);
  }

  /**
   * Begins a new file with the next commit.
   *
   * @returns The number below which all files are complete.
   */
  async rotate(): Promise<number> {
    await this.#enqueue([], true);
    return this.#nextSequence;
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Ends after what is on its way. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    await this.#retire();
  }

  #enqueue(records: readonly Uint8Array[], rotate: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(new TrainlogError("store/closed", "the store is closed", { status: 503 }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, rotate, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#start();
    });
  }

  async #drain(): Promise<void> {
    // Let everything that this turn of the event loop brings join the commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commit(this.#take());
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { records, rotate } of this.#waiting) {
      bytes += records.reduce((sum, record) => sum + record.length, 0);
      if (count > 0 && bytes > MAX_COMMIT_BYTES) break;
      count++;
      if (rotate) break;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(batch.flatMap(({ records }) => records));
      if (batch.at(-1)?.rotate) await this.#retire();
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const failure = diskError(error, "write the write-ahead log");
      for (const { reject } of batch) reject(failure);
    }
  }

  async #write(records: readonly Uint8Array[]): Promise<void> {
    if (records.length === 0) return;
    this.#file ??= await this.#begin();
    try {
      await this.#file.append(records);
      await this.#file.datasync();
    } catch (error) {
      // What this file holds up to its last sync is good; what comes after is unknown, so nothing more goes into it.
      await this.#retire();
      throw error;
    }
  }

  async #begin(): Promise<WalFile> {
    const file = await this.#folder.create(this.#nextSequence);
    this.#nextSequence = file.sequence + 1;
    return file;
  }

  async #retire(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }
}
