/** @file The trash: deleted runs as they were, until a collection. */
import { existsSync, readdirSync } from "node:fs";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../files/make-folder.ts";
import { TrainlogError } from "../run/error.ts";
import { diskError, systemCode } from "../run-log/disk-error.ts";
import type { DeletedRun } from "./types.ts";

/** A deleted run in the trash. */
export interface TrashEntry {
  readonly runId: string;
  readonly deletedMs: number;
  /** Folder name in `trash/`. */
  readonly name: string;
  readonly dir: string;
}

const NAME = /^(.+)\.(\d+)$/;

/** The `trash` folder of a store. */
export class Trash {
  readonly #runsDir: string;
  readonly #trashDir: string;

  constructor(storeDir: string) {
    this.#runsDir = join(storeDir, "runs");
    this.#trashDir = join(storeDir, "trash");
  }

  /** Deleted runs, the last deleted first. */
  list(): TrashEntry[] {
    const entries = namesIn(this.#trashDir).flatMap((name) => {
      const [, runId, deletedMs] = NAME.exec(name) ?? [];
      if (runId === undefined) return [];
      return [{ runId, deletedMs: Number(deletedMs), name, dir: join(this.#trashDir, name) }];
    });
    return entries.sort((a, b) => b.deletedMs - a.deletedMs);
  }

  /**
   * Moves a run's folder into the trash.
   *
   * @throws TrainlogError `run/not-found`, `store/read-only`, `store/io`.
   */
  async put(runId: string, nowMs: number): Promise<DeletedRun> {
    let deletedMs = nowMs;
    while (existsSync(join(this.#trashDir, `${runId}.${deletedMs}`))) deletedMs++;
    const trashDir = join(this.#trashDir, `${runId}.${deletedMs}`);
    makeFolder(this.#trashDir);
    await this.#move(runId, join(this.#runsDir, runId), trashDir);
    return { runId, trashDir };
  }

  /**
   * Moves the run that was deleted last under this id back.
   *
   * @throws TrainlogError `run/not-found` when the trash has none, `run/exists` (409) when there is a run of this id.
   */
  async restore(runId: string): Promise<void> {
    const entry = this.list().find((candidate) => candidate.runId === runId);
    if (entry === undefined) throw notFound(runId, "is not in the trash");
    const runDir = join(this.#runsDir, runId);
    if (existsSync(runDir)) {
      throw new TrainlogError("run/exists", `run ${runId} cannot be restored: there is a run of this id`, {
        status: 409,
      });
    }
    await this.#move(runId, entry.dir, runDir);
  }

  /** Removes an entry for good. */
  async remove(entry: TrashEntry): Promise<void> {
    await rm(entry.dir, { recursive: true, force: true });
  }

  async #move(runId: string, from: string, to: string): Promise<void> {
    try {
      await rename(from, to);
      await syncFolder(this.#runsDir);
      await syncFolder(this.#trashDir);
    } catch (error) {
      if (systemCode(error) === "ENOENT") throw notFound(runId, "is not in the store");
      throw diskError(error, `move ${from} to ${to}`);
    }
  }
}

/** Total size of the files in a folder and its folders, in bytes; 0 when it is not there. */
export async function folderBytes(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const facts = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += facts?.size ?? 0;
  }
  return bytes;
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw diskError(error, `read ${dir}`);
  }
}

function notFound(runId: string, what: string): TrainlogError {
  return new TrainlogError("run/not-found", `run ${runId} ${what}`, { status: 404 });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
