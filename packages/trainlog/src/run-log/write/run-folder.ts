/** @file What a run's folder is called and holds: file names, and `run.json`, which says whose folder it is. */
import { join } from "node:path";
import { describeValue, TrainlogError } from "../../run/error.ts";
import { randomText } from "../../run/id.ts";
import { isPlainObject } from "../../run/json.ts";
import { checkRunId } from "../../run/limits.ts";
import { FORMAT_VERSION, newerFormat } from "../codec/frame.ts";
import { systemCode } from "../disk-error.ts";
import { type RunLogFs, writeFileAtomically } from "../file-system.ts";

/** Who a run is. */
export interface RunIdentity {
  /** Name of the folder. */
  readonly runId: string;
  readonly project: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

/** Name of the file that says whose folder it is. */
export const IDENTITY_FILE = "run.json";

const NUMBERED = /^(\d{6,})\.(log|sealed)$/;

/** A segment of a run: open (`.log`) or sealed. */
export interface SegmentName {
  readonly name: string;
  readonly sequence: number;
  readonly extension: "log" | "sealed";
}

/** Name of the open segment number `sequence`. */
export function segmentName(sequence: number): string {
  return `${String(sequence).padStart(6, "0")}.log`;
}

/** Segments of a folder in order. Open ones that a sealed file has replaced are left out. */
export function listSegments(names: readonly string[]): SegmentName[] {
  const segments = names.flatMap((name): SegmentName[] => {
    const match = NUMBERED.exec(name);
    return match === null
      ? []
      : [{ name, sequence: Number(match[1]), extension: match[2] === "log" ? "log" : "sealed" }];
  });
  const sealedUpTo = Math.max(0, ...segments.map(({ extension, sequence }) => (extension === "sealed" ? sequence : 0)));
  return segments
    .filter(({ extension, sequence }) => sequence > sealedUpTo || (extension === "sealed" && sequence === sealedUpTo))
    .sort((a, b) => a.sequence - b.sequence);
}

/**
 * Makes the folder and its `run.json` when they are not there, and returns what `run.json` says.
 *
 * @throws TrainlogError `store/newer-format`; `run/bad-identity` when the folder is another run's, or its `run.json` means nothing.
 */
export function ensureRunFolder(fs: RunLogFs, dir: string, identity: RunIdentity): RunIdentity {
  checkRunId(identity.runId);
  fs.makeFolder(dir);
  const path = join(dir, IDENTITY_FILE);
  const found = readIdentity(fs, path);
  if (found === undefined) {
    const json = { format: "trainlog-run", version: FORMAT_VERSION, ...pickIdentity(identity) };
    writeFileAtomically(fs, path, new TextEncoder().encode(`${JSON.stringify(json)}\n`), randomText(8));
    fs.syncFolder(dir);
    return identity;
  }
  if (found.runId === identity.runId) return found;
  throw badIdentity(path, `it belongs to run ${describeValue(found.runId)}, not to ${describeValue(identity.runId)}`);
}

function pickIdentity({ runId, project, createdMs }: RunIdentity): RunIdentity {
  return { runId, project, createdMs };
}

/** Reads `run.json`; undefined when there is none. @throws as {@link ensureRunFolder}. */
export function readIdentity(fs: RunLogFs, path: string): RunIdentity | undefined {
  let text: string;
  try {
    text = new TextDecoder().decode(fs.readFile(path));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const json = parseObject(path, text);
  const { runId, project, createdMs, version } = json;
  if (typeof version === "number" && version > FORMAT_VERSION) throw newerFormat(path, version);
  if (typeof runId !== "string") throw badIdentity(path, `runId: expected a text, got ${describeValue(runId)}`);
  if (typeof project !== "string") throw badIdentity(path, `project: expected a text, got ${describeValue(project)}`);
  if (typeof createdMs !== "number")
    throw badIdentity(path, `createdMs: expected a number, got ${describeValue(createdMs)}`);
  return { runId, project, createdMs };
}

function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (isPlainObject(json)) return json;
  } catch (cause) {
    throw badIdentity(path, `it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  throw badIdentity(path, "expected a JSON object");
}

function badIdentity(path: string, what: string, cause?: unknown): TrainlogError {
  return new TrainlogError("run/bad-identity", `${path}: ${what}; \`trainlog verify\` says more`, {
    status: 409,
    cause,
  });
}
