/** @file `trainlog rm`: runs to the trash, with the way back said. */
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { DIR_OPTION } from "../option-types.ts";
import { withRunChanges } from "../run-changes.ts";
import { findRuns, TO_LOOK, withStore } from "../store-access.ts";
import { formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog rm` */
export const rmCommand: Command = defineCommand({
  name: "rm",
  summary: "move runs to the store's trash",
  details: ["The runs leave every list but stay on disk until trainlog gc; trainlog restore brings them back."],
  arguments: [{ name: "RUN", help: "id, beginning of an id, or name of a run", required: true, many: true }],
  options: { ...DIR_OPTION },
  examples: [["trainlog rm 20261121-015502-k3x9f2ab", "removes one run"]],
  exitCodes: { 1: "a run was not found, or is being written; then none or only the runs named before it are removed" },
  run: async ({ options, args, context }) => {
    // All are found before the first is removed, so that a slip in the last name removes nothing.
    const runs = await withStore(options.dir, context, TO_LOOK, (store) => findRuns(store, args));
    const ids = runs.map((run) => run.runId);
    await withRunChanges(options.dir, context, async (changes) => {
      for (const run of runs) {
        await changes.deleteRun(run.runId);
        context.out.text(`removed ${run.runId} (${visibleText(run.name)})`);
      }
    });
    const dirOption = options.dir === undefined ? "" : ` --dir ${options.dir}`;
    const back = `trainlog restore ${ids.join(" ")}${dirOption}`;
    context.out.text(
      `${formatPlural(ids.length, "run")} in the trash; back: ${back}; for good: trainlog gc${dirOption}`,
    );
    context.out.data({ removed: ids });
    return EXIT_OK;
  },
});
