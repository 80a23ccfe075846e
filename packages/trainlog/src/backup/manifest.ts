/**
 * @file What a backup holds: a store's folder (`runs/`, `blobs/`, readable by every command with `--dir`), and `backup.json` with the checksum of each run file.
 *
 * Stored files (blobs) are not listed: their names are their checksums.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeValue, TrainlogError } from "../run/error.ts";
import { isPlainObject, objectFromEntries } from "../run/json.ts";
import { checkRunId } from "../run/limits.ts";
import { copyFile } from "./copy-file.ts";

/** Name of the file that says what a backup holds. */
export const BACKUP_FILE = "backup.json";

const BACKUP_VERSION = 1;

/** One file of a run in a backup. */
export interface BackedUpFile {
  /** `/`-separated, inside the run's folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Size and time that the original had when it was copied: one that still has them is not read again. */
  readonly sourceBytes: number;
  readonly sourceMs: number;
}

/** Everything in a backup, by run. */
export interface BackupManifest {
  readonly createdMs: number;
  readonly runs: ReadonlyMap<string, readonly BackedUpFile[]>;
  /** Notes of projects: files of the folder `projects`. */
  readonly projects: readonly BackedUpFile[];
}

/**
 * Reads a backup's manifest.
 *
 * @returns `undefined` for a folder that is empty or not there.
 * @throws TrainlogError `backup/not-a-backup` for anything else; `backup/newer-format`; `backup/bad-manifest`.
 */
export async function readManifest(dir: string): Promise<BackupManifest | undefined> {
  const path = join(dir, BACKUP_FILE);
  if (!existsSync(path)) {
    const names = await readdir(dir).catch((): string[] => (existsSync(dir) ? ["a file"] : []));
    if (names.length === 0) return undefined;
    const message = `${dir}: there is no ${BACKUP_FILE} in it, and it is not empty: it is no backup; name another folder`;
    throw new TrainlogError("backup/not-a-backup", message, { status: 409 });
  }
  return parseManifest(path, await readFile(path, "utf8"));
}

function parseManifest(path: string, text: string): BackupManifest {
  const bad = (message: string): TrainlogError =>
    new TrainlogError("backup/bad-manifest", `${path}: ${message}`, { status: 400 });
  const json = parseJson(text);
  if (!isPlainObject(json) || json["format"] !== "trainlog-backup")
    throw bad('expected {"format":"trainlog-backup", …}');
  // A backup from before there were notes of projects has none.
  const { version, createdMs, runs, projects = [] } = json;
  if (typeof version !== "number" || version > BACKUP_VERSION) {
    const message = `${path}: written in version ${describeValue(version)}, this trainlog reads ${BACKUP_VERSION}; update trainlog`;
    throw new TrainlogError("backup/newer-format", message, { status: 409 });
  }
  if (typeof createdMs !== "number" || !isPlainObject(runs)) throw bad("createdMs or runs is missing");
  if (!Array.isArray(projects)) throw bad("projects: expected a list");
  const notes = projects.map((file: unknown) => checkFile(file, () => bad("projects: not a file")));
  const entries = Object.entries(runs).map(([runId, files]): [string, BackedUpFile[]] => {
    if (!Array.isArray(files)) throw bad(`runs.${runId}: expected a list`);
    // Both become paths.
    return [
      checkRunId(runId, `${path}: runs`),
      files.map((file: unknown) => checkFile(file, () => bad(`runs.${runId}: not a file`))),
    ];
  });
  return { createdMs, runs: new Map(entries), projects: notes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkFile(file: unknown, bad: () => TrainlogError): BackedUpFile {
  if (!isPlainObject(file)) throw bad();
  const { path, sizeBytes, sha256, sourceBytes, sourceMs } = file;
  const isRight =
    typeof path === "string" &&
    isRelative(path) &&
    typeof sizeBytes === "number" &&
    typeof sha256 === "string" &&
    typeof sourceBytes === "number" &&
    typeof sourceMs === "number";
  if (!isRight) throw bad();
  return { path, sizeBytes, sha256, sourceBytes, sourceMs };
}

/** Whether a path stays inside the folder that it is relative to. */
function isRelative(path: string): boolean {
  return (
    path !== "" && !path.includes("\\") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/** Writes a backup's manifest, whole or not at all. */
export async function writeManifest(dir: string, { createdMs, runs, projects }: BackupManifest): Promise<void> {
  const head = { format: "trainlog-backup", version: BACKUP_VERSION, createdMs };
  const json = { ...head, runs: objectFromEntries(runs), projects };
  await copyFile(join(dir, BACKUP_FILE), [Buffer.from(`${JSON.stringify(json)}\n`)]);
}
