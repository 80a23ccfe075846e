/**
 * @file Repairing a run: damaged files are written again from what can be read, and the originals are kept.
 *
 * Each file is replaced on its own: the new one is written and synced beside it, read back, the original gets a second name under `damaged/`, then the
 * new one takes its place by rename. A crash between any two of these steps leaves a run as readable as before.
 */
import { basename, join, resolve } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import { randomText } from "../../run/id.ts";
import { decodeBatch } from "../codec/batch.ts";
import { FORMAT_VERSION, FRAME_BATCH, SEGMENT_HEADER_BYTES, scanFrames } from "../codec/frame.ts";
import { KeyDictionary } from "../codec/key-dictionary.ts";
import { diskError, systemCode } from "../disk-error.ts";
import { nodeFs, type RunLogFs, removeQuietly, writeNewFile } from "../file-system.ts";
import { Lock, runLiveness } from "../write/lock.ts";
import { IDENTITY_FILE, type RunIdentity } from "../write/run-folder.ts";
import { checkFile, type ExpectedFile, type FoundDamage } from "./check-file.ts";
import { salvageFile } from "./salvage.ts";
import { expectedFiles, type VerifyOptions, verifyFiles, verifyRun } from "./verify-run.ts";

/** Options of {@link repairRun}. */
export interface RepairOptions extends VerifyOptions {
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
}

/** One file that was written again. */
export interface RepairedFile {
  readonly name: string;
  /** Where the original is kept, inside the run's folder; undefined when there was none. */
  readonly original: string | undefined;
  readonly savedBatches: number;
  readonly savedValues: number;
  readonly savedEvents: number;
  /** Bytes of the original that are no whole frame. */
  readonly unreadableBytes: number;
  /** Values that are whole but whose keys are lost. */
  readonly lostValues: number;
}

/** What {@link repairRun} did, or would do. */
export interface RepairReport {
  readonly runId: string;
  readonly dryRun: boolean;
  /** What was wrong. */
  readonly damage: readonly FoundDamage[];
  readonly repaired: readonly RepairedFile[];
  /** Damage that stays: nothing that can be written would be better. */
  readonly unrepaired: readonly FoundDamage[];
}

/**
 * Repairs a run. An undamaged run is left untouched.
 *
 * @param dir - The run's folder.
 * @throws TrainlogError `run/locked` while a living process writes the run; `store/disk-full`, `store/read-only`, `store/io`; and as `verifyRun`.
 */
export function repairRun(dir: string, options: RepairOptions = {}): RepairReport {
  const { dryRun = false, fs = nodeFs, now = Date.now } = options;
  if (dryRun)
    return repair(
      dir,
      { ...options, fs, now, isWritten: runLiveness(dir, { nowMs: now() }) === "alive" },
      () => undefined,
    );
  // A whole run needs no lock, and is left alone also while it is being written.
  if (verifyRun(dir, options).damage.length === 0) return nothingToDo(dir);
  const lock = Lock.acquire(dir, { fs, now });
  try {
    const originals = `damaged/${new Date(now()).toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}-${randomText(4)}`;
    const all = { ...options, fs, now, isWritten: false };
    return repair(dir, all, (name, bytes) => replaceFile(fs, dir, name, bytes, originals));
  } catch (error) {
    throw diskError(error, `repair the run ${dir}`);
  } finally {
    lock.release();
  }
}

function nothingToDo(dir: string): RepairReport {
  return { runId: basename(resolve(dir)), dryRun: false, damage: [], repaired: [], unrepaired: [] };
}

/** Puts `bytes` in the place of file `name` and says where the original is kept. */
type Replace = (name: string, bytes: Uint8Array) => string | undefined;

function repair(
  dir: string,
  options: RepairOptions & { readonly fs: RunLogFs; readonly isWritten: boolean },
  replace: Replace,
): RepairReport {
  const { damage, runId } = verifyFiles(dir, options);
  const files = expectedFiles(options.fs.list(dir), runId);
  const repaired: RepairedFile[] = [];
  const unrepaired: FoundDamage[] = [];
  for (const [name, found] of Map.groupBy(damage, ({ file }) => file)) {
    const expected = files.find((file) => file.name === name);
    const lasting =
      expected?.kind === "sealed"
        ? found
        : found.filter(({ kind }) => kind === "foreign-run" || kind === "unknown-frame");
    unrepaired.push(...lasting);
    if (lasting.length === found.length) continue;
    repaired.push(
      expected === undefined
        ? repairIdentity(dir, options.fs, replace)
        : repairFrames(dir, options.fs, expected, replace),
    );
  }
  return { runId, dryRun: options.dryRun ?? false, damage, repaired, unrepaired };
}

function repairFrames(dir: string, fs: RunLogFs, expected: ExpectedFile, replace: Replace): RepairedFile {
  const bytes = fs.readFile(join(dir, expected.name));
  const salvaged = salvageFile(bytes, expected);
  assertReadable(salvaged.bytes, expected);
  const original = replace(expected.name, salvaged.bytes);
  let unreadableBytes = 0;
  for (const item of scanFrames(bytes, { start: Math.min(SEGMENT_HEADER_BYTES, bytes.length) })) {
    if (item.kind === "damage") unreadableBytes += item.end - item.offset;
  }
  return {
    name: expected.name,
    original,
    savedBatches: salvaged.batchCount,
    savedValues: salvaged.valueCount,
    savedEvents: salvaged.eventCount,
    unreadableBytes,
    lostValues: salvaged.lostValues,
  };
}

/** The new file is trusted only after it was read back. */
function assertReadable(bytes: Uint8Array, expected: ExpectedFile): void {
  const [damage] = checkFile(bytes, expected).damage.filter(
    ({ kind }) => kind !== "foreign-run" && kind !== "unknown-frame",
  );
  if (damage !== undefined)
    throw new TrainlogError(
      "run-log/repair-failed",
      `the repaired file would be damaged: ${damage.message}; nothing was changed`,
    );
}

/** Writes `run.json` again: the id is the folder's name, the rest stands in the run's first start event. */
function repairIdentity(dir: string, fs: RunLogFs, replace: Replace): RepairedFile {
  const runId = basename(resolve(dir));
  const identity: RunIdentity = startOf(dir, fs, runId) ?? { runId, project: "", createdMs: 0 };
  const text = `${JSON.stringify({ format: "trainlog-run", version: FORMAT_VERSION, ...identity })}\n`;
  const original = replace(IDENTITY_FILE, new TextEncoder().encode(text));
  return {
    name: IDENTITY_FILE,
    original,
    savedBatches: 0,
    savedValues: 0,
    savedEvents: 0,
    unreadableBytes: 0,
    lostValues: 0,
  };
}

function startOf(dir: string, fs: RunLogFs, runId: string): RunIdentity | undefined {
  for (const { name } of expectedFiles(fs.list(dir), runId)) {
    const { bytes } = salvageFile(fs.readFile(join(dir, name)), { name, kind: "open", runId });
    const dictionary = new KeyDictionary();
    for (const item of scanFrames(bytes, { start: SEGMENT_HEADER_BYTES })) {
      if (item.kind !== "frame" || item.type !== FRAME_BATCH) continue;
      const start = decodeBatch(item.payload, dictionary).events.find((event) => event.type === "start");
      if (start !== undefined) return { runId, project: start.project, createdMs: start.wallMs };
    }
  }
  return undefined;
}

function replaceFile(
  fs: RunLogFs,
  dir: string,
  name: string,
  bytes: Uint8Array,
  originals: string,
): string | undefined {
  const path = join(dir, name);
  const temporary = `${path}.${randomText(8)}.tmp`;
  writeNewFile(fs, temporary, bytes);
  try {
    const original = keepOriginal(fs, dir, name, originals);
    fs.rename(temporary, path);
    fs.syncFolder(dir);
    return original;
  } catch (error) {
    removeQuietly(fs, temporary);
    throw error;
  }
}

function keepOriginal(fs: RunLogFs, dir: string, name: string, originals: string): string | undefined {
  const kept = join(dir, originals, name);
  fs.makeFolder(join(dir, originals));
  try {
    fs.link(join(dir, name), kept);
  } catch (error) {
    // A missing run.json has no original; where files cannot have two names, a copy is kept.
    if (systemCode(error) === "ENOENT") return undefined;
    writeNewFile(fs, kept, fs.readFile(join(dir, name)));
  }
  fs.syncFolder(join(dir, originals));
  return `${originals}/${name}`;
}
