/** @file The files of a run's folder, by name. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { TrainlogError } from "../../run/error.ts";
import { isMissing } from "./file-bytes.ts";

/** A numbered file. */
export interface NumberedFile {
  readonly name: string;
  readonly sequence: number;
}

/** What counts in a run's folder. */
export interface RunFiles {
  /** The sealed file that stands for every segment up to its number. */
  readonly sealed: NumberedFile | undefined;
  /** Open segments behind it, in order. */
  readonly segments: readonly NumberedFile[];
  /** Sidecars, in order. */
  readonly sidecars: readonly NumberedFile[];
  /** Files that the sealed file has replaced, left over when sealing was cut short. */
  readonly obsolete: readonly NumberedFile[];
  readonly hasEdits: boolean;
}

/** Name of the file with edits made by others than the run's writer. */
export const EDITS_FILE = "edits.log";

const NUMBERED = /^(\d{6,})\.(log|index|sealed)$/;

/** A lock whose heartbeat is older is not taken for a sign of life here: the writer touches it every 5 s. */
const HEARTBEAT_LIMIT_MS = 120_000;

/** File name of segment, sidecar or sealed file number `sequence`. */
export function numberedName(sequence: number, extension: "log" | "index" | "sealed"): string {
  return `${String(sequence).padStart(6, "0")}.${extension}`;
}

/**
 * Lists a run's folder.
 *
 * @throws TrainlogError `run/not-found` when there is no such folder.
 */
export function listRunFiles(dir: string): RunFiles {
  const names = readNames(dir);
  const numbered = { log: [] as NumberedFile[], index: [] as NumberedFile[], sealed: [] as NumberedFile[] };
  for (const name of names) {
    const match = NUMBERED.exec(name);
    if (match !== null) numbered[match[2] as keyof typeof numbered].push({ name, sequence: Number(match[1]) });
  }
  for (const files of Object.values(numbered)) files.sort((a, b) => a.sequence - b.sequence);
  const sealed = numbered.sealed.at(-1);
  const isOpen = (file: NumberedFile): boolean => file.sequence > (sealed?.sequence ?? 0);
  return {
    sealed,
    segments: numbered.log.filter(isOpen),
    sidecars: numbered.index.filter(isOpen),
    obsolete: [...numbered.log, ...numbered.index, ...numbered.sealed].filter(
      (file) => !isOpen(file) && file !== sealed,
    ),
    hasEdits: names.includes(EDITS_FILE),
  };
}

function readNames(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    const message = `${dir}: no run here; it may have been moved or deleted (\`trainlog ls\` lists the runs of a store)`;
    throw new TrainlogError("run/not-found", message, { cause, status: 404 });
  }
}

/**
 * Says whether a writer seems to be at work: its lock is there and was touched lately. Enough to tell a frame that is being written from one that was
 * torn by a crash; who may write is decided by the lock itself.
 */
export function seemsAlive(dir: string, nowMs: number): boolean {
  try {
    return nowMs - statSync(join(dir, "writer.lock")).mtimeMs < HEARTBEAT_LIMIT_MS;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
