import type { TrainLog } from "../train-log.ts";

/** How the rows of a log are to be shown. */
export interface LogRows {
  /** Rows that every series has: the length of the shortest one. */
  readonly rowCount: number;
  /** x of each row: its step, or its index when the log has no matching steps. As long as the longest series that is drawn. */
  readonly xs: readonly number[];
  /** Whether `xs` are steps of the log. */
  readonly hasSteps: boolean;
  /** What a reader must know about the data, in words. */
  readonly warnings: readonly string[];
}

/**
 * Decides the x of each row as upstream's viewer does: the shortest series counts; steps of that number are used, other steps are replaced by the index
 * with the warning `steps length mismatch`, no steps at all mean the index without a warning.
 *
 * Rows that only some series have are shown where there is an x for them (by index), and the warning says so.
 */
export function logRows(log: TrainLog): LogRows {
  const lengths = log.series.map((series) => series.values.length);
  const rowCount = lengths.length === 0 ? 0 : lengths.reduce((a, b) => Math.min(a, b));
  const longest = lengths.reduce((a, b) => Math.max(a, b), 0);
  const hasSteps = log.steps.length === rowCount && rowCount > 0;
  const warnings: string[] = [];
  if (log.steps.length !== rowCount && log.steps.length !== 0 && log.series.length > 0)
    warnings.push("steps length mismatch");
  if (longest !== rowCount) {
    warnings.push(`series lengths differ${hasSteps ? `: the first ${rowCount} values of each are drawn` : ""}`);
  }
  const xs = hasSteps ? log.steps : Array.from({ length: longest }, (_, i) => i);
  return { rowCount, xs, hasSteps, warnings };
}
