/** @file Configurations of several runs side by side, and where they differ. */
import type { JsonObject, JsonValue } from "trainlog/run";
import { flatten } from "./flatten.ts";
import { compareNaturally } from "./metric-groups.ts";

/** One path and its value in each run. */
export interface DiffRow {
  readonly path: string;
  /** In the order of the runs; undefined where a run does not have it. */
  readonly values: readonly (JsonValue | undefined)[];
  /** Whether the values are not all the same. */
  readonly differs: boolean;
}

/** Puts objects side by side, one row per leaf, in natural order of paths. */
export function diffTable(objects: readonly JsonObject[]): DiffRow[] {
  const byRun = objects.map((object) => new Map(flatten(object).map((entry) => [entry.path, entry.value])));
  const paths = [...new Set(byRun.flatMap((entries) => [...entries.keys()]))].sort(compareNaturally);
  return paths.map((path) => {
    const values = byRun.map((entries) => entries.get(path));
    const written = values.map((value) => (value === undefined ? undefined : JSON.stringify(value)));
    return { path, values, differs: written.some((text) => text !== written[0]) };
  });
}
