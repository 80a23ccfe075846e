/** @file `trainlog rename`: another name for a run. */
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { quoted, withPlace } from "../place/with-place.ts";
import { findRun } from "../store-access.ts";
import { visibleText } from "../terminal/text-width.ts";

/** `trainlog rename` */
export const renameCommand: Command = defineCommand({
  name: "rename",
  summary: "give a run another name",
  details: ["The id stays. Works on a run that is being written too."],
  arguments: [
    { name: "RUN", help: "id, beginning of an id, or name of a run", required: true },
    { name: "NAME", help: "its new name", required: true },
  ],
  options: PLACE_OPTIONS,
  examples: [["trainlog rename 20261121-0155 baseline", "calls a run baseline"]],
  exitCodes: { 1: "there is no such run, or it could not be changed" },
  run: async ({ options, args: [text = "", name = ""], context }) => {
    if (name.trim() === "") throw usageError("a run's name is not empty");
    return withPlace(options, context, async ({ runs, changes, option }) => {
      const before = await findRun(runs, text);
      const { runId } = before;
      const after = await changes.editRun(runId, { name });
      const undo = `trainlog rename ${runId} ${quoted(before.name)}${option}`;
      context.out.data({ runId, from: before.name, to: after.name, undo });
      context.out.text(
        `${visibleText(before.name)} is now ${visibleText(after.name)} (${runId}); back: ${visibleText(undo)}`,
      );
      return EXIT_OK;
    });
  },
});
