/** @file `trainlog repair`: damaged runs are written again from what is readable. */
import { type RepairedFile, type RepairReport, repairRun } from "../../run-log/check/index.ts";
import { type Command, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { forEachRun, type RunOutcome } from "../run-check.ts";
import { runFolders } from "../run-folders.ts";
import { formatBytes, formatCount, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog repair` */
export const repairCommand: Command = defineCommand({
  name: "repair",
  summary: "rebuild damaged runs from what is readable",
  details: [
    "Every whole batch is saved; the damaged original stays in the run's folder under damaged/. Runs that are well, and runs that are being written, are left alone.",
  ],
  arguments: [
    { name: "RUN", help: "runs (or run folders) to repair; all damaged ones when none is named", many: true },
  ],
  options: { ...DIR_OPTION, "dry-run": { type: "boolean", help: "only say what would be saved and what is lost" } },
  examples: [
    ["trainlog repair --dry-run", "what could be saved of all damaged runs"],
    ["trainlog repair baseline", "repairs one run"],
  ],
  exitCodes: { 0: "nothing is damaged any more (or would be)", 1: "damage is left; it is named" },
  run: async ({ options, args, context }) => {
    const { out } = context;
    const dryRun = options["dry-run"];
    const folders = await runFolders(args, options.dir, context);
    const outcomes = await forEachRun("repair", folders, context, (dir) => repairRun(dir, { dryRun }));
    const touched = outcomes.filter(({ report, error }) => error !== undefined || report.damage.length > 0);
    const left = touched.filter(({ report, error }) => error !== undefined || report.unrepaired.length > 0);
    out.data({ ok: left.length === 0, dryRun, runs: outcomes });
    for (const outcome of touched) out.text(outcomeText(outcome));
    if (touched.length === 0) out.text(`${formatPlural(folders.length, "run")} checked: nothing to repair`);
    return left.length === 0 ? EXIT_OK : EXIT_PROBLEM;
  },
});

function outcomeText({ runId, report, error }: RunOutcome<RepairReport>): string {
  if (error !== undefined) return `not repaired  ${visibleText(runId)}\n  ${visibleText(error.message)}`;
  const lines = [
    ...report.damage.map(({ message }) => message),
    ...report.repaired.map((file) => repairedText(file, report.dryRun)),
    ...report.unrepaired.map(({ message }) => `stays: ${message}`),
  ];
  const verdict = report.dryRun ? "would repair" : report.unrepaired.length > 0 ? "repaired in part" : "repaired";
  return [`${verdict}  ${visibleText(runId)}`, ...lines.map((line) => `  ${visibleText(line)}`)].join("\n");
}

function repairedText(file: RepairedFile, dryRun: boolean): string {
  const saved = `${formatPlural(file.savedBatches, "batch", "batches")} (${formatPlural(file.savedValues, "value")}, ${formatPlural(file.savedEvents, "event")})`;
  const lost = [
    ...(file.unreadableBytes === 0 ? [] : [`${formatBytes(file.unreadableBytes)} unreadable`]),
    ...(file.lostValues === 0 ? [] : [`${formatCount(file.lostValues)} values without their names`]),
  ];
  const original = file.original === undefined || dryRun ? "" : `; the original is ${file.original}`;
  return `${file.name}: ${dryRun ? "can save" : "saved"} ${saved}, lost ${lost.length === 0 ? "nothing" : lost.join(" and ")}${original}`;
}
