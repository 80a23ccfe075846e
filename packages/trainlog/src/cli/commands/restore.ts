/** @file `trainlog restore`: runs back from the trash, or what is in it; with `--from`, runs of a backup. */
import { TrainlogError } from "../../run/error.ts";
import type { TrashedRun } from "../../store/index.ts";
import { reportBulk } from "../bulk-change.ts";
import { type Command, defineCommand, EXIT_OK } from "../command.ts";
import { usageError } from "../parse.ts";
import { PLACE_OPTIONS } from "../place/where.ts";
import { withPlace } from "../place/with-place.ts";
import { didYouMean } from "../suggest.ts";
import { formatAge, formatBytes } from "../terminal/format.ts";
import { renderTable } from "../terminal/table.ts";

/** `trainlog restore` */
export const restoreCommand: Command = defineCommand({
  name: "restore",
  summary: "bring runs back from the trash, or from a backup",
  details: [
    "From the trash, runs are named by their ids, beginnings of them, or names; without a RUN it lists what is in the trash.",
    "With --from it copies runs of a backup (trainlog backup) into the store, all when none is named: checked against their checksums, and never over a run that the store has.",
  ],
  arguments: [{ name: "RUN", help: "a removed run; with --from, a run of the backup", many: true }],
  options: {
    ...PLACE_OPTIONS,
    all: { type: "boolean", help: "every run of the trash" },
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
      if (options.url !== undefined)
        throw usageError(
          "a backup is restored into a folder: run trainlog restore --from on the server's machine, with --dir",
        );
      const { restoreFrom } = await import("../restore-from.ts");
      return restoreFrom(options.from, args, options.dir, context);
    }
    return withPlace(options, context, async (place) => {
      const trash = await place.runs.trash();
      if (args.length === 0 && !options.all) {
        out.data({ trash });
        out.text(trash.length === 0 ? "the trash is empty" : trashTable(trash, out.width, nowMs()));
        return EXIT_OK;
      }
      const runs = options.all ? trash : args.map((text) => trashedRun(trash, text, place.option));
      const steps = [{ runIds: runs.map(({ runId }) => runId), action: { type: "restore" as const } }];
      const answers = runs.length === 0 ? [] : [await place.changes.bulk({ steps })];
      if (runs.length === 0) out.text("the trash is empty");
      const undo = (runIds: readonly string[]): string => `rm ${runIds.join(" ")}`;
      return reportBulk(answers, { runs, words: { verb: "restore", done: "restored", undo }, place, context });
    });
  },
});

/** The removed run that a person means. @throws TrainlogError `run/not-found`, `cli/ambiguous-run`. */
function trashedRun(trash: readonly TrashedRun[], text: string, option: string): TrashedRun {
  const exact = trash.filter(({ runId }) => runId === text);
  const found = exact.length > 0 ? exact : trash.filter((run) => run.runId.startsWith(text) || run.name === text);
  const [run] = found;
  if (run !== undefined && found.length === 1) return run;
  const named = JSON.stringify(text);
  if (run === undefined) {
    const near = didYouMean(
      text,
      trash.flatMap(({ runId, name }) => [runId, name]),
    );
    const message = `no run ${named} in the trash${near}\nsee what is: trainlog restore${option}`;
    throw new TrainlogError("run/not-found", message, { status: 404 });
  }
  const listed = found.slice(0, 5).map(({ runId, name, project }) => `${runId}  ${name} (${project})`);
  const message = [`${named} could be any of these; say which by more of its id:`, ...listed].join("\n");
  throw new TrainlogError("cli/ambiguous-run", message, { status: 409 });
}

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
