/**
 * @file Changes of many runs by name or by filter.
 *
 * Runs that are named are changed at once. Runs that a filter finds are shown first and changed with `--yes` only; they are then sent by their ids, so what is changed is
 * what was found.
 */
import { type BulkAction, type BulkAnswer, type BulkResult, type BulkStep, MAX_BULK_RUNS } from "../api/index.ts";
import { parseFilter } from "../query/index.ts";
import type { RunInfo } from "../store/index.ts";
import { type CommandContext, EXIT_OK, EXIT_PROBLEM, EXIT_USAGE } from "./command.ts";
import type { OptionValues } from "./option-types.ts";
import { usageError } from "./parse.ts";
import type { RunPlace, RunReader } from "./place/run-place.ts";
import { PLACE_OPTIONS } from "./place/where.ts";
import { paintState, stateText } from "./run-state.ts";
import { findRuns } from "./store-access.ts";
import { formatAge, formatPlural } from "./terminal/format.ts";
import { renderTable } from "./terminal/table.ts";
import { visibleText } from "./terminal/text-width.ts";

const OWN_OPTIONS = {
  filter: { type: "text", value: "FILTER", help: "the runs that match, such as 'state = failed and created < -30d'" },
  project: { type: "text", value: "NAME", help: "with --filter: runs of this project only" },
  archived: { type: "boolean", help: "with --filter: archived runs too" },
  yes: { type: "boolean", short: "y", help: "change the runs that --filter finds; without it they are only shown" },
} as const;

/** Options of every verb that changes several runs. */
export const BULK_OPTIONS: typeof PLACE_OPTIONS & typeof OWN_OPTIONS = { ...PLACE_OPTIONS, ...OWN_OPTIONS };

/** Values of {@link BULK_OPTIONS}. */
export type BulkValues = OptionValues<typeof BULK_OPTIONS>;

/** Exit codes of these verbs, for their help. */
export const BULK_EXIT_CODES: Readonly<Record<number, string>> = {
  1: "a run was not found, or could not be changed; it is named, and the others are changed",
  2: "wrong usage, or --filter without --yes: nothing was changed",
};

/** Runs shown before a change. */
const PREVIEW_RUNS = 20;

/** What is done, in words. */
export interface BulkWords {
  /** `remove` */
  readonly verb: string;
  /** `removed` */
  readonly done: string;
  /** The command that takes it back for these runs, without the place; absent when there is none. */
  readonly undo?: (runIds: readonly string[]) => string;
}

/** The runs that are meant: those that are named, or those that the filter finds. @throws TrainlogError `cli/usage`, `query/bad-filter`, `run/not-found`. */
export async function meantRuns(runs: RunReader, names: readonly string[], options: BulkValues): Promise<RunInfo[]> {
  const { filter, project, archived } = options;
  if (filter === undefined) {
    if (names.length === 0) throw usageError("which runs? name them, or say --filter 'state = failed'");
    if (project !== undefined || archived) throw usageError("--project and --archived go with --filter");
    return findRuns(runs, names);
  }
  if (names.length > 0) throw usageError("name runs, or say --filter, not both");
  const query = {
    filter: parseFilter(filter, "--filter"),
    ...(project === undefined ? {} : { project }),
    ...(archived ? { archived: "include" as const } : {}),
  };
  const found: RunInfo[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await runs.listRuns({ ...query, limit: 10_000, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.runs);
    cursor = page.nextCursor;
    if (cursor === undefined) return found;
  }
}

/** Changes the runs that a command line means, says what became of them and how to take it back. Gives the exit code. */
export async function changeRuns(
  place: RunPlace,
  names: readonly string[],
  action: BulkAction,
  words: BulkWords,
  { options, context }: { readonly options: BulkValues; readonly context: CommandContext },
): Promise<number> {
  const { out } = context;
  const runs = await meantRuns(place.runs, names, options);
  if (options.filter !== undefined && !options.yes) {
    out.data({ dryRun: true, action, runIds: runs.map(({ runId }) => runId) });
    out.text(previewText(runs, words, context));
    return runs.length === 0 ? EXIT_OK : EXIT_USAGE;
  }
  const steps = chunksOf(runs.map(({ runId }) => runId)).map((runIds): BulkStep => ({ runIds, action }));
  const answers: BulkAnswer[] = [];
  for (const step of steps) answers.push(await place.changes.bulk(step));
  return reportBulk(answers, { runs, words, place, context });
}

function chunksOf(runIds: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let start = 0; start < runIds.length; start += MAX_BULK_RUNS)
    chunks.push(runIds.slice(start, start + MAX_BULK_RUNS));
  return chunks;
}

function previewText(runs: readonly RunInfo[], { verb, done }: BulkWords, { out, nowMs }: CommandContext): string {
  if (runs.length === 0) return `no run matches; nothing to ${verb}`;
  const table = renderTable<RunInfo>(
    [
      {
        title: "state",
        value: (run) => stateText(run.state),
        paint: (cell, run) => paintState(cell, run.state, out.style),
      },
      { title: "name", value: (run) => run.name, minWidth: 16 },
      { title: "project", value: (run) => run.project, minWidth: 7 },
      { title: "started", value: (run) => formatAge(run.createdMs, nowMs()) },
      { title: "id", value: (run) => run.runId, optional: true },
    ],
    runs.slice(0, PREVIEW_RUNS),
    { width: out.width, paintTitles: out.style.bold },
  );
  const more = runs.length - PREVIEW_RUNS;
  return [
    table,
    ...(more > 0 ? [`… and ${formatPlural(more, "more run")}`] : []),
    `${formatPlural(runs.length, "run")} would be ${done}; nothing was changed yet: say --yes to do it`,
  ].join("\n");
}

interface BulkReport {
  readonly runs: readonly { readonly runId: string; readonly name: string }[];
  readonly words: BulkWords;
  readonly place: RunPlace;
  readonly context: CommandContext;
}

/** Says what became of each run. Gives the exit code. */
export function reportBulk(answers: readonly BulkAnswer[], { runs, words, place, context }: BulkReport): number {
  const { out } = context;
  const results = answers.flatMap((answer) => answer.results);
  const changed = idsOf(results, "changed");
  const names = new Map(runs.map(({ runId, name }) => [runId, name]));
  const undo =
    words.undo === undefined || changed.length === 0 ? undefined : `trainlog ${words.undo(changed)}${place.option}`;
  out.data({
    results,
    changed,
    ...(undo === undefined ? {} : { undo }),
    undoSteps: answers.flatMap(({ undo: steps }) => steps?.steps ?? []),
  });
  for (const { runId, outcome, detail } of results) {
    const label = `${runId} (${visibleText(names.get(runId) ?? runId)})`;
    if (outcome === "failed") out.note(`not ${words.done}: ${label}: ${visibleText(detail ?? "")}`);
    else out.text(`${outcome === "changed" ? words.done : "unchanged"} ${label}`);
  }
  if (undo !== undefined) out.text(`${formatPlural(changed.length, "run")} ${words.done}; back: ${undo}`);
  return results.some(({ outcome }) => outcome === "failed") ? EXIT_PROBLEM : EXIT_OK;
}

function idsOf(results: readonly BulkResult[], wanted: BulkResult["outcome"]): string[] {
  return results.filter(({ outcome }) => outcome === wanted).map(({ runId }) => runId);
}
