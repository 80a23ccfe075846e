/**
 * @file Copies a store while it is written.
 *
 * What makes the copy consistent: a log is only appended to, so its first n bytes, cut at a whole frame, are the run as it was at some moment; a sealed file replaces logs, so
 * a run whose files changed their names while it was copied is copied again; and stored files are uploaded before an event refers to them, so copying them after the runs
 * finds every one that the copied runs refer to.
 */
import { existsSync, statSync } from "node:fs";
import { readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../run-log/disk-error.ts";
import type { BackupSource, SourceFile } from "./backup-source.ts";
import { copyFile } from "./copy-file.ts";
import { type BackedUpFile, readManifest, writeManifest } from "./manifest.ts";

/** Attempts to copy a run whose files change their names meanwhile. */
const MAX_ATTEMPTS = 5;

/** How a backup is made. */
export interface BackUpOptions {
  readonly nowMs: number;
  readonly signal?: AbortSignal;
  readonly onRun?: (index: number, count: number, runId: string) => void;
}

/** What a backup did. */
export interface BackUpReport {
  readonly runs: number;
  /** Runs of which something was copied. */
  readonly changedRuns: number;
  /** Projects with notes. */
  readonly projects: number;
  /** Runs of earlier backups that the store has not got any more; they are kept. */
  readonly keptRuns: number;
  readonly copiedFiles: number;
  readonly copiedBytes: number;
  readonly copiedBlobs: number;
  /** What could not be copied, in words; empty when the backup is complete. */
  readonly problems: readonly string[];
}

/**
 * Makes a backup, or brings one up to date: only what is new or changed is read and written.
 *
 * @throws TrainlogError `backup/not-a-backup`, `backup/newer-format`, `store/disk-full`, `store/read-only`, `store/io`.
 */
export async function backUp(source: BackupSource, dir: string, options: BackUpOptions): Promise<BackUpReport> {
  const former = await readManifest(dir);
  const runs = new Map(former?.runs);
  const report = { changedRuns: 0, copiedFiles: 0, copiedBytes: 0, copiedBlobs: 0, problems: [] as string[] };
  const runIds = await source.runIds();
  if (!existsSync(join(dir, "store.json"))) await copyFile(join(dir, "store.json"), [STORE_MARK]);
  // From the first byte on the folder is a backup, so that one that was interrupted can be gone on with.
  let projects = former?.projects ?? [];
  if (former === undefined) await writeManifest(dir, { createdMs: options.nowMs, runs, projects });
  try {
    for (const [index, runId] of runIds.entries()) {
      options.signal?.throwIfAborted();
      options.onRun?.(index, runIds.length, runId);
      const copied = await copyRun(source, runId, { dir, former: runs.get(runId) ?? [], problems: report.problems });
      if (copied === undefined) continue;
      runs.set(runId, copied.files);
      report.copiedFiles += copied.copiedFiles;
      report.copiedBytes += copied.copiedBytes;
      if (copied.copiedFiles > 0) report.changedRuns += 1;
    }
    projects = await copyProjects(source, dir, projects, report);
    await copyBlobs(source, dir, report, options.signal);
  } finally {
    // Also of a backup that ends early: it says what is there.
    await writeManifest(dir, { createdMs: options.nowMs, runs, projects });
  }
  return {
    ...report,
    projects: projects.length,
    runs: runIds.length,
    keptRuns: runs.size - runIds.filter((runId) => runs.has(runId)).length,
  };
}

const STORE_MARK: Uint8Array = Buffer.from('{"format":"trainlog-store","version":1}\n');

interface RunPlace {
  readonly dir: string;
  readonly former: readonly BackedUpFile[];
  readonly problems: string[];
}

interface CopiedRun {
  readonly files: readonly BackedUpFile[];
  readonly copiedFiles: number;
  readonly copiedBytes: number;
}

/** Copies what is new of a run; `undefined` when it is gone or would not hold still. */
async function copyRun(source: BackupSource, runId: string, place: RunPlace): Promise<CopiedRun | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const listed = await source.files(runId);
    if (!listed.some(({ path }) => path === "run.json")) return undefined;
    const copied = await tryCopy(source, runId, listed, place);
    if (copied !== undefined && sameLogs(listed, await source.files(runId))) {
      await removeOthers(join(place.dir, "runs", runId), copied.files);
      return copied;
    }
  }
  place.problems.push(`run ${runId}: its files changed again and again while they were copied; make the backup again`);
  return undefined;
}

/** Whether no file went and no sealed file came: new logs may have begun. */
function sameLogs(before: readonly SourceFile[], after: readonly SourceFile[]): boolean {
  const paths = new Set(after.map(({ path }) => path));
  const sealed = (files: readonly SourceFile[]): number => files.filter(({ path }) => path.endsWith(".sealed")).length;
  return before.every(({ path }) => paths.has(path)) && sealed(before) === sealed(after);
}

/** Copies the files of a run, `run.json` last: a folder without it is no run yet. `undefined` when a file went meanwhile. */
async function tryCopy(
  source: BackupSource,
  runId: string,
  listed: readonly SourceFile[],
  { dir, former }: RunPlace,
): Promise<CopiedRun | undefined> {
  const known = new Map(former.map((file) => [file.path, file]));
  const files: BackedUpFile[] = [];
  let [copiedFiles, copiedBytes] = [0, 0];
  for (const file of [...listed].sort((a, b) => Number(a.path === "run.json") - Number(b.path === "run.json"))) {
    const path = join(dir, "runs", runId, file.path);
    const old = known.get(file.path);
    if (old !== undefined && isUnchanged(file, old, path)) {
      files.push(old);
      continue;
    }
    try {
      const copied = await copyFile(path, source.read(runId, file));
      // When a run that is fed through a server was last heard of is the time of its file `contact`.
      await utimes(path, file.modifiedMs / 1000, file.modifiedMs / 1000);
      files.push({ path: file.path, ...copied, sourceBytes: file.sizeBytes, sourceMs: file.modifiedMs });
      copiedFiles += 1;
      copiedBytes += copied.sizeBytes;
    } catch (error) {
      if (systemCode(error instanceof Error ? error.cause : error) === "ENOENT") return undefined;
      throw error;
    }
  }
  return { files, copiedFiles, copiedBytes };
}

function isUnchanged(file: SourceFile, old: BackedUpFile, path: string): boolean {
  const isSame = old.sourceBytes === file.sizeBytes && old.sourceMs === file.modifiedMs;
  return isSame && statSync(path, { throwIfNoEntry: false })?.size === old.sizeBytes;
}

/** Removes logs that a sealed file has replaced since the last backup, or while this one went on. */
async function removeOthers(runDir: string, files: readonly BackedUpFile[]): Promise<void> {
  const kept = new Set(files.map(({ path }) => path));
  const names = (await readdir(runDir)).filter((name) => /\.(?:log|sealed)$/.test(name));
  for (const name of names) if (!kept.has(name)) await rm(join(runDir, name), { force: true });
}

/** Copies the notes of projects that are new or changed. Each file is replaced whole by whoever writes it. Those of earlier backups are kept. */
async function copyProjects(
  source: BackupSource,
  dir: string,
  former: readonly BackedUpFile[],
  report: { copiedFiles: number; copiedBytes: number },
): Promise<BackedUpFile[]> {
  const files = new Map(former.map((file) => [file.path, file]));
  for (const file of await source.projects()) {
    const path = join(dir, "projects", file.path);
    const old = files.get(file.path);
    if (old !== undefined && isUnchanged(file, old, path)) continue;
    const copied = await copyFile(path, source.readProject(file));
    files.set(file.path, { path: file.path, ...copied, sourceBytes: file.sizeBytes, sourceMs: file.modifiedMs });
    report.copiedFiles += 1;
    report.copiedBytes += copied.sizeBytes;
  }
  return [...files.values()];
}

async function copyBlobs(
  source: BackupSource,
  dir: string,
  report: { copiedBlobs: number; copiedBytes: number; problems: string[] },
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const { sha256, sizeBytes } of source.blobs()) {
    signal?.throwIfAborted();
    const path = blobPath(dir, sha256);
    if (statSync(path, { throwIfNoEntry: false })?.size === sizeBytes) continue;
    try {
      await copyFile(path, source.openBlob(sha256), sha256);
      report.copiedBlobs += 1;
      report.copiedBytes += sizeBytes;
    } catch (error) {
      if (!isOfOneFile(error)) throw error;
      report.problems.push(`stored file ${sha256}: ${error.message}`);
    }
  }
}

/** Where a stored file lies in a backup, as in a store. */
export function blobPath(dir: string, sha256: string): string {
  return join(dir, "blobs", sha256.slice(0, 2), sha256.slice(2));
}

/** Whether an error is about one stored file (other content than its name says, collected meanwhile) and not about the backup. */
function isOfOneFile(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === "backup/damaged") || systemCode(error.cause) === "ENOENT";
}
