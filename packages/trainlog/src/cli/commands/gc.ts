/** @file `trainlog gc`: what nothing refers to any more leaves the disk. */
import type { GcItem, GcReport } from "../../store/index.ts";
import { type Command, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { FOR_ONE_CHANGE, TO_LOOK, withStore } from "../store-access.ts";
import { formatBytes, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const KIND_NAMES: Readonly<Record<GcItem["kind"], string>> = {
  trash: "removed run",
  blob: "unused file",
  temporary: "left-over of an upload",
};

/** Items that the text names; `--json` has all of them. */
const NAMED_ITEMS = 20;

/** `trainlog gc` */
export const gcCommand: Command = defineCommand({
  name: "gc",
  summary: "free the disk space of removed runs and unused files",
  details: [
    "Deletes runs in the trash, files (media, artifacts) that no run refers to, and left-overs of broken uploads. This cannot be undone.",
  ],
  options: {
    ...DIR_OPTION,
    "dry-run": { type: "boolean", help: "only say what would be deleted" },
    "keep-days": {
      type: "integer",
      value: "N",
      default: 0,
      min: 0,
      max: 36_500,
      help: "keep runs that were removed less than N days ago",
    },
    "grace-minutes": {
      type: "integer",
      value: "N",
      default: 60,
      min: 0,
      max: 525_600,
      help: "keep unused files younger than this: an upload comes before the run that refers to it",
    },
  },
  examples: [
    ["trainlog gc --dry-run", "says what would go, and how much space it takes"],
    ["trainlog gc --keep-days 7", "keeps what was removed this week"],
  ],
  exitCodes: { 1: "something could not be deleted; it is named" },
  run: async ({ options, context }) => {
    const dryRun = options["dry-run"];
    const report = await withStore(options.dir, context, dryRun ? TO_LOOK : FOR_ONE_CHANGE, (store) =>
      store.gc({
        dryRun,
        trashOlderThanMs: options["keep-days"] * DAY_MS,
        graceMs: options["grace-minutes"] * MINUTE_MS,
      }),
    );
    context.out.data(report);
    context.out.text(reportText(report));
    for (const problem of report.problems) context.out.note(visibleText(problem));
    return report.problems.length === 0 ? EXIT_OK : EXIT_PROBLEM;
  },
});

function reportText({ dryRun, items, freedBytes }: GcReport): string {
  const lines = items
    .slice(0, NAMED_ITEMS)
    .map((item) => `${KIND_NAMES[item.kind]}  ${visibleText(item.path)}  ${formatBytes(item.sizeBytes)}`);
  if (items.length > NAMED_ITEMS) lines.push(`… and ${items.length - NAMED_ITEMS} more`);
  if (items.length === 0) return "nothing to delete";
  const total = `${formatPlural(items.length, "thing")}, ${formatBytes(freedBytes)}`;
  return [...lines, dryRun ? `would delete ${total}; nothing was deleted` : `deleted ${total}`].join("\n");
}
