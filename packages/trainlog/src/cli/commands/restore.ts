/** @file `trainlog restore`: runs back from the trash, or what is in it. */
import type { TrashedRun } from "../../store/index.ts";
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { withRunChanges } from "../run-changes.ts";
import { TO_LOOK, withStore } from "../store-access.ts";
import { formatAge, formatBytes } from "../terminal/format.ts";
import { renderTable } from "../terminal/table.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog restore` */
export const restoreCommand: Command = defineCommand({
  name: "restore",
  summary: "bring runs back from the trash",
  details: ["Without a RUN it lists what is in the trash."],
  arguments: [{ name: "RUN", help: "id of a removed run", many: true }],
  options: { ...DIR_OPTION },
  examples: [
    ["trainlog restore", "lists the removed runs"],
    ["trainlog restore 20261121-015502-k3x9f2ab", "brings one back"],
  ],
  run: async ({ options, args, context }) => {
    const { out, nowMs } = context;
    if (args.length === 0) {
      const trash = await withStore(options.dir, context, TO_LOOK, (store) => store.trash());
      out.data({ trash });
      out.text(trash.length === 0 ? "the trash is empty" : trashTable(trash, out.width, nowMs()));
      return EXIT_OK;
    }
    await withRunChanges(options.dir, context, async (changes) => {
      for (const runId of args) {
        await changes.restoreRun(runId);
        out.text(`restored ${visibleText(runId)}`);
      }
    });
    out.data({ restored: args });
    return EXIT_OK;
  },
});

function trashTable(trash: readonly TrashedRun[], width: number, nowMs: number): string {
  return renderTable<TrashedRun>(
    [
      { title: "id", value: (run) => run.runId },
      { title: "name", value: (run) => run.name, minWidth: 8 },
      { title: "project", value: (run) => run.project, minWidth: 8 },
      { title: "removed", value: (run) => formatAge(run.deletedMs, nowMs) },
      { title: "size", value: (run) => formatBytes(run.sizeBytes), align: "right" },
    ],
    trash,
    { width },
  );
}
