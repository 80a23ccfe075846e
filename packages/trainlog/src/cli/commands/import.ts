/** @file `trainlog import`: runs from files. */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  decideImport,
  IMPORT_FORMATS,
  type ImportPlan,
  type OpenImportOptions,
  openImport,
  planImport,
  type RunDecision,
  type RunOutcome,
  type RunTarget,
  writeImport,
} from "../../formats/index.ts";
import { TrainlogError } from "../../run/error.ts";
import { type Command, type CommandContext, defineCommand, EXIT_OK, EXIT_PROBLEM } from "../command.ts";
import { FolderTarget } from "../import-target.ts";
import { PLACE_OPTIONS, type PlaceValues, whereOf } from "../place/where.ts";
import { TO_LOOK } from "../store-access.ts";
import { formatBytes, formatCount, formatPlural } from "../terminal/format.ts";
import { visibleText } from "../terminal/text-width.ts";

/** Places that are named; `--json` has the first hundred. */
const NAMED_PLACES = 10;

const OUTCOMES: Readonly<Record<RunOutcome, string>> = {
  imported: "imported",
  resumed: "completed",
  unchanged: "was there already",
};

/** What an import did. */
interface ImportResult {
  readonly runs: readonly RunDecision[];
  readonly plan: ImportPlan;
  readonly format: string;
}

/** `trainlog import` */
export const importCommand: Command = defineCommand({
  name: "import",
  summary: "make runs of files: an export, CSV, Parquet, JSON lines",
  details: [
    "Takes what trainlog export wrote, a TrainLog in JSON, and tables of other programs: a column of steps, and one column per metric (or a column of names and one of values). Which column is what is guessed from the names and said.",
    "The whole source is read before anything is written. When a part of it cannot be read, nothing is imported, unless --skip-bad is said. Importing the same again changes nothing.",
  ],
  arguments: [{ name: "PATH", help: "a file, or a folder of --format events", required: true }],
  options: {
    ...PLACE_OPTIONS,
    format: {
      type: "text",
      value: "FORMAT",
      choices: IMPORT_FORMATS,
      help: IMPORT_FORMATS.join(", "),
      defaultText: "what the name of the file says",
    },
    project: { type: "text", value: "NAME", help: "project of the runs", defaultText: "what the source says" },
    name: {
      type: "text",
      value: "NAME",
      help: "name of the run",
      defaultText: "what the source says, else its file name",
    },
    "step-column": { type: "text", value: "NAME", help: "column that is the step" },
    "time-column": {
      type: "text",
      value: "NAME",
      help: "column that is the time: seconds or milliseconds since 1970, or dates",
    },
    "run-column": { type: "text", value: "NAME", help: "column that says to which run a line belongs" },
    "key-column": { type: "text", value: "NAME", help: "column with the metric's name, where each line is one value" },
    "value-column": { type: "text", value: "NAME", help: "column with the value, where each line is one value" },
    key: { type: "text", value: "KEY", multiple: true, help: "only this metric" },
    "skip-bad": { type: "boolean", help: "import what can be read, and name what cannot" },
    "dry-run": { type: "boolean", help: "only say what would be imported" },
  },
  examples: [
    ["trainlog import all-runs", "a folder that trainlog export --format events wrote"],
    ["trainlog import metrics.csv --project mnist", "a table of another program"],
    ["trainlog import log.csv --project mnist --step-column iter --dry-run", "says what it would make of it"],
  ],
  exitCodes: { 1: "nothing was imported, or (with --skip-bad) not all: what could not be read is named" },
  run: async ({ options, args, context }) => {
    const { out } = context;
    const path = resolve(context.cwd, args[0] ?? "");
    using bar = out.progress("read", await bytesToRead(path));
    let readBytes = 0;
    const onRead = (bytes: number): void => {
      readBytes += bytes;
      bar.update(readBytes, formatBytes(readBytes));
    };
    const reader = await openImport(path, { ...openOptions(options), onRead });
    for (const note of reader.notes) out.note(visibleText(note));
    const project = options.project === undefined ? {} : { project: options.project };
    const plan = await planImport(reader, { ...project, signal: context.signal });
    bar.end();
    checkPlan(plan, options["skip-bad"], context);
    const total = plan.runs.reduce((sum, run) => sum + run.points, 0);
    using written = out.progress("import", total || 1);
    const runs = await intoStore(options, context, async (target) => {
      const decisions = await decideImport(plan, target);
      if (options["dry-run"]) return decisions;
      const onProgress = (points: number): void => written.update(points, `${formatCount(points)} points`);
      return writeImport(reader, decisions, target, { ...project, signal: context.signal, onProgress });
    });
    written.end();
    report({ runs, plan, format: reader.format }, options["dry-run"], context);
    return plan.badCount === 0 ? EXIT_OK : EXIT_PROBLEM;
  },
});

/** How many bytes will be read before anything is written: a file once for its checksum and once for its content. */
async function bytesToRead(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory() !== true) return (facts?.size ?? 0) * 2;
  const runs = await readdir(join(path, "runs")).catch((): string[] => []);
  const sizes = await Promise.all(runs.map((name) => stat(join(path, "runs", name)).catch(() => undefined)));
  return sizes.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}

function openOptions(options: {
  readonly format: string | undefined;
  readonly project: string | undefined;
  readonly name: string | undefined;
  readonly "step-column": string | undefined;
  readonly "time-column": string | undefined;
  readonly "run-column": string | undefined;
  readonly "key-column": string | undefined;
  readonly "value-column": string | undefined;
  readonly key: readonly string[];
}): OpenImportOptions {
  const format = IMPORT_FORMATS.find((known) => known === options.format);
  const named = {
    format,
    project: options.project,
    name: options.name,
    stepColumn: options["step-column"],
    timeColumn: options["time-column"],
    runColumn: options["run-column"],
    keyColumn: options["key-column"],
    valueColumn: options["value-column"],
  };
  // Options that were not given are absent, not undefined.
  return { keys: options.key, ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) };
}

/** Says what could not be read, and refuses to go on unless that is wanted. */
function checkPlan(plan: ImportPlan, skipBad: boolean, { out }: CommandContext): void {
  const places = plan.bad.slice(0, NAMED_PLACES).map(({ place, message }) => `${place}: ${message}`);
  const more = plan.badCount - places.length;
  if (more > 0) places.push(`… and ${formatPlural(more, "more place")}`);
  if (plan.badCount > 0 && !skipBad) {
    const lines = [
      `${formatPlural(plan.badCount, "place")} could not be read, so nothing was imported (--skip-bad imports the rest)`,
    ];
    throw new TrainlogError("import/bad-lines", [...lines, ...places].join("\n"), { status: 400 });
  }
  if (plan.runs.length === 0) {
    throw new TrainlogError("import/empty", "there is no run in it, so nothing was imported", { status: 400 });
  }
  for (const place of places) out.note(`left out: ${visibleText(place)}`);
  for (const sha256 of plan.missingBlobs)
    out.note(`missing: the stored file ${sha256}, which a run refers to, is not in the source`);
}

/** Hands `use` the place as a target. A store that is not there yet is made by the first run that is written. */
async function intoStore<Result>(
  options: PlaceValues,
  context: CommandContext,
  use: (target: RunTarget) => Promise<Result>,
): Promise<Result> {
  const where = whereOf(options, context);
  if (where.kind === "server") {
    const { TrainlogClient } = await import("../../client/index.ts");
    const { serverTarget } = await import("../place/server-target.ts");
    const { url, token } = where;
    const { signal } = context;
    return use(serverTarget(new TrainlogClient(url, { signal, ...(token === undefined ? {} : { token }) })));
  }
  using target = new FolderTarget(where.dir, (runId) => eventsOf(where.dir, context, runId));
  return use(target);
}

/** Everything that a run of the store says. */
async function* eventsOf(dir: string, context: CommandContext, runId: string) {
  const { openStore } = await import("../../store/index.ts");
  await using store = await openStore(dir, {
    ...TO_LOOK,
    onProblem: (message) => context.out.note(message),
  });
  yield* store.events(runId);
}

function report({ runs, plan, format }: ImportResult, isDryRun: boolean, { out }: CommandContext): void {
  const { bad, badCount, missingBlobs } = plan;
  out.data({
    format,
    dryRun: isDryRun,
    runs: runs.map(({ runId, project, name, outcome, events, points }) => ({
      runId,
      project,
      name,
      outcome,
      events,
      points,
    })),
    bad,
    badCount,
    missingBlobs,
  });
  const word = (outcome: RunOutcome): string =>
    isDryRun && outcome !== "unchanged" ? `would be ${OUTCOMES[outcome]}` : OUTCOMES[outcome];
  for (const run of runs) {
    out.text(`${word(run.outcome)}  ${run.runId}  ${visibleText(run.name)}  ${formatPlural(run.points, "point")}`);
  }
}
