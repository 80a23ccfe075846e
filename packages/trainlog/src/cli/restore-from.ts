/** @file `trainlog restore --from BACKUP`: runs of a backup into a store. */
import { resolve } from "node:path";
import { type RestoredRun, type RestoreOutcome, restoreBackup } from "../backup/index.ts";
import { blobsOf } from "../formats/index.ts";
import { ensureStore } from "../track/store-folder.ts";
import { type CommandContext, EXIT_OK, EXIT_PROBLEM } from "./command.ts";
import { findRuns, storeDirOf, TO_LOOK, withStore } from "./store-access.ts";
import { formatPlural } from "./terminal/format.ts";
import { visibleText } from "./terminal/text-width.ts";

const OUTCOMES: Readonly<Record<RestoreOutcome, string>> = {
  restored: "restored",
  unchanged: "was there already",
  differs: "not restored",
  damaged: "not restored",
};

/** Brings back the runs that `texts` name, all of the backup when there is none. Gives the exit code. */
export async function restoreFrom(
  from: string,
  texts: readonly string[],
  dir: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { out, signal, cwd } = context;
  const backupDir = resolve(cwd, from);
  const storeDir = storeDirOf(dir, context);
  const chosen = texts.length === 0 ? {} : await chosenRuns(backupDir, texts, context);
  ensureStore(storeDir);
  let bar: ReturnType<typeof out.progress> | undefined;
  const report = await restoreBackup(backupDir, storeDir, {
    ...chosen,
    signal,
    onRun: (index, count, runId) => {
      bar ??= out.progress("restore", count);
      bar.update(index, runId);
    },
  });
  bar?.end();
  out.data({ backup: backupDir, dir: storeDir, ...report });
  for (const run of report.runs) say(run, context);
  for (const problem of report.problems) out.note(`not restored: ${visibleText(problem)}`);
  if (report.projects > 0) out.text(`restored the notes of ${formatPlural(report.projects, "project")}`);
  if (report.blobs > 0) out.text(`restored ${formatPlural(report.blobs, "stored file")}`);
  const isComplete = report.problems.length === 0 && report.runs.every(({ problem }) => problem === undefined);
  return isComplete ? EXIT_OK : EXIT_PROBLEM;
}

/** The runs that a person means, and the stored files that they refer to. A backup is a store's folder, so it can be asked like one. */
async function chosenRuns(
  backupDir: string,
  texts: readonly string[],
  context: CommandContext,
): Promise<{ runIds: string[]; blobs: Set<string> }> {
  return withStore(backupDir, context, TO_LOOK, async (backup) => {
    const runIds = (await findRuns(backup, texts)).map(({ runId }) => runId);
    const blobs = new Set<string>();
    for (const runId of runIds) {
      for await (const event of backup.events(runId)) for (const sha256 of blobsOf(event)) blobs.add(sha256);
    }
    return { runIds, blobs };
  });
}

function say({ runId, outcome, problem }: RestoredRun, { out }: CommandContext): void {
  const line = `${OUTCOMES[outcome]}  ${runId}`;
  if (problem === undefined) out.text(line);
  else out.note(`${line}: ${visibleText(problem)}`);
}
