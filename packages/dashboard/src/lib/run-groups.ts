/** @file Which runs belong together when lines are grouped, by something that all runs have or by one path of their configuration or summary. */
import type { RunDetail } from "trainlog/api";
import { flatten, formatValue } from "./flatten.ts";
import { compareNaturally } from "./metric-groups.ts";

/** Runs that share a value. */
export interface RunGroup {
  /** Tells it from every run and every other group: its line has this id. */
  readonly id: string;
  /** The value, as a legend says it. */
  readonly name: string;
  readonly runIds: readonly string[];
}

/** What {@link groupRuns} reads of a run. */
export type GroupedRun = Pick<RunDetail, "runId" | "project" | "group" | "jobType" | "state" | "config" | "summary">;

const FIELDS = ["group", "jobType", "state", "project"] as const;

/** Name of the group of runs that do not have what is grouped by. */
export const NO_VALUE = "(none)";

/**
 * Groups runs by a field or a path.
 *
 * @param groupBy - `"config:optimizer"`, `"summary:best/acc"`, `"group"`, `"jobType"`, `"state"` or `"project"`.
 * @returns Groups in natural order of their names; no run is left out.
 *
 * @example
 * groupRuns(runs, "config:lr"); // [{id: "group:0.001", name: "0.001", runIds: ["a", "c"]}, …]
 */
export function groupRuns(runs: readonly GroupedRun[], groupBy: string): RunGroup[] {
  const groups = Map.groupBy(runs, (run) => groupNameOf(run, groupBy));
  return [...groups]
    .map(([name, members]) => ({ id: `group:${name}`, name, runIds: members.map((run) => run.runId) }))
    .sort((a, b) => Number(a.name === NO_VALUE) - Number(b.name === NO_VALUE) || compareNaturally(a.name, b.name));
}

/** What these runs can be grouped by, those first that make at least two groups and not one of each run. */
export function groupChoices(runs: readonly GroupedRun[]): string[] {
  const paths = runs.flatMap(({ config, summary }) => [
    ...flatten(config).map(({ path }) => `config:${path}`),
    ...flatten(summary).map(({ path }) => `summary:${path}`),
  ]);
  const choices = [...FIELDS, ...[...new Set(paths)].sort(compareNaturally)];
  const counts = new Map(choices.map((choice) => [choice, groupRuns(runs, choice).length]));
  const tells = (choice: string): boolean => {
    const count = counts.get(choice) ?? 0;
    return count > 1 && count < runs.length;
  };
  return [...choices.filter(tells), ...choices.filter((choice) => !tells(choice) && choice.startsWith("config:"))];
}

function groupNameOf(run: GroupedRun, groupBy: string): string {
  const field = FIELDS.find((name) => name === groupBy);
  if (field !== undefined) return run[field] ?? NO_VALUE;
  const [, area, path] = /^(config|summary):(.*)$/s.exec(groupBy) ?? [];
  if (path === undefined) return NO_VALUE;
  const entry = flatten(area === "config" ? run.config : run.summary).find((leaf) => leaf.path === path);
  return entry === undefined ? NO_VALUE : formatValue(entry.value);
}
