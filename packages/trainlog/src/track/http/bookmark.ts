/** @file `remote.json` in a run's folder: where the run is sent, and how far the server has it. It holds no secret. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomText } from "../../run/id.ts";
import { isPlainObject } from "../../run/json.ts";
import { diskError } from "../../run-log/disk-error.ts";
import { listSegments } from "../../run-log/write/run-folder.ts";
import { TAIL_START, type TailPosition } from "./frame-tail.ts";

/** How far a server has a run. */
export interface Bookmark {
  /** Address of the server, without credentials. */
  readonly url: string;
  readonly runId: string;
  /** The server has everything before this place. */
  readonly position: TailPosition;
  /** Batches that the server refused for good. They are in the folder. */
  readonly refused: number;
  /** Whether the run had ended and everything was sent. */
  readonly complete: boolean;
}

const FILE = "remote.json";

/** The bookmark of the run in folder `dir`; `undefined` when it has none that can be read. */
export function readBookmark(dir: string): Bookmark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(dir, FILE), "utf8"));
  } catch {
    return undefined; // a lost bookmark costs sending again, which changes nothing
  }
  if (!isPlainObject(value) || typeof value["url"] !== "string" || typeof value["runId"] !== "string") return undefined;
  const { url, runId, position, refused, complete } = value;
  return {
    url,
    runId,
    position: isPosition(position) ? position : TAIL_START,
    refused: typeof refused === "number" ? refused : 0,
    complete: complete === true,
  };
}

/** Writes the bookmark, atomically. */
export function writeBookmark(dir: string, bookmark: Bookmark): void {
  const temporary = join(dir, `${FILE}.${randomText(8)}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(bookmark)}\n`, { flag: "wx" });
  renameSync(temporary, join(dir, FILE));
}

/**
 * Notes that a run of which a server has everything goes on: it has what is before the end of the folder, and lacks what comes now.
 *
 * To be called by the run's writer before it writes. @throws TrainlogError `store/disk-full`, `store/read-only`, `store/io`.
 */
export function reopenBookmark(dir: string): void {
  const known = readBookmark(dir);
  if (known?.complete !== true) return;
  try {
    writeBookmark(dir, { ...known, complete: false, position: endOfFolder(dir, known.position.batches) });
  } catch (error) {
    throw diskError(error, `write ${join(dir, FILE)}`);
  }
}

/** Number of the last segment that is in the sealed file of the run in folder `dir`; 0 without one. */
export function sealedUpTo(dir: string): number {
  const segments = listSegments(existsSync(dir) ? readdirSync(dir) : []);
  return segments.find(({ extension }) => extension === "sealed")?.sequence ?? 0;
}

function endOfFolder(dir: string, batches: number): TailPosition {
  const last = listSegments(readdirSync(dir)).at(-1);
  if (last?.extension === "log") {
    return { segment: last.sequence, offset: statSync(join(dir, last.name)).size, batches };
  }
  return { segment: (last?.sequence ?? 0) + 1, offset: TAIL_START.offset, batches };
}

/** Forgets that the run in folder `dir` is sent anywhere. */
export function removeBookmark(dir: string): void {
  rmSync(join(dir, FILE), { force: true });
}

function isPosition(value: unknown): value is TailPosition {
  return isPlainObject(value) && ["segment", "offset", "batches"].every((name) => Number.isSafeInteger(value[name]));
}
