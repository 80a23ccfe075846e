/**
 * @file Sealing: a run that nobody writes becomes one compressed file that answers everything as before.
 *
 * Crash-safe at every step: the new file has another name until it was written, synced, read back and found to say the same; then one rename makes it the
 * run, and only then the old files go. What a crash leaves is either the old run (and a leftover) or the new one (and leftovers).
 */
import { join } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import type { RunEvent } from "../../run/event.ts";
import { toEventJson } from "../codec/event-json.ts";
import { diskError } from "../disk-error.ts";
import { closeQuietly, nodeFs, type RunLogFs, removeQuietly } from "../file-system.ts";
import { ChunkCache } from "../read/chunk-cache.ts";
import type { Damage } from "../read/damage.ts";
import { hasZstd } from "../read/packed.ts";
import { runEvents } from "../read/run-events.ts";
import { listRunFiles, numberedName, type RunFiles } from "../read/run-files.ts";
import type { RunIndex } from "../read/run-index.ts";
import { RunLogReader } from "../read/run-log-reader.ts";
import type { AxisBlock } from "../read/sealed-axes.ts";
import { SealedFile } from "../read/sealed-file.ts";
import { Lock, type LockOptions } from "../write/lock.ts";
import { RunDigest } from "./run-digest.ts";
import { SealedWriter } from "./sealed-writer.ts";

/** Options of {@link sealRun}. */
export interface SealOptions {
  readonly fs?: RunLogFs;
  /** Where the run's lock looks for its owner. */
  readonly processes?: LockOptions["processes"];
}

/** What {@link sealRun} did. */
export interface SealReport {
  readonly sealed: boolean;
  /** Why not: nothing to seal; damage that has to be repaired first; this Node.js has no zstd. */
  readonly reason?: "nothing-to-do" | "damaged" | "no-zstd";
  /** Name of the sealed file. */
  readonly file?: string;
  readonly rows: number;
  readonly events: number;
  /** Bytes of the run's files before and after, without blobs. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** What stood in the way, or the torn tail that a crashed writer left and that is not in the sealed file. */
  readonly damage: readonly Damage[];
}

/**
 * Seals the run in folder `dir`. A run that was sealed and resumed is sealed again, all in one file.
 *
 * @throws TrainlogError `run/locked` while a living process writes the run; `run/not-found`; `run/seal-failed` when the new file does not say what the
 * old ones do (nothing is changed then); `store/disk-full`, `store/read-only`, `store/io`.
 *
 * @example
 * const { bytesBefore, bytesAfter } = sealRun("trainlog/runs/20261121-015502-k3x9f2ab");
 */
export function sealRun(dir: string, options: SealOptions = {}): SealReport {
  const fs = options.fs ?? nodeFs;
  listRunFiles(dir);
  if (!hasZstd()) return { ...NOTHING, reason: "no-zstd" };
  const lock = Lock.acquire(dir, { fs, ...(options.processes && { processes: options.processes }) });
  try {
    return sealLocked(fs, dir);
  } catch (error) {
    throw diskError(error, `seal ${dir}`);
  } finally {
    lock.release();
  }
}

const NOTHING = { sealed: false, rows: 0, events: 0, bytesBefore: 0, bytesAfter: 0, damage: [] };

function sealLocked(fs: RunLogFs, dir: string): SealReport {
  removeLeftovers(fs, dir, listRunFiles(dir));
  const files = listRunFiles(dir);
  const last = files.segments.at(-1);
  if (last === undefined) return { ...NOTHING, reason: "nothing-to-do" };
  using reader = RunLogReader.open(dir, { now: () => Number.POSITIVE_INFINITY });
  reader.refresh();
  const damage = [...reader.damage];
  const bytesBefore = sizeOf(fs, dir, files);
  if (damage.some(({ kind }) => kind !== "torn-tail"))
    return { ...NOTHING, reason: "damaged", bytesBefore, bytesAfter: bytesBefore, damage };
  const name = numberedName(last.sequence, "sealed");
  writeSealed(fs, dir, name, last.sequence, reader);
  fs.syncFolder(dir);
  removeLeftovers(fs, dir, listRunFiles(dir));
  const bytesAfter = sizeOf(fs, dir, listRunFiles(dir));
  return { sealed: true, file: name, ...reader.length, bytesBefore, bytesAfter, damage };
}

function sizeOf(fs: RunLogFs, dir: string, { sealed, segments, sidecars }: RunFiles): number {
  const names = [...(sealed === undefined ? [] : [sealed]), ...segments, ...sidecars];
  return names.reduce((sum, { name }) => sum + fs.facts(join(dir, name)).sizeBytes, 0);
}

/** Removes what the sealed file has replaced, and files of a sealing that was cut short. */
function removeLeftovers(fs: RunLogFs, dir: string, { obsolete }: RunFiles): void {
  for (const { name } of obsolete) fs.remove(join(dir, name));
  for (const name of fs.list(dir)) if (name.endsWith(".sealed.tmp")) fs.remove(join(dir, name));
}

/** Writes the sealed file beside the run, checks it, and makes it the run. */
function writeSealed(fs: RunLogFs, dir: string, name: string, sequence: number, reader: RunLogReader): void {
  const temporary = `${name}.tmp`;
  const path = join(dir, temporary);
  const file = fs.open(path, "wx+");
  let isOpen = true;
  try {
    const digest = copyRun(new SealedWriter(fs, file, sequence, reader.index), reader);
    fs.sync(file);
    isOpen = false;
    fs.close(file);
    checkCopy(dir, { name: temporary, sequence }, digest);
    fs.rename(path, join(dir, name));
  } catch (error) {
    if (isOpen) closeQuietly(fs, file);
    removeQuietly(fs, path);
    throw error;
  }
}

function copyRun(writer: SealedWriter, reader: RunLogReader): RunDigest {
  const digest = new RunDigest();
  for (const event of reader.ownEvents()) {
    if (event.type === "rows") {
      writer.addRows(event.rows);
      digest.addRows(event.rows);
    } else {
      const json = jsonOf(event);
      writer.addEvent(json);
      digest.addEvent(json);
    }
  }
  writer.finish();
  return digest;
}

function jsonOf(event: RunEvent): Uint8Array {
  return new TextEncoder().encode(toEventJson(event));
}

/** Reads the new file as a reader will, and compares. @throws TrainlogError `run/seal-failed`. */
function checkCopy(dir: string, file: { name: string; sequence: number }, expected: RunDigest): void {
  const opened = SealedFile.open(dir, file, new ChunkCache().forOwner<AxisBlock>());
  const found = opened === undefined ? undefined : digestOf(opened.sealed, opened.index);
  const damage = opened?.sealed.damage[0]?.message;
  const difference = damage ?? (found === undefined ? "it is not there" : expected.difference(found));
  if (difference === undefined) return;
  throw new TrainlogError(
    "run/seal-failed",
    `${join(dir, file.name)}: read back, it does not say what the run says: ${difference}; the run is unchanged`,
  );
}

function digestOf(sealed: SealedFile, index: RunIndex): RunDigest {
  const digest = new RunDigest();
  for (const { event } of runEvents([sealed], index, { rows: 0, events: 0 })) {
    if (event.type === "rows") digest.addRows(event.rows);
    else digest.addEvent(jsonOf(event));
  }
  return digest;
}
