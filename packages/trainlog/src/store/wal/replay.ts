/**
 * @file Replays the write-ahead log into the run folders when a store is opened.
 *
 * After `kill -9` every record's bytes are in the run folders already (the page cache outlives a process), so replay compares and writes nothing;
 * after a power loss it writes what is missing. It never writes over a valid frame of other content and never leaves a gap: such a record is set
 * aside under `wal/damaged/` and named. Nothing here stops a store from opening.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES, scanFrames } from "../../run-log/codec/frame.ts";
import { RedoFile, type RedoOutcome } from "./redo-file.ts";
import { walPath, walSequences } from "./wal-file.ts";
import { type AppendRecord, decodeWalRecord, type RunRecord, type WalRecord } from "./wal-record.ts";

/** What replay found and did. */
export interface ReplayReport {
  /** Files of the log that were read. */
  readonly sequences: readonly number[];
  readonly recordCount: number;
  /** Records whose bytes were not in the run folders. */
  readonly writtenCount: number;
  /** Run segments that the log names; they are not known to be on the disk. */
  readonly segments: ReadonlyMap<string, ReadonlySet<number>>;
  /** What was cut or set aside, in words. */
  readonly notes: readonly string[];
}

/** How to replay. */
export interface ReplayOptions {
  /** Write bytes also where they stand already, so that the kernel takes them as new: after a sync that failed. */
  readonly rewrite?: boolean;
  /** Only files below this number. */
  readonly below?: number;
}

/**
 * Replays all files of the log.
 *
 * @param walDir - The `wal` folder of a store.
 * @param runsDir - The `runs` folder of the store.
 * @throws TrainlogError `store/newer-format` when a newer trainlog wrote the log.
 */
export async function replayWal(walDir: string, runsDir: string, options: ReplayOptions = {}): Promise<ReplayReport> {
  const sequences = (await walSequences(walDir)).filter((sequence) => sequence < (options.below ?? Infinity));
  const replay = new Replay(walDir, runsDir, options.rewrite ?? false);
  for (const sequence of sequences) replay.readFile(sequence);
  replay.redo();
  return { sequences, ...replay.result() };
}

class Replay {
  readonly #walDir: string;
  readonly #runsDir: string;
  readonly #rewrite: boolean;
  readonly #notes: string[] = [];
  /** By run, in order; a `settled` record empties the run's list. */
  readonly #records = new Map<string, AppendRecord[]>();
  readonly #runs = new Map<string, RunRecord>();
  readonly #segments = new Map<string, Set<number>>();
  #recordCount = 0;
  #writtenCount = 0;

  constructor(walDir: string, runsDir: string, rewrite: boolean) {
    this.#walDir = walDir;
    this.#runsDir = runsDir;
    this.#rewrite = rewrite;
  }

  result(): Omit<ReplayReport, "sequences"> {
    return {
      recordCount: this.#recordCount,
      writtenCount: this.#writtenCount,
      segments: this.#segments,
      notes: this.#notes,
    };
  }

  /** Collects the records of one file. */
  readFile(sequence: number): void {
    const path = walPath(this.#walDir, sequence);
    const bytes = readFileSync(path);
    if (!this.#checkHeader(path, bytes)) return;
    for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
      if (item.kind === "damage") {
        this.#noteDamage(path, bytes, item.offset, item.end, item.tail);
        continue;
      }
      try {
        this.#collect(decodeWalRecord(item));
      } catch (error) {
        this.#setAside(`${path.slice(this.#walDir.length + 1)}-${item.offset}`, bytes.subarray(item.offset, item.end));
        this.#notes.push(
          `${path}: ${error instanceof Error ? error.message : String(error)}; the record was set aside`,
        );
      }
    }
  }

  /** Brings the run folders up to the log. */
  redo(): void {
    for (const [runId, records] of this.#records) this.#redoRun(runId, records);
  }

  #checkHeader(path: string, bytes: Uint8Array): boolean {
    // A file shorter than its header was being made when the power went: nothing in it was acknowledged.
    if (bytes.length < SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0)) return false;
    try {
      decodeSegmentHeader(bytes, path);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "store/newer-format") throw error;
      this.#notes.push(`${path}: the header is damaged; its records were read all the same`);
    }
    return true;
  }

  #noteDamage(path: string, bytes: Uint8Array, offset: number, end: number, tail: boolean): void {
    if (tail) {
      this.#notes.push(
        `${path}: ${end - offset} bytes at ${offset} were being written when it stopped; they were never acknowledged`,
      );
      return;
    }
    this.#setAside(`${path.slice(this.#walDir.length + 1)}-${offset}`, bytes.subarray(offset, end));
    this.#notes.push(`${path}: bytes ${offset} to ${end} are damaged and were set aside; batches in them may be lost`);
  }

  #collect(record: WalRecord): void {
    this.#recordCount++;
    if (record.type === "run") this.#runs.set(record.runId, record);
    if (record.type === "settled") {
      this.#records.delete(record.runId);
      this.#runs.delete(record.runId);
    }
    if (record.type === "run" && !this.#records.has(record.runId)) this.#records.set(record.runId, []);
    if (record.type !== "append") return;
    const records = this.#records.get(record.runId);
    if (records === undefined) this.#records.set(record.runId, [record]);
    else records.push(record);
  }

  #redoRun(runId: string, records: readonly AppendRecord[]): void {
    const runDir = join(this.#runsDir, runId);
    try {
      if (!this.#makeRun(runDir, runId)) return;
      for (const [segment, ofSegment] of Map.groupBy(records, (record) => record.segment)) {
        this.#redoSegment(runDir, runId, segment, ofSegment);
      }
    } catch (error) {
      this.#notes.push(
        `${runDir}: cannot be brought up to date (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }

  /** False for a run that is gone: deleted by hand. */
  #makeRun(runDir: string, runId: string): boolean {
    if (existsSync(join(runDir, "run.json"))) return true;
    const run = this.#runs.get(runId);
    if (run === undefined) return false;
    makeFolder(runDir);
    const identity = { format: "trainlog-run", version: 1, runId, project: run.project, createdMs: run.createdMs };
    writeFileSync(join(runDir, "run.json"), `${JSON.stringify(identity)}\n`);
    this.#writtenCount++;
    return true;
  }

  #redoSegment(runDir: string, runId: string, segment: number, records: readonly AppendRecord[]): void {
    const segments = this.#segments.get(runId) ?? new Set();
    this.#segments.set(runId, segments.add(segment));
    using file = RedoFile.open(runDir, segment);
    for (const record of records) {
      const outcome = file.redo(record.offset, record.bytes, this.#rewrite);
      if (outcome === "written") this.#writtenCount++;
      else if (outcome !== "present") this.#quarantine(record, outcome);
    }
  }

  #quarantine(record: AppendRecord, outcome: Exclude<RedoOutcome, "present" | "written">): void {
    const name = `${record.runId}-${record.segment}-${record.offset}`;
    this.#setAside(name, record.bytes);
    const reason = outcome === "gap" ? "lies beyond the end of the segment" : "would overwrite another batch";
    this.#notes.push(
      `run ${record.runId}: an acknowledged batch ${reason} (segment ${record.segment}, byte ${record.offset}); it was set aside as wal/damaged/${name}`,
    );
  }

  #setAside(name: string, bytes: Uint8Array): void {
    const dir = join(this.#walDir, "damaged");
    makeFolder(dir);
    writeFileSync(join(dir, name), bytes);
  }
}
