/** @file `trainlog verify`: every byte of runs is read and checked, and every damage named. */
import { createHash } from "node:crypto";
import { type DamageReport, verifyRun } from "../../run-log/check/index.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import type { Output } from "../output.ts";
import { forEachRun, type RunOutcome } from "../run-check.ts";
import { runFolders } from "../run-folders.ts";
import { TO_LOOK, withStore } from "../store-access.ts";
import { formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** What checking the stored files found. */
interface BlobCheck {
  readonly count: number;
  /** Stored files whose bytes are not those of their name. */
  readonly damaged: readonly { readonly sha256: string; readonly message: string }[];
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
    const runs = await forEachRun("runs", folders, context, (dir) => verifyRun(dir));
    const blobs = args.length === 0 ? await verifyBlobs(options.dir, context) : { count: 0, damaged: [] };
    const damagedRuns = runs.filter((run) => problemsOf(run).length > 0);
    const ok = damagedRuns.length + blobs.damaged.length === 0;
    out.data({ ok, runs, blobs });
    for (const run of runs) sayRun(run, out);
    for (const { message } of blobs.damaged) out.text(`${out.style.red("damaged")}  ${visibleText(message)}`);
    out.text(summaryText(runs.length, damagedRuns, blobs));
    return ok ? EXIT_OK : EXIT_PROBLEM;
  },
});

/** What is wrong with a run, in words; empty when all is well. */
function problemsOf({ report, error }: RunOutcome<DamageReport>): string[] {
  return error === undefined ? report.damage.map(({ message }) => message) : [error.message];
}

function sayRun(run: RunOutcome<DamageReport>, { text, style }: Output): void {
  const problems = problemsOf(run);
  const lines = [...problems, ...(run.report?.notes.map((note) => `note: ${note}`) ?? [])].map(
    (line) => `  ${visibleText(line)}`,
  );
  if (lines.length === 0) return;
  text([`${problems.length > 0 ? style.red("damaged") : "well"}  ${visibleText(run.runId)}`, ...lines].join("\n"));
}

/** Hashes every stored file. */
async function verifyBlobs(dir: string | undefined, context: CommandContext): Promise<BlobCheck> {
  return withStore(dir, context, TO_LOOK, async ({ blobs }) => {
    const stored = await Array.fromAsync(blobs.list());
    const totalBytes = stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    using bar = context.out.progress("stored files", totalBytes);
    const damaged: { sha256: string; message: string }[] = [];
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

function summaryText(runCount: number, damagedRuns: readonly RunOutcome<DamageReport>[], blobs: BlobCheck): string {
  const files = blobs.count === 0 ? "" : ` and ${formatPlural(blobs.count, "stored file")}`;
  const checked = `${formatPlural(runCount, "run")}${files} checked`;
  if (damagedRuns.length + blobs.damaged.length === 0) return `${checked}: all is well`;
  const damaged = [
    ...(damagedRuns.length === 0 ? [] : [formatPlural(damagedRuns.length, "run")]),
    ...(blobs.damaged.length === 0 ? [] : [formatPlural(blobs.damaged.length, "stored file")]),
  ];
  const repair =
    damagedRuns.length === 0
      ? ""
      : `\nsave what is readable: trainlog repair ${damagedRuns.map(({ runId }) => runId).join(" ")}`;
  return `${checked}: ${damaged.join(" and ")} damaged${repair}`;
}
