/** @file `remote.json` in a run's folder: where the run is sent, and how far the server has it. It holds no secret. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomText } from "../../run/id.ts";
import { isPlainObject } from "../../run/json.ts";
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

/** Forgets that the run in folder `dir` is sent anywhere. */
export function removeBookmark(dir: string): void {
  rmSync(join(dir, FILE), { force: true });
}

function isPosition(value: unknown): value is TailPosition {
  return isPlainObject(value) && ["segment", "offset", "batches"].every((name) => Number.isSafeInteger(value[name]));
}
