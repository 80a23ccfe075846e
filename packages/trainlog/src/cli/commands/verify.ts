/** @file `trainlog verify`: every byte of runs is read and checked, and every damage named. */
import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type DamageReport, verifyRun } from "../../run-log/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { type RunFolder, runFolders } from "../run-folders.ts";
import { TO_LOOK, withStore } from "../store-access.ts";
import { formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

interface VerifiedRun extends RunFolder {
  readonly report: DamageReport;
}

/** A stored file whose bytes are not those of its name. */
interface DamagedBlob {
  readonly sha256: string;
  readonly message: string;
}

/** `trainlog verify` */
export const verifyCommand: Command = defineCommand({
  name: "verify",
  summary: "check every byte of runs and name every damage",
  details: [
    "Reads whole logs against their checksums. Without RUN it also checks that every stored file (media, artifacts) still has the content of its hash. Changes nothing; works beside a server and while runs are written.",
  ],
  arguments: [{ name: "RUN", help: "runs (or run folders) to check; the whole store when none is named", many: true }],
  options: { ...DIR_OPTION },
  examples: [
    ["trainlog verify", "checks the whole store"],
    ["trainlog verify baseline --json", "one run, for a program"],
  ],
  exitCodes: { 0: "all is well", 1: "damage was found; it is named" },
  run: async ({ options, args, context }) => {
    const { out } = context;
    const folders = await runFolders(args, options.dir, context);
    const runs = await verifyAll(folders, context);
    const blobs = args.length === 0 ? await verifyBlobs(options.dir, context) : { count: 0, damaged: [] };
    const damagedRuns = runs.filter(({ report }) => report.damage.length > 0);
    out.data({ ok: damagedRuns.length + blobs.damaged.length === 0, runs, blobs });
    for (const { runId, report } of damagedRuns) {
      out.text(
        `${out.style.red("damaged")}  ${visibleText(runId)}\n${report.damage.map(({ message }) => `  ${visibleText(message)}`).join("\n")}`,
      );
    }
    for (const { message } of blobs.damaged) out.text(`${out.style.red("damaged")}  ${visibleText(message)}`);
    out.text(summaryText(runs, damagedRuns, blobs));
    return damagedRuns.length + blobs.damaged.length === 0 ? EXIT_OK : EXIT_PROBLEM;
  },
});

async function verifyAll(folders: readonly RunFolder[], { out, signal }: CommandContext): Promise<VerifiedRun[]> {
  using bar = out.progress("runs", folders.length);
  const runs: VerifiedRun[] = [];
  for (const [i, folder] of folders.entries()) {
    // Checking a run keeps the thread busy; between two of them Ctrl-C is heard.
    await nextTurn();
    signal.throwIfAborted();
    bar.update(i, visibleText(folder.runId));
    runs.push({ ...folder, report: verifyRun(folder.dir) });
  }
  return runs;
}

async function verifyBlobs(
  dir: string | undefined,
  context: CommandContext,
): Promise<{ count: number; damaged: DamagedBlob[] }> {
  return withStore(dir, context, TO_LOOK, async ({ blobs }) => {
    const stored = await Array.fromAsync(blobs.list());
    using bar = context.out.progress(
      "files",
      stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    const damaged: DamagedBlob[] = [];
    let doneBytes = 0;
    for (const { sha256, sizeBytes } of stored) {
      context.signal.throwIfAborted();
      bar.update(doneBytes, sha256.slice(0, 12));
      const hash = createHash("sha256");
      for await (const chunk of await blobs.open(sha256)) hash.update(chunk);
      const found = hash.digest("hex");
      if (found !== sha256)
        damaged.push({ sha256, message: `stored file ${sha256} has other content (its SHA-256 is ${found})` });
      doneBytes += sizeBytes;
    }
    return { count: stored.length, damaged };
  });
}

function summaryText(
  runs: readonly VerifiedRun[],
  damagedRuns: readonly VerifiedRun[],
  blobs: { count: number; damaged: readonly DamagedBlob[] },
): string {
  const checked = `${formatPlural(runs.length, "run")}${blobs.count === 0 ? "" : ` and ${formatPlural(blobs.count, "stored file")}`} checked`;
  if (damagedRuns.length + blobs.damaged.length === 0) return `${checked}: all is well`;
  const repair =
    damagedRuns.length === 0
      ? ""
      : `\nsave what is readable: trainlog repair ${damagedRuns.map(({ runId }) => runId).join(" ")}`;
  return `${checked}: ${formatPlural(damagedRuns.length, "run")} and ${formatPlural(blobs.damaged.length, "file")} damaged${repair}`;
}
