/**
 * @file Run folders by what a person types, found on disk and not through the catalog: `verify` and `repair` are for stores that are not well.
 */
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { CommandContext } from "./command.ts";
import { assertStore, findRun, storeDirOf, TO_LOOK, withStore } from "./store-access.ts";

/** A run's folder. */
export interface RunFolder {
  readonly runId: string;
  /** Absolute path. */
  readonly dir: string;
}

/**
 * The run folders that `texts` mean: paths of run folders, ids, beginnings of ids, or names; all of the store when there is none.
 *
 * @throws TrainlogError `cli/no-store`, `run/not-found`, `cli/ambiguous-run`.
 */
export async function runFolders(
  texts: readonly string[],
  dir: string | undefined,
  context: CommandContext,
): Promise<RunFolder[]> {
  const storeDir = storeDirOf(dir, context);
  const inStore = await foldersIn(join(storeDir, "runs"));
  if (texts.length === 0) {
    assertStore(storeDir);
    return inStore;
  }
  const folders = new Map<string, RunFolder>();
  for (const text of texts) {
    const folder =
      (await folderAt(resolve(context.cwd, text))) ??
      folderById(inStore, text) ??
      (await folderByName(text, dir, context));
    folders.set(folder.dir, folder);
  }
  return [...folders.values()];
}

async function foldersIn(runsDir: string): Promise<RunFolder[]> {
  const entries = await readdir(runsDir, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.sort().map((runId) => ({ runId, dir: join(runsDir, runId) }));
}

/** The folder at a path, when it looks like a run's. */
async function folderAt(path: string): Promise<RunFolder | undefined> {
  const names = await readdir(path).catch(() => []);
  const isRun = names.some((name) => name === "run.json" || /^\d{6}\.(log|sealed)$/.test(name));
  return isRun ? { runId: basename(path), dir: path } : undefined;
}

function folderById(folders: readonly RunFolder[], text: string): RunFolder | undefined {
  const begun = folders.filter(({ runId }) => runId.startsWith(text));
  return begun.find(({ runId }) => runId === text) ?? (begun.length === 1 ? begun[0] : undefined);
}

async function folderByName(text: string, dir: string | undefined, context: CommandContext): Promise<RunFolder> {
  return withStore(dir, context, TO_LOOK, async (store) => {
    const { runId } = await findRun(store, text);
    return { runId, dir: join(store.dir, "runs", runId) };
  });
}
