/**
 * @file Brings runs of a backup into a store.
 *
 * A run is copied beside the store's runs, checked against its checksums, and then appears by one rename, so that a server that serves the store sees it whole. A run that the
 * store has is never overwritten.
 */
import { createReadStream, existsSync } from "node:fs";
import { readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import { diskError } from "../run-log/disk-error.ts";
import { blobPath } from "./back-up.ts";
import { folderSource } from "./backup-source.ts";
import { checksumOf, copyFile } from "./copy-file.ts";
import type { BackedUpFile } from "./manifest.ts";
import { openBackup } from "./verify-backup.ts";

/** What became of a run. `differs`: the store has another state of it, which was left alone. */
export type RestoreOutcome = "restored" | "unchanged" | "differs" | "damaged";

/** One run of a restore. */
export interface RestoredRun {
  readonly runId: string;
  readonly outcome: RestoreOutcome;
  /** What is wrong, in words. */
  readonly problem?: string;
}

/** How a backup is restored. */
export interface RestoreOptions {
  /** The runs to bring back; all when absent. */
  readonly runIds?: readonly string[];
  /** The stored files to bring back; all when absent. */
  readonly blobs?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly onRun?: (index: number, count: number, runId: string) => void;
}

/**
 * Brings runs back.
 *
 * @param storeDir - A store's folder, which exists.
 * @throws TrainlogError `backup/not-a-backup`, `run/not-found` for a run that the backup has not got, `store/…`.
 */
export async function restoreBackup(
  dir: string,
  storeDir: string,
  options: RestoreOptions = {},
): Promise<{ runs: RestoredRun[]; projects: number; blobs: number; problems: string[] }> {
  const { runs, projects: notes } = await openBackup(dir);
  const runIds = options.runIds ?? [...runs.keys()];
  const missing = runIds.find((runId) => !runs.has(runId));
  if (missing !== undefined) {
    throw new TrainlogError(
      "run/not-found",
      `run ${missing} is not in the backup ${dir}; see what is: trainlog ls --dir ${dir}`,
      {
        status: 404,
      },
    );
  }
  // Stored files first: no run may appear that refers to what is not there.
  const { blobs, problems } = await restoreBlobs(dir, storeDir, options);
  const restored: RestoredRun[] = [];
  for (const [index, runId] of runIds.entries()) {
    options.signal?.throwIfAborted();
    options.onRun?.(index, runIds.length, runId);
    restored.push(await restoreRun(join(dir, "runs", runId), storeDir, runId, runs.get(runId) ?? []));
  }
  // Notes belong to whole projects: who asks for some runs gets these alone.
  const projects = options.runIds === undefined ? await restoreProjects(dir, storeDir, notes, problems) : 0;
  return { runs: restored, projects, blobs, problems };
}

/** Brings back notes of projects that the store has none of; what people wrote since is never overwritten. */
async function restoreProjects(
  dir: string,
  storeDir: string,
  notes: readonly BackedUpFile[],
  problems: string[],
): Promise<number> {
  let restored = 0;
  for (const file of notes) {
    const target = join(storeDir, "projects", file.path);
    if (existsSync(target)) continue;
    try {
      await restoreFile(join(dir, "projects", file.path), target, file);
      restored += 1;
    } catch (error) {
      const failure = diskError(error, "restore the notes of a project");
      if (failure.code !== "backup/damaged" && failure.code !== "store/io") throw failure;
      problems.push(failure.message);
    }
  }
  return restored;
}

async function restoreRun(
  from: string,
  storeDir: string,
  runId: string,
  files: readonly BackedUpFile[],
): Promise<RestoredRun> {
  const target = join(storeDir, "runs", runId);
  if (existsSync(target)) {
    if (await isSame(target, files)) return { runId, outcome: "unchanged" };
    const problem = "the store has this run in another state; remove it first (trainlog rm) to get the backup's";
    return { runId, outcome: "differs", problem };
  }
  const staging = join(storeDir, "restoring", runId);
  try {
    await rm(staging, { recursive: true, force: true });
    for (const file of files) await restoreFile(join(from, file.path), join(staging, file.path), file);
    makeFolder(join(storeDir, "runs"));
    await rename(staging, target);
    return { runId, outcome: "restored" };
  } catch (error) {
    const failure = diskError(error, `restore the run ${runId}`);
    if (failure.code !== "backup/damaged" && failure.code !== "store/io") throw failure;
    return { runId, outcome: "damaged", problem: failure.message };
  } finally {
    await rm(staging, { recursive: true, force: true });
    await removeIfEmpty(join(storeDir, "restoring"));
  }
}

async function restoreFile(from: string, to: string, { sha256, sourceMs }: BackedUpFile): Promise<void> {
  await copyFile(to, createReadStream(from), sha256);
  await utimes(to, sourceMs / 1000, sourceMs / 1000);
}

async function removeIfEmpty(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => undefined);
  if (names?.length === 0) await rm(dir, { recursive: true, force: true });
}

/** Whether a run's folder holds exactly these files. */
async function isSame(runDir: string, files: readonly BackedUpFile[]): Promise<boolean> {
  for (const { path, sizeBytes, sha256 } of files) {
    const found = await checksumOf(join(runDir, path)).catch(() => undefined);
    // The file that says when a run was last heard of changes by itself.
    if (path !== "contact" && (found?.sizeBytes !== sizeBytes || found.sha256 !== sha256)) return false;
  }
  const logs = (await readdir(runDir)).filter((name) => /\.(?:log|sealed)$/.test(name));
  return logs.every((name) => files.some(({ path }) => path === name));
}

async function restoreBlobs(
  dir: string,
  storeDir: string,
  { blobs: wanted, signal }: RestoreOptions,
): Promise<{ blobs: number; problems: string[] }> {
  const problems: string[] = [];
  let blobs = 0;
  for await (const { sha256 } of folderSource(dir).blobs()) {
    signal?.throwIfAborted();
    if (wanted?.has(sha256) === false || existsSync(blobPath(storeDir, sha256))) continue;
    try {
      await copyFile(blobPath(storeDir, sha256), createReadStream(blobPath(dir, sha256)), sha256);
      blobs += 1;
    } catch (error) {
      const failure = diskError(error, `restore the stored file ${sha256}`);
      if (failure.code !== "backup/damaged") throw failure;
      problems.push(failure.message);
    }
  }
  return { blobs, problems };
}
