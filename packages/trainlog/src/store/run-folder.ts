/** @file A run's folder as the store sees it from outside: who it is, and whether it changed since it was last looked at. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describeValue, TrainlogError } from "../run/error.ts";
import { systemCode } from "../run-log/disk-error.ts";
import { nodeProcesses, WRITER_LOCK } from "../run-log/write/index.ts";

/** What `run.json` says. */
export interface RunIdentity {
  readonly runId: string;
  readonly project: string;
  readonly createdMs: number;
}

/** Name of the empty file whose modification time says when a run that is fed through a server was last heard of. */
export const CONTACT_FILE = "contact";

/** Highest version of `run.json` that is read. */
const RUN_VERSION = 1;

/**
 * Reads a run's identity.
 *
 * @returns `undefined` when the folder holds none: it is no run, or is being made.
 * @throws TrainlogError `store/newer-format`, or `run/bad-identity` when the file is there and means nothing.
 */
export function readIdentity(runDir: string, runId: string): RunIdentity | undefined {
  const path = join(runDir, "run.json");
  const text = readText(path);
  if (text === undefined) return undefined;
  const json = parseObject(path, text);
  if (typeof json["version"] === "number" && json["version"] > RUN_VERSION) {
    throw new TrainlogError(
      "store/newer-format",
      `${path}: written in format version ${json["version"]}, this trainlog reads up to ${RUN_VERSION}; update trainlog (npm i trainlog@latest)`,
      { status: 409 },
    );
  }
  const { project, createdMs } = json;
  if (json["runId"] !== runId)
    throw badIdentity(
      path,
      `runId: expected ${describeValue(runId)}, the folder's name, got ${describeValue(json["runId"])}`,
    );
  if (typeof project !== "string") throw badIdentity(path, `project: expected a text, got ${describeValue(project)}`);
  if (typeof createdMs !== "number")
    throw badIdentity(path, `createdMs: expected a number, got ${describeValue(createdMs)}`);
  return { runId, project, createdMs };
}

/**
 * A text that changes when anything in the folder does that a catalog is derived from: names, sizes and times of log files, and whether there is a lock. Not
 * the folder's own time, which a sidecar changes too.
 *
 * @returns `undefined` when the folder is gone.
 */
export function folderSignature(runDir: string): string | undefined {
  try {
    const parts: string[] = [];
    for (const name of readdirSync(runDir).sort()) {
      if (name === WRITER_LOCK) parts.push(name);
      if (!name.endsWith(".log") && !name.endsWith(".sealed")) continue;
      const { size, mtimeMs } = statSync(join(runDir, name));
      parts.push(`${name}:${size}:${mtimeMs}`);
    }
    return parts.join(" ");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Changes when the log may not be the one that something was derived from, only longer: a repair replaced its files, or the machine was restarted (a
 * power loss can take back the end of a log that a catalog was told of).
 */
export function logGeneration(runDir: string): string {
  return `${bootId()} ${repairCount(runDir)}`;
}

function repairCount(runDir: string): number {
  try {
    return readdirSync(join(runDir, "damaged")).length;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}

function bootId(): string {
  return nodeProcesses.self().bootId ?? "";
}

/** Says whether all of a run's log is in a sealed file. */
export function isSealedFolder(runDir: string): boolean {
  try {
    const names = readdirSync(runDir);
    return names.some((name) => name.endsWith(".sealed")) && !names.some((name) => /^\d+\.log$/.test(name));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** The folder's modification time as text; one system call. */
export function folderTime(runDir: string): string {
  return String(statSync(runDir).mtimeMs);
}

/** When a run that is fed through a server was last heard of; `undefined` for a run that never was. */
export function lastContactMs(runDir: string): number | undefined {
  try {
    return statSync(join(runDir, CONTACT_FILE)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object") return { ...value };
  } catch (cause) {
    throw badIdentity(path, "it is not JSON", cause);
  }
  throw badIdentity(path, "it is not an object");
}

function badIdentity(path: string, what: string, cause?: unknown): TrainlogError {
  return new TrainlogError("run/bad-identity", `${path}: ${what}; \`trainlog repair\` can restore it from the log`, {
    cause,
  });
}
