/** @file `trainlog tag`: tags onto runs, and off again. */
import { BULK_EXIT_CODES, BULK_OPTIONS, changeRuns } from "../bulk-change.ts";
import { type Command, defineCommand } from "../command.ts";
import { usageError } from "../parse.ts";
import { quoted, withPlace } from "../place/with-place.ts";
import { didYouMean } from "../suggest.ts";

const ACTIONS = { add: "addTags", rm: "removeTags" } as const;
const OPPOSITE = { add: "rm", rm: "add" } as const;

/** `trainlog tag` */
export const tagCommand: Command = defineCommand({
  name: "tag",
  summary: "add tags to runs, or remove them",
  details: [
    "Works on runs that are being written too. With --filter it shows the runs that match, and changes them when --yes is said.",
  ],
  arguments: [
    { name: "add|rm", help: "what to do", required: true },
    { name: "TAG", help: "a tag; several with commas between them", required: true },
    { name: "RUN", help: "ids, beginnings of ids, names", many: true },
  ],
  options: BULK_OPTIONS,
  examples: [
    ["trainlog tag add best baseline", "tags the run called baseline"],
    ["trainlog tag rm best,old baseline wide", "two tags off two runs"],
    ["trainlog tag add good --filter 'metric.acc.max > 0.9' --yes", "tags all that match"],
  ],
  exitCodes: BULK_EXIT_CODES,
  run: async ({ options, args: [action = "", list = "", ...names], context }) => {
    if (action !== "add" && action !== "rm") {
      throw usageError(
        `trainlog tag: expected add or rm, got ${JSON.stringify(action)}${didYouMean(action, Object.keys(ACTIONS))}`,
      );
    }
    const tags = list.split(",").filter((tag) => tag !== "");
    if (tags.length === 0) throw usageError("which tag? trainlog tag add best RUN");
    const undo = (runIds: readonly string[]): string =>
      `tag ${OPPOSITE[action]} ${quoted(tags.join(","))} ${runIds.join(" ")}`;
    return withPlace(options, context, (place) =>
      changeRuns(
        place,
        names,
        { type: ACTIONS[action], tags },
        { verb: action === "add" ? "tag" : "untag", done: action === "add" ? "tagged" : "untagged", undo },
        { options, context },
      ),
    );
  },
});
