/** @file `trainlog backup`: a copy of a store, made while it is in use. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type BackUpReport, backUp, folderSource, type VerifyReport, verifyBackup } from "../../backup/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { usageError } from "../parse.ts";
import { assertStore, FOR_ONE_CHANGE, storeDirOf, withStore } from "../store-access.ts";
import { formatAge, formatBytes, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog backup` */
export const backupCommand: Command = defineCommand({
  name: "backup",
  summary: "copy a store while it is in use, or bring a copy up to date",
  details: [
    "Copies all runs and stored files, also while scripts and a server write them; the trash is not copied. Into a folder that holds a backup only what is new or changed is copied. Runs that the store has not got any more stay in the backup.",
    "A backup is a store's folder with checksums: trainlog ls --dir DEST lists it. trainlog restore --from DEST brings runs back.",
  ],
  arguments: [{ name: "DEST", help: "folder of the backup: a new one, or that of an earlier backup", required: true }],
  options: {
    ...DIR_OPTION,
    verify: { type: "boolean", help: "make no backup, but read all of DEST and compare it with its checksums" },
  },
  examples: [
    ["trainlog backup /mnt/usb/trainlog", "copies the store; the next time only what is new"],
    ["trainlog backup /mnt/usb/trainlog --verify", "checks every byte of the copy"],
  ],
  exitCodes: { 1: "something could not be copied, or is damaged; it is named" },
  run: async ({ options, args, context }) => {
    const dest = resolve(context.cwd, args[0] ?? "");
    return options.verify ? verify(dest, context) : make(dest, options.dir, context);
  },
});

async function make(dest: string, dir: string | undefined, context: CommandContext): Promise<number> {
  const { out, signal, nowMs } = context;
  const storeDir = storeDirOf(dir, context);
  assertStore(storeDir);
  if (!relative(storeDir, dest).startsWith("..")) {
    throw usageError(`a backup of ${storeDir} cannot lie inside of it; name a folder elsewhere, best on another disk`);
  }
  await settle(storeDir, dir, context);
  const progress = runProgress("back up", context);
  const report = await backUp(folderSource(storeDir), dest, { nowMs: nowMs(), signal, onRun: progress.onRun });
  progress.end();
  out.data({ backup: dest, ...report });
  for (const problem of report.problems) out.note(`not copied: ${visibleText(problem)}`);
  out.text(madeText(report, dest));
  return report.problems.length === 0 ? EXIT_OK : EXIT_PROBLEM;
}

/**
 * Sees to it that the run folders are complete. A server writes a batch into its run's folder before it acknowledges it; only after a power loss it can be that the
 * write-ahead log knows more, and opening the store puts that into the folders.
 */
async function settle(storeDir: string, dir: string | undefined, context: CommandContext): Promise<void> {
  const { servingProcess } = await import("../../store/index.ts");
  if (servingProcess(storeDir) !== undefined) return;
  const walDir = join(storeDir, "wal");
  const isLeft = existsSync(walDir) && readdirSync(walDir).some((name) => name.endsWith(".wal"));
  if (isLeft) await withStore(dir, context, FOR_ONE_CHANGE, async () => undefined);
}

function madeText(report: BackUpReport, dest: string): string {
  const { runs, changedRuns, keptRuns, copiedBytes, copiedBlobs } = report;
  const kept = keptRuns === 0 ? "" : `; ${formatPlural(keptRuns, "run")} kept that the store has not got any more`;
  const blobs = copiedBlobs === 0 ? "" : ` and ${formatPlural(copiedBlobs, "stored file")}`;
  const copied =
    copiedBytes === 0
      ? "nothing is new"
      : `copied ${formatPlural(changedRuns, "run")}${blobs}, ${formatBytes(copiedBytes)}`;
  return `${visibleText(dest)} holds ${formatPlural(runs, "run")}: ${copied}${kept}`;
}

async function verify(dest: string, context: CommandContext): Promise<number> {
  const { out, signal, nowMs } = context;
  const progress = runProgress("verify", context);
  const report = await verifyBackup(dest, { signal, onRun: progress.onRun });
  progress.end();
  const ok = report.problems.length === 0;
  out.data({ ok, backup: dest, ...report });
  for (const problem of report.problems) out.text(`${out.style.red("damaged")}  ${visibleText(problem)}`);
  out.text(verifiedText(report, nowMs()));
  return ok ? EXIT_OK : EXIT_PROBLEM;
}

function verifiedText({ runs, blobs, problems, createdMs }: VerifyReport, nowMs: number): string {
  const checked = `${formatPlural(runs, "run")} and ${formatPlural(blobs, "stored file")} checked, backed up ${formatAge(createdMs, nowMs)}`;
  return problems.length === 0
    ? `${checked}: all is well`
    : `${checked}: ${formatPlural(problems.length, "damaged file")}`;
}

/** A bar that begins when the number of runs is known. */
function runProgress(
  label: string,
  { out }: CommandContext,
): { readonly onRun: (index: number, count: number, runId: string) => void; readonly end: () => void } {
  let bar: ReturnType<typeof out.progress> | undefined;
  return {
    onRun: (index, count, runId) => {
      bar ??= out.progress(label, count);
      bar.update(index, runId);
    },
    end: () => bar?.end(),
  };
}
