/** @file From what a person types to a store, its runs and their folders. */
import { existsSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TrainlogError } from "../run/error.ts";
import type { RunInfo, Store, StoreOptions } from "../store/index.ts";
import type { CommandContext } from "./command.ts";
import { didYouMean } from "./suggest.ts";

/** The store's folder: `--dir`, else `$TRAINLOG_DIR`, else `./trainlog`, as an absolute path. */
export function storeDirOf(dir: string | undefined, context: CommandContext): string {
  return resolve(context.cwd, dir ?? (context.env["TRAINLOG_DIR"] || "trainlog"));
}

/**
 * Opens a store, hands it to `use`, and closes it whatever happens. What opening found (damage, a rebuilt catalog) is said on standard error.
 *
 * @throws TrainlogError `cli/no-store` when there is none.
 */
export async function withStore<Result>(
  dir: string | undefined,
  context: CommandContext,
  options: StoreOptions,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const storeDir = storeDirOf(dir, context);
  assertStore(storeDir);
  // Loaded here, so that a command about a file does not wait for the store's code.
  const { openStore } = await import("../store/index.ts");
  const store = await openStore(storeDir, { onProblem: (message) => context.out.note(message), ...options });
  try {
    for (const note of store.notes) context.out.note(note);
    return await use(store);
  } finally {
    await store.close();
  }
}

/** What a store's folder has at least one of. */
const STORE_MARKS = ["store.json", "runs"];

/** Options of a store that is opened to change something and closed again: nothing goes on in the background. */
export const FOR_ONE_CHANGE: StoreOptions = { mode: "serve", create: false, follow: false, sealAfterMs: false };

/** Options of a store that is opened to look. */
export const TO_LOOK: StoreOptions = { mode: "read" };

/**
 * Refuses a folder that is no store: looking into it would say "0 runs", and a command that changes a store would begin one there.
 *
 * @throws TrainlogError `cli/no-store`.
 */
export function assertStore(storeDir: string): void {
  const isThere = existsSync(storeDir);
  // What is no folder at all is named by whoever opens it.
  if (isThere && (!statSync(storeDir).isDirectory() || STORE_MARKS.some((name) => existsSync(join(storeDir, name)))))
    return;
  const folder = isThere ? `: the folder has neither ${STORE_MARKS.join(" nor ")}` : "";
  throw new TrainlogError(
    "cli/no-store",
    `there is no store at ${storeDir}${folder}\nname one with --dir DIR or $TRAINLOG_DIR, or make one: trainlog demo, or a script that logs`,
    { status: 404 },
  );
}

/** What finding runs needs of the place that holds them. */
export type RunFinder = Pick<Store, "findRuns" | "listRuns" | "dir">;

/**
 * Finds the one run that a person means: by its id, the beginning of its id, or its name.
 *
 * @throws TrainlogError `run/not-found` (with the nearest name) or `cli/ambiguous-run` (with the runs that it could be).
 */
export async function findRun(store: RunFinder, text: string): Promise<RunInfo> {
  const found = await store.findRuns(text, 6);
  const exact = found.find((run) => run.runId === text) ?? (found.length === 1 ? found[0] : undefined);
  if (exact !== undefined) return exact;
  if (found.length === 0) throw await runNotFound(store, text);
  const listed = found.slice(0, 5).map((run) => `${run.runId}  ${run.name} (${run.project}, ${run.state})`);
  const more = found.length > listed.length ? ["…"] : [];
  throw new TrainlogError(
    "cli/ambiguous-run",
    [`${JSON.stringify(text)} could be any of these runs; say which by more of its id:`, ...listed, ...more].join("\n"),
    {
      status: 409,
    },
  );
}

async function runNotFound(store: RunFinder, text: string): Promise<TrainlogError> {
  const { runs } = await store.listRuns({ limit: 1000 });
  const near = didYouMean(text, [...new Set(runs.flatMap((run) => [run.name, run.runId]))]);
  return new TrainlogError(
    "run/not-found",
    `no run ${JSON.stringify(text)} in ${store.dir}${near}\nsee the runs there are: trainlog ls ${/^https?:/.test(store.dir) ? "--url" : "--dir"} ${store.dir}`,
    {
      status: 404,
    },
  );
}

/** Finds several runs, or all runs of the store when none is named. A run that was named twice comes once. */
export async function findRuns(store: RunFinder, texts: readonly string[]): Promise<RunInfo[]> {
  if (texts.length === 0) return allRuns(store);
  const runs = new Map<string, RunInfo>();
  for (const text of texts) {
    const run = await findRun(store, text);
    runs.set(run.runId, run);
  }
  return [...runs.values()];
}

/** Every run of the store, archived ones too, newest first. */
async function allRuns(store: RunFinder): Promise<RunInfo[]> {
  const runs: RunInfo[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.listRuns({
      archived: "include",
      limit: 10_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    runs.push(...page.runs);
    cursor = page.nextCursor;
    if (cursor === undefined) return runs;
  }
}

/**
 * The file that a person means by `text`, as an absolute path; `undefined` when it is no file and so names a run. What ends in `.json` or holds a
 * path separator can only be a file, also when it is not there, so that the error speaks of the file.
 */
export async function logFileOf(text: string, context: CommandContext): Promise<string | undefined> {
  const path = resolve(context.cwd, text);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  return found === undefined && (text.endsWith(".json") || text.includes("/")) ? path : undefined;
}
