/** @file Opens a folder as a store. */
import { readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import { diskError, systemCode } from "../run-log/disk-error.ts";
import { FolderStore } from "./folder-store.ts";
import { ServerLock, servingProcess } from "./server-lock.ts";
import type { Store, StoreOptions } from "./store.ts";
import { Durability } from "./wal/durability.ts";

/** Version of the layout of a store's folder. */
export const STORE_VERSION = 1;

/**
 * Opens a folder of runs.
 *
 * In serve mode this replays the write-ahead log (everything that was acknowledged is there again) and returns before the folder is scanned: queries
 * answer from the catalog at once, and `refresh()` waits for the scan.
 *
 * @param dir - The folder; relative to the working directory.
 * @throws TrainlogError `store/not-found` (404), `store/newer-format` (409), `store/locked` (409) when another process serves it,
 *   `store/read-only` (403), `store/bad-folder` (409) when it is something else, `store/watched-twice` (400) when a folder to watch is named twice.
 *
 * @example
 * await using store = await openStore("./trainlog", { mode: "serve" });
 * const { runs } = await store.listRuns({ sort: [{ by: "metric", key: "loss", statistic: "min" }] });
 */
export async function openStore(dir: string, options: StoreOptions = {}): Promise<Store> {
  const storeDir = resolve(dir);
  const mode = options.mode ?? "read";
  prepareFolder(storeDir, options.create ?? mode === "serve");
  return mode === "serve" ? openServing(storeDir, options) : openReading(storeDir, options);
}

async function openReading(dir: string, options: StoreOptions): Promise<Store> {
  const isServedElsewhere = servingProcess(dir) !== undefined;
  const store = new FolderStore({ dir, options, isServedElsewhere, notes: [] });
  await store.start(options.follow ?? false);
  return store;
}

async function openServing(dir: string, options: StoreOptions): Promise<Store> {
  const watched = watchedFolders(dir, options.watch ?? []);
  const lock = ServerLock.acquire(dir);
  try {
    if (options.address !== undefined) lock.announce(options.address);
    const { durability, report } = await Durability.open(dir, options.onProblem ?? (() => undefined));
    const notes = [...lock.notes, ...report.notes];
    const store = new FolderStore({ dir, options, lock, durability, isServedElsewhere: false, notes, watched });
    await store.start(options.follow ?? true);
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Absolute paths of the folders to watch; those that are there are checked. */
function watchedFolders(dir: string, watch: readonly string[]): string[] {
  const seen = new Set([realPath(dir)]);
  return watch.map((given) => {
    const folder = resolve(given);
    if (statSync(folder, { throwIfNoEntry: false }) !== undefined) prepareFolder(folder, false);
    if (seen.has(realPath(folder))) {
      const message = `${folder} is named twice among the folders to serve and to watch; name each folder once`;
      throw new TrainlogError("store/watched-twice", message, { status: 400 });
    }
    seen.add(realPath(folder));
    return folder;
  });
}

/** The path without links, so that a folder under two names is known as one; the path itself when it is not there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Makes the folder, or checks what it is. */
function prepareFolder(dir: string, create: boolean): void {
  const facts = statSync(dir, { throwIfNoEntry: false });
  if (facts === undefined && !create) {
    throw new TrainlogError("store/not-found", `there is no store at ${dir}`, { status: 404 });
  }
  if (facts !== undefined && !facts.isDirectory()) {
    throw new TrainlogError("store/bad-folder", `${dir} is not a folder; name the folder that holds "runs"`, {
      status: 409,
    });
  }
  const path = join(dir, "store.json");
  const text = readText(path);
  if (text !== undefined) checkFormat(path, text);
  else if (create) makeStore(dir, path);
}

function makeStore(dir: string, path: string): void {
  try {
    makeFolder(join(dir, "runs"));
    writeFileSync(path, `${JSON.stringify({ format: "trainlog-store", version: STORE_VERSION })}\n`, { flag: "wx" });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw diskError(error, `make a store at ${dir}`);
  }
}

function checkFormat(path: string, text: string): void {
  const { format, version } = parse(text);
  if (format !== "trainlog-store" || typeof version !== "number") {
    throw new TrainlogError("store/bad-folder", `${path} is not the mark of a trainlog store; choose another folder`, {
      status: 409,
    });
  }
  if (version <= STORE_VERSION) return;
  throw new TrainlogError(
    "store/newer-format",
    `${path}: written in format version ${version}, this trainlog reads up to ${STORE_VERSION}; update trainlog (npm i trainlog@latest)`,
    { status: 409 },
  );
}

function parse(text: string): { readonly format?: unknown; readonly version?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw diskError(error, `read ${path}`);
  }
}
