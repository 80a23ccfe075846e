/** @file `trainlog restore`: runs back from the trash, or what is in it; with `--from`, runs of a backup. */
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
  summary: "bring runs back from the trash, or from a backup",
  details: [
    "From the trash, runs are named by their ids; without a RUN it lists what is in the trash.",
    "With --from it copies runs of a backup (trainlog backup) into the store, all when none is named: checked against their checksums, and never over a run that the store has.",
  ],
  arguments: [{ name: "RUN", help: "id of a removed run; with --from, a run of the backup", many: true }],
  options: {
    ...DIR_OPTION,
    from: { type: "text", value: "BACKUP", help: "folder of a backup to take the runs from" },
  },
  examples: [
    ["trainlog restore", "lists the removed runs"],
    ["trainlog restore 20261121-015502-k3x9f2ab", "brings one back"],
    ["trainlog restore --from /mnt/usb/trainlog", "brings back every run of a backup that is not there"],
  ],
  exitCodes: { 1: "a run could not be restored; it is named" },
  run: async ({ options, args, context }) => {
    const { out, nowMs } = context;
    if (options.from !== undefined) {
      const { restoreFrom } = await import("../restore-from.ts");
      return restoreFrom(options.from, args, options.dir, context);
    }
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
