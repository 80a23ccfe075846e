/** @file The rows of the table: runs in order, or groups with the runs of those that are unfolded. */
import type { RunGroup, RunRow } from "trainlog/api";

/** One row. */
export type TableRow =
  | { readonly kind: "run"; readonly run: RunRow; readonly inGroup: boolean }
  | { readonly kind: "group"; readonly group: RunGroup; readonly open: boolean }
  /** Runs of a group that are not shown yet. */
  | { readonly kind: "more"; readonly filter: string; readonly left: number }
  | { readonly kind: "loading" };

/** All rows. */
export interface TableRows {
  readonly count: number;
  at(index: number): TableRow | undefined;
}

/** Runs in order; those that are not loaded yet have rows as well, so that the scrollbar is for all of them. */
export function plainRows(runs: readonly RunRow[], total: number): TableRows {
  return {
    count: Math.max(total, runs.length),
    at: (index) => {
      const run = runs[index];
      return run === undefined ? { kind: "loading" } : { kind: "run", run, inGroup: false };
    },
  };
}

/** What is loaded of a group. */
export interface GroupRuns {
  readonly runs: readonly RunRow[];
  readonly total: number;
}

/**
 * Groups, each followed by its runs when it is unfolded.
 *
 * @param runsOf - Runs of a group by its filter; undefined while they are on their way.
 */
export function groupedRows(
  groups: readonly RunGroup[],
  open: ReadonlySet<string>,
  runsOf: (filter: string) => GroupRuns | undefined,
): TableRows {
  const rows = groups.flatMap((group): TableRow[] => {
    const { filter } = group;
    const isOpen = filter !== undefined && open.has(filter);
    const head: TableRow = { kind: "group", group, open: isOpen };
    return isOpen ? [head, ...runRows(filter, runsOf(filter))] : [head];
  });
  return { count: rows.length, at: (index) => rows[index] };
}

function runRows(filter: string, known: GroupRuns | undefined): TableRow[] {
  if (known === undefined) return [{ kind: "loading" }];
  const rows = known.runs.map((run): TableRow => ({ kind: "run", run, inGroup: true }));
  const left = known.total - known.runs.length;
  return left > 0 ? [...rows, { kind: "more", filter, left }] : rows;
}
