/** @file `trainlog du`: what takes how much disk space. */
import type { RunUsage, StoreUsage } from "../../store/index.ts";
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import type { Output } from "../output.ts";
import { TO_LOOK, withStore } from "../store-access.ts";
import { formatBytes, formatPlural } from "../terminal/format.ts";
import { renderTable } from "../terminal/table.ts";

/** `trainlog du` */
export const duCommand: Command = defineCommand({
  name: "du",
  summary: "say what takes how much disk space",
  details: [
    "The largest runs first, then the store's totals. Sizes are of files; media and artifacts shared by several runs are on disk once.",
  ],
  options: {
    ...DIR_OPTION,
    limit: { type: "integer", value: "N", default: 20, min: 0, max: 1_000_000, help: "most runs to list" },
  },
  examples: [["trainlog du --limit 5", "the five largest runs and the totals"]],
  run: async ({ options, context: { out }, context }) => {
    const usage = await withStore(options.dir, context, TO_LOOK, (store) => store.du());
    out.data(usage);
    out.text(usageText(usage, options.limit, out));
    return EXIT_OK;
  },
});

function sizeOf(run: RunUsage): number {
  return run.logBytes + run.mediaBytes + run.artifactBytes;
}

function usageText(usage: StoreUsage, limit: number, out: Output): string {
  const largest = usage.runs.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, limit);
  const table = renderTable<RunUsage>(
    [
      { title: "run", value: (run) => run.runId },
      { title: "name", value: (run) => run.name, minWidth: 8 },
      { title: "total", value: (run) => formatBytes(sizeOf(run)), align: "right" },
      { title: "log", value: (run) => formatBytes(run.logBytes), align: "right" },
      { title: "media", value: (run) => formatBytes(run.mediaBytes), align: "right", optional: true },
      { title: "artifacts", value: (run) => formatBytes(run.artifactBytes), align: "right", optional: true },
      { title: "shared", value: (run) => formatBytes(run.sharedBytes), align: "right", optional: true },
    ],
    largest,
    { width: out.width, paintTitles: out.style.bold },
  );
  const left = usage.runs.length - largest.length;
  return [
    ...(largest.length === 0 ? [] : [table]),
    ...(left > 0 ? [`… and ${formatPlural(left, "smaller run")}`] : []),
    "",
    totalsText(usage),
  ].join("\n");
}

function totalsText(usage: StoreUsage): string {
  const totals: [string, number][] = [
    [formatPlural(usage.runs.length, "run"), usage.runBytes],
    ["media and artifacts", usage.blobBytes],
    ["trash (trainlog gc frees it)", usage.trashBytes],
    ["write-ahead log", usage.walBytes],
    ["catalog", usage.catalogBytes],
    ["together", usage.totalBytes],
  ];
  return renderTable(
    [
      { title: "store", value: ([name]) => name },
      { title: "size", value: ([, sizeBytes]) => formatBytes(sizeBytes), align: "right" },
    ],
    totals,
    { width: Infinity },
  );
}
