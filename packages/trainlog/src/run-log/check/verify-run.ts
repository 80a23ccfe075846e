/** @file Verifying a run: every byte of its files is read against its checksum. Changes nothing, and works while the run is written. */
import { basename, join, resolve } from "node:path";
import { isTrainlogError, TrainlogError } from "../../run/error.ts";
import { decodeSegmentHeader } from "../codec/frame.ts";
import { diskError, systemCode } from "../disk-error.ts";
import { nodeFs, type RunLogFs } from "../file-system.ts";
import { damageAt } from "../read/damage.ts";
import { checkSealed } from "../seal/check-sealed.ts";
import { runLiveness } from "../write/lock.ts";
import { IDENTITY_FILE, listSegments, type RunIdentity, readIdentity, type SegmentName } from "../write/run-folder.ts";
import { checkFile, type ExpectedFile, type FileCheck, type FoundDamage } from "./check-file.ts";

/** Name of the file with edits made by others than the run's writer. */
export const EDITS_FILE = "edits.log";

/** What verifying needs from its surroundings; all of it has a default. */
export interface VerifyOptions {
  readonly fs?: RunLogFs;
  /** The clock, milliseconds since 1970. */
  readonly now?: () => number;
}

/** What {@link verifyRun} found. */
export interface DamageReport {
  readonly runId: string;
  readonly files: readonly FileCheck[];
  /** Everything that cannot be read, or should not be there; empty when all is well. */
  readonly damage: readonly FoundDamage[];
  /** What is no damage but worth a line: a writer at work, a stale sidecar, leftovers of an interrupted step. */
  readonly notes: readonly string[];
  /** Values of metrics that can be read. */
  readonly valueCount: number;
  /** Events other than rows that can be read. */
  readonly eventCount: number;
}

/**
 * Reads a run's folder wholly and names every damage: file, bytes, what it is, and how much is lost where that is known.
 *
 * @param dir - The run's folder.
 * @throws TrainlogError `store/newer-format`; `run/not-found`; `store/io` for a file that cannot be read at all.
 *
 * @example
 * for (const { message } of verifyRun("trainlog/runs/r1").damage) console.log(message);
 */
export function verifyRun(dir: string, options: VerifyOptions = {}): DamageReport {
  const nowMs = (options.now ?? Date.now)();
  return verifyFiles(dir, { ...options, isWritten: runLiveness(dir, { nowMs }) === "alive" });
}

/** As {@link verifyRun}, when it is known whether somebody else is writing the run (`isWritten`). */
export function verifyFiles(dir: string, options: VerifyOptions & { readonly isWritten: boolean }): DamageReport {
  const { fs = nodeFs } = options;
  try {
    return checkFolder(fs, dir, options);
  } catch (error) {
    throw diskError(error, `verify the run ${dir}`);
  }
}

function checkFolder(
  fs: RunLogFs,
  dir: string,
  options: VerifyOptions & { readonly isWritten: boolean },
): DamageReport {
  const names = listFolder(fs, dir);
  const runId = basename(resolve(dir));
  const damage: FoundDamage[] = [...checkIdentity(fs, dir, runId)];
  const files = expectedFiles(names, runId).map((expected) =>
    checkFile(fs.readFile(join(dir, expected.name)), expected),
  );
  const notes = [...sidecarNotes(fs, dir, names), ...leftoverNotes(names)];
  const lastLog = files.findLast(({ name }) => name !== EDITS_FILE)?.name;
  for (const file of files) {
    for (const found of file.damage) {
      // A frame that is being written looks torn until it is whole.
      const isGrowing = found.kind === "torn-tail" && options.isWritten && file.name === lastLog;
      if (isGrowing) notes.push(`${found.message} (the run is being written)`);
      else damage.push(found);
    }
  }
  for (const { name, extension } of listSegments(names)) {
    // What the frames of a sealed file say is looked at when all of them are whole; else the damage is named already.
    if (extension === "sealed" && !damage.some(({ file }) => file === name))
      damage.push(...checkSealed(join(dir, name)));
  }
  return {
    runId,
    files,
    damage,
    notes,
    valueCount: files.reduce((sum, file) => sum + file.valueCount, 0),
    eventCount: files.reduce((sum, file) => sum + file.eventCount, 0),
  };
}

/** Names in the folder. @throws TrainlogError `run/not-found`. */
function listFolder(fs: RunLogFs, dir: string): string[] {
  try {
    return fs.list(dir);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw diskError(error, `read the run ${dir}`);
    const message = `${dir}: no run here; \`trainlog ls\` lists the runs of a store`;
    throw new TrainlogError("run/not-found", message, { cause: error, status: 404 });
  }
}

/** The files of frames in a run's folder and what each should be. */
export function expectedFiles(names: readonly string[], runId: string): ExpectedFile[] {
  const files = listSegments(names).map(
    ({ name, sequence, extension }: SegmentName): ExpectedFile => ({
      name,
      kind: extension === "log" ? "open" : "sealed",
      sequence,
      runId,
    }),
  );
  if (names.includes(EDITS_FILE)) files.push({ name: EDITS_FILE, kind: "edits", runId });
  return files;
}

function checkIdentity(fs: RunLogFs, dir: string, runId: string): FoundDamage[] {
  const bad = (what: string): FoundDamage[] => [
    { ...damageAt(IDENTITY_FILE, 0, 0, "bad-header", what), kind: "bad-identity" },
  ];
  let identity: RunIdentity | undefined;
  try {
    identity = readIdentity(fs, join(dir, IDENTITY_FILE));
  } catch (error) {
    if (isTrainlogError(error, "run/bad-identity")) return bad(error.message);
    throw error;
  }
  if (identity === undefined) return bad("the file is missing");
  return identity.runId === runId ? [] : bad(`it belongs to run ${JSON.stringify(identity.runId)}`);
}

/** Sidecars are derived: a damaged one costs time, not data. */
function sidecarNotes(fs: RunLogFs, dir: string, names: readonly string[]): string[] {
  return names
    .filter((name) => name.endsWith(".index"))
    .flatMap((name) => {
      try {
        const { kind } = decodeSegmentHeader(fs.readFile(join(dir, name)), name);
        return kind === "index" ? [] : [`${name}: its header says ${kind}; it will be made again`];
      } catch (error) {
        return [
          `${error instanceof Error ? error.message : String(error)}; a sidecar is derived and will be made again`,
        ];
      }
    });
}

function leftoverNotes(names: readonly string[]): string[] {
  const leftovers = names.filter((name) => name.endsWith(".tmp"));
  return leftovers.map((name) => `${name}: a file that was never finished; it can be deleted`);
}
