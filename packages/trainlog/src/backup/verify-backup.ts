/** @file Reads every byte of a backup and compares it with its checksum. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TrainlogError } from "../run/error.ts";
import { blobPath } from "./back-up.ts";
import { folderSource } from "./backup-source.ts";
import { checksumOf } from "./copy-file.ts";
import { type BackedUpFile, type BackupManifest, readManifest } from "./manifest.ts";

/** What a check found. */
export interface VerifyReport {
  readonly createdMs: number;
  readonly runs: number;
  readonly blobs: number;
  /** Damage, one sentence each; empty when all is well. */
  readonly problems: readonly string[];
}

/**
 * Reads the manifest of a folder that must be a backup.
 *
 * @throws TrainlogError `backup/not-a-backup`, `backup/newer-format`, `backup/bad-manifest`.
 */
export async function openBackup(dir: string): Promise<BackupManifest> {
  const manifest = await readManifest(dir);
  if (manifest !== undefined) return manifest;
  throw new TrainlogError("backup/not-a-backup", `${dir}: there is no backup; make one: trainlog backup ${dir}`, {
    status: 404,
  });
}

/** Checks a whole backup. @throws TrainlogError as {@link openBackup}. */
export async function verifyBackup(
  dir: string,
  options: {
    readonly signal?: AbortSignal;
    readonly onRun?: (index: number, count: number, runId: string) => void;
  } = {},
): Promise<VerifyReport> {
  const { createdMs, runs, projects } = await openBackup(dir);
  const problems: string[] = [];
  let index = 0;
  for (const [runId, files] of runs) {
    options.signal?.throwIfAborted();
    options.onRun?.(index++, runs.size, runId);
    for (const file of files) problems.push(...(await faultsOf(join(dir, "runs", runId, file.path), file)));
  }
  for (const file of projects) problems.push(...(await faultsOf(join(dir, "projects", file.path), file)));
  let blobs = 0;
  for await (const { sha256, sizeBytes } of folderSource(dir).blobs()) {
    options.signal?.throwIfAborted();
    blobs += 1;
    problems.push(...(await faultsOf(blobPath(dir, sha256), { sha256, sizeBytes })));
  }
  problems.push(...(await strangers(dir, runs)));
  return { createdMs, runs: runs.size, blobs, problems };
}

async function faultsOf(path: string, expected: Pick<BackedUpFile, "sha256" | "sizeBytes">): Promise<string[]> {
  try {
    const { sha256, sizeBytes } = await checksumOf(path);
    if (sizeBytes !== expected.sizeBytes) return [`${path}: expected ${expected.sizeBytes} bytes, found ${sizeBytes}`];
    return sha256 === expected.sha256 ? [] : [`${path}: its content changed since it was copied`];
  } catch (error) {
    return [`${path}: it cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Run folders that no backup made: whoever wrote them wrote into the backup. */
async function strangers(dir: string, runs: BackupManifest["runs"]): Promise<string[]> {
  const names = await readdir(join(dir, "runs")).catch((): string[] => []);
  return names.filter((name) => !runs.has(name)).map((name) => `${join(dir, "runs", name)}: it is not of this backup`);
}
