/**
 * @file Writes one run's folder.
 *
 * A batch is one frame and one write(2): when `append` returns, the batch is with the kernel and survives the process; when `sync` returns, it survives a
 * power loss. A failed append leaves nothing behind and the writer usable, so that a full disk costs the batches that did not fit and no more.
 */
import { join } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import { appendBatch, appendKeys, appendOrigins, type Origin } from "../codec/batch.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { diskError, systemCode } from "../disk-error.ts";
import { nodeFs, type RunLogFs } from "../file-system.ts";
import { Lock, type LockOwner } from "./lock.ts";
import { nodeProcesses, type ProcessTable } from "./process-table.ts";
import { examineRun, type MetDamage, type TornTail } from "./recovery.ts";
import { ensureRunFolder, type RunIdentity, segmentName } from "./run-folder.ts";
import { SegmentFile } from "./segment-file.ts";

/** A new segment begins when the current one is this long. It bounds what is read when a run is opened for writing. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** The whole dictionary is stated again when so many times its size was written since: damage costs names for that long, at 5 % of the bytes. */
const RESTATE_FACTOR = 20;
/** … but not more often than this, for small dictionaries. */
const RESTATE_BYTES = 4096;

/** The lock is looked at before an append when that was last done so long ago: a host that slept may have lost it. */
const LOCK_CHECK_MS = 60_000;

/** What a writer needs from its surroundings; all of it has a default. */
export interface RunLogWriterOptions {
  readonly fs?: RunLogFs;
  readonly processes?: ProcessTable;
  /** The clock, milliseconds since 1970. */
  readonly now?: () => number;
  /** Length from which a new segment begins; 64 MiB when absent. */
  readonly segmentBytes?: number;
}

/** What was found and done when a run was opened. */
export interface RecoveryReport {
  /** The half-written end that was cut away. */
  readonly tornTail: TornTail | undefined;
  /** Damage in the last segment. It stays, and writing goes on in a new segment. */
  readonly damage: readonly MetDamage[];
  /** The dead process from which the lock was taken over. */
  readonly lockTakenFrom: LockOwner | "unreadable" | undefined;
  /** The same in words, one line each; empty when there was nothing. */
  readonly notes: readonly string[];
}

/** Where a batch was written. */
export interface WrittenFrame {
  readonly duplicate: false;
  /** Number of the segment, as in its file name. */
  readonly segment: number;
  /** First byte in the segment. */
  readonly offset: number;
  /** All bytes that were written there: the batch's frame, and frames before it that state keys or origins again. Not shared with the writer. */
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** What {@link RunLogWriter.append} did. `duplicate`: the origin was seen before and nothing was written. */
export type AppendedFrame = WrittenFrame | { readonly duplicate: true };

/**
 * The one writer of a run's folder.
 *
 * @example
 * using writer = RunLogWriter.open(dir, { runId, project: "mnist", createdMs: Date.now() });
 * writer.append([{ type: "config", set: { lr: 0.1 } }]);
 */
export class RunLogWriter implements Disposable {
  /** What was cut away, met or taken over at opening. */
  readonly recovery: RecoveryReport;
  /** Who the run is, as its folder says: for a run that was there before, project and time can differ from what was asked for. */
  readonly identity: RunIdentity;
  readonly #dir: string;
  readonly #fs: RunLogFs;
  readonly #lock: Lock;
  readonly #now: () => number;
  readonly #segmentBytes: number;
  readonly #origins: Map<string, number>;
  readonly #scratch = new ByteWriter(4096);
  #segment: SegmentFile | undefined;
  /** Former segments that are not known to be on the disk. */
  #unsynced: SegmentFile[] = [];
  #folderSynced: boolean = true;
  #lastSequence: number;
  #lockCheckedMs: number;
  #isClosed: boolean = false;

  private constructor(dir: string, identity: RunIdentity, lock: Lock, options: Required<RunLogWriterOptions>) {
    const { fs, now, segmentBytes } = options;
    const found = examineRun(fs, dir);
    this.#dir = dir;
    this.#fs = fs;
    this.#lock = lock;
    this.#now = now;
    this.#segmentBytes = segmentBytes;
    this.#origins = found.origins;
    this.#lastSequence = found.lastSequence;
    this.#lockCheckedMs = now();
    this.identity = identity;
    if (found.open !== undefined) this.#segment = SegmentFile.continue(fs, dir, found.open);
    else if (found.tornTail !== undefined) this.#removeHeadless(found.tornTail.file);
    this.recovery = makeReport(found.tornTail, found.damage, lock.takenFrom);
  }

  /**
   * Opens a run for writing: makes its folder or goes on with it, takes the lock, cuts a torn tail.
   *
   * @param dir - The run's folder, `<store>/runs/<runId>`.
   * @throws TrainlogError `run/locked` when a living process writes the run; `store/newer-format`; `run/bad-identity`; `run/bad-id`;
   *   `store/read-only`, `store/disk-full`, `store/io`.
   */
  static open(dir: string, identity: RunIdentity, options: RunLogWriterOptions = {}): RunLogWriter {
    const all = { fs: nodeFs, processes: nodeProcesses, now: Date.now, segmentBytes: SEGMENT_BYTES, ...options };
    try {
      const found = ensureRunFolder(all.fs, dir, identity);
      const lock = Lock.acquire(dir, all);
      try {
        return new RunLogWriter(dir, found, lock, all);
      } catch (error) {
        lock.release();
        throw error;
      }
    } catch (error) {
      throw diskError(error, `open the run ${dir}`);
    }
  }

  /**
   * Appends a batch: all of it or nothing.
   *
   * @param options - `origin`: who sent the batch; one that is not newer than the last of its writer is a re-delivery and changes nothing.
   * @throws TrainlogError `store/disk-full` (507), `store/io`: nothing was appended, and a later append may succeed. `run/closed`; `run/locked` when
   *   the lock went to another process meanwhile. And what encoding throws: `run/bad-rows`, `run/bad-key`, `run/bad-json`, `run/batch-too-large`.
   */
  append(events: readonly RunEvent[], options: { readonly origin?: Origin } = {}): AppendedFrame {
    this.#checkUsable();
    const { origin } = options;
    if (origin !== undefined && origin.seq <= this.lastSeq(origin.writerId)) return { duplicate: true };
    const segment = this.#currentSegment();
    const knownKeys = segment.dictionary.size;
    const restates = this.#encode(segment, events, origin);
    const frame = this.#scratch.bytes.slice(0, this.#scratch.length);
    try {
      const offset = segment.append(frame);
      if (origin !== undefined) this.#origins.set(origin.writerId, origin.seq);
      if (restates) segment.bytesSinceStatement = 0;
      return { duplicate: false, segment: segment.sequence, offset, frame };
    } catch (error) {
      segment.dictionary.truncate(knownKeys);
      if (segment.isBroken) this.#leaveSegment();
      throw diskError(error, `append to ${this.#dir}/${segmentName(segment.sequence)}`);
    }
  }

  /** The last sequence number of an origin's batches; −1 for one that was never seen. */
  lastSeq(writerId: string): number {
    return this.#origins.get(writerId) ?? -1;
  }

  /**
   * Sees to it that everything that was appended survives a power loss.
   *
   * @throws TrainlogError `store/io` when a sync failed. What was appended since the last one may not be on the disk; it is not tried again on
   *   that file (the kernel may have dropped the bytes), and writing goes on in a new segment.
   */
  sync(): void {
    this.#checkUsable();
    this.#syncAll();
  }

  /**
   * Says that the writer lives. To be called every 5 s.
   *
   * @throws TrainlogError `run/locked` when the lock went to another process meanwhile.
   */
  heartbeat(): void {
    if (this.#isClosed) return;
    this.#checkLock(this.#now());
  }

  /**
   * Syncs, closes and gives the lock back. Closing twice is no error.
   *
   * @throws what {@link sync} throws; the writer is closed all the same.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#syncAll();
    } finally {
      this.#segment?.close();
      this.#segment = undefined;
      this.#lock.release();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkUsable(): void {
    if (this.#isClosed)
      throw new TrainlogError("run/closed", `${this.#dir}: the run's writer was closed; open the run again to go on`);
    const nowMs = this.#now();
    if (Math.abs(nowMs - this.#lockCheckedMs) > LOCK_CHECK_MS) this.#checkLock(nowMs);
  }

  #checkLock(nowMs: number): void {
    if (!this.#lock.heartbeat(nowMs)) {
      const message = `${this.#dir}: the lock of this run went to another process while this one was silent; open the run again to go on`;
      throw new TrainlogError("run/locked", message, { status: 409 });
    }
    this.#lockCheckedMs = nowMs;
  }

  /** The segment to append to; a new one when there is none or it is full. */
  #currentSegment(): SegmentFile {
    if (this.#segment !== undefined && this.#segment.sizeBytes >= this.#segmentBytes) this.#leaveSegment();
    this.#segment ??= this.#beginSegment();
    return this.#segment;
  }

  #beginSegment(): SegmentFile {
    for (;;) {
      const sequence = this.#lastSequence + 1;
      try {
        const segment = SegmentFile.create(this.#fs, this.#dir, sequence);
        this.#lastSequence = sequence;
        this.#folderSynced = false;
        return segment;
      } catch (error) {
        if (systemCode(error) !== "EEXIST") throw diskError(error, `begin ${this.#dir}/${segmentName(sequence)}`);
        // A file that an earlier failure made and could not remove again keeps its number.
        this.#lastSequence = sequence;
      }
    }
  }

  /** Removes a segment whose header was never written whole, so that its number is free again. */
  #removeHeadless(file: string): void {
    this.#fs.remove(join(this.#dir, file));
    this.#lastSequence--;
  }

  /** Appends no more to the current segment. It stays open until it is synced. */
  #leaveSegment(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment !== undefined) this.#unsynced.push(segment);
  }

  /** Encodes a batch into the scratch buffer, with what has to be stated before it. Says whether all keys were stated again. */
  #encode(segment: SegmentFile, events: readonly RunEvent[], origin: Origin | undefined): boolean {
    const { dictionary, bytesSinceStatement } = segment;
    const scratch = this.#scratch;
    scratch.length = 0;
    if (segment.sequence > 1 && segment.isEmpty) appendOrigins(scratch, this.#origins);
    const dictionaryBytes = dictionary.keyUnits + dictionary.size;
    const restates = bytesSinceStatement >= Math.max(RESTATE_BYTES, RESTATE_FACTOR * dictionaryBytes);
    if (restates) appendKeys(scratch, dictionary);
    appendBatch(scratch, origin === undefined ? { events } : { events, origin }, dictionary);
    return restates;
  }

  #syncAll(): void {
    const segments = this.#segment === undefined ? this.#unsynced : [...this.#unsynced, this.#segment];
    this.#unsynced = [];
    let failure: unknown;
    for (const segment of segments) {
      try {
        segment.sync();
      } catch (error) {
        failure ??= error;
      }
      if (segment !== this.#segment) segment.close();
    }
    if (this.#segment?.isBroken === true) {
      this.#segment.close();
      this.#segment = undefined;
    }
    failure ??= this.#syncFolder();
    if (failure !== undefined)
      throw diskError(failure, `sync ${this.#dir}; what was logged last may be lost if the power goes`);
  }

  #syncFolder(): unknown {
    if (this.#folderSynced) return undefined;
    try {
      this.#fs.syncFolder(this.#dir);
      this.#folderSynced = true;
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

function makeReport(
  tornTail: TornTail | undefined,
  damage: readonly MetDamage[],
  lockTakenFrom: LockOwner | "unreadable" | undefined,
): RecoveryReport {
  const notes = damage.map(
    ({ file, offset, endOffset, message }) =>
      `${file}, bytes ${offset} to ${endOffset}: ${message}; left as it is, writing goes on in a new segment (\`trainlog repair\` saves what is readable)`,
  );
  if (tornTail !== undefined) {
    notes.unshift(
      `${tornTail.file}: ${tornTail.cutBytes} bytes at ${tornTail.offset} were half written when the run stopped; they were cut away`,
    );
  }
  if (lockTakenFrom === "unreadable")
    notes.unshift("the lock was taken over from an owner whose lock could not be read");
  else if (lockTakenFrom !== undefined) {
    notes.unshift(
      `the lock was taken over from process ${lockTakenFrom.pid} on host ${lockTakenFrom.hostname}, which is gone`,
    );
  }
  return { tornTail, damage, lockTakenFrom, notes };
}
