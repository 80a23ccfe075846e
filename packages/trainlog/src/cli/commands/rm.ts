/** @file `trainlog rm`: runs to the trash, with the way back said. */
import { BULK_EXIT_CODES, BULK_OPTIONS, changeRuns } from "../bulk-change.ts";
import { type Command, defineCommand } from "../command.ts";
import { withPlace } from "../place/with-place.ts";

/** `trainlog rm` */
export const rmCommand: Command = defineCommand({
  name: "rm",
  summary: "move runs to the store's trash",
  details: [
    "The runs leave every list but stay on disk until trainlog gc; trainlog restore brings them back.",
    "With --filter it shows the runs that match, and removes them when --yes is said.",
  ],
  arguments: [{ name: "RUN", help: "id, beginning of an id, or name of a run", many: true }],
  options: BULK_OPTIONS,
  examples: [
    ["trainlog rm 20261121-015502-k3x9f2ab", "removes one run"],
    ["trainlog rm --filter 'state = crashed and created < -7d'", "shows what would be removed"],
    ["trainlog rm --filter 'state = crashed and created < -7d' --yes", "removes it"],
  ],
  exitCodes: BULK_EXIT_CODES,
  run: ({ options, args, context }) =>
    withPlace(options, context, (place) =>
      changeRuns(
        place,
        args,
        { type: "delete" },
        { verb: "remove", done: "removed", undo: (runIds) => `restore ${runIds.join(" ")}` },
        { options, context },
      ),
    ),
});
