/** @file From the lines of runs to the lines of a chart: over another metric when that is the x axis, joined to groups when runs are grouped. */
import type { GroupBand } from "./chart-view.ts";
import { groupLine } from "./group-line.ts";
import { lineOverMetric } from "./line-over-metric.ts";
import type { PlotSource } from "./plot-model.ts";
import type { RunGroup } from "./run-groups.ts";
import type { SeriesLine } from "./series-line.ts";

/** The line of one run, as far as it is there. */
export interface RunLine {
  readonly runId: string;
  readonly line: SeriesLine | undefined;
}

/** How runs become lines. */
export interface SourceOptions {
  /** Lines of the metric along x, by run; absent when steps or a time stand there. */
  readonly over?: readonly RunLine[] | undefined;
  /** Groups; absent when each run has a line of its own. */
  readonly groups?: readonly RunGroup[] | undefined;
  readonly band: GroupBand;
}

/** The lines that a chart draws. A run whose lines have not come yet is left out until they do. */
export function plotSources(lines: readonly RunLine[], { over, groups, band }: SourceOptions): PlotSource[] {
  const placed = new Map<string, SeriesLine>();
  const along = over === undefined ? undefined : new Map(over.map(({ runId, line }) => [runId, line]));
  for (const { runId, line } of lines) {
    if (line === undefined) continue;
    if (along === undefined) placed.set(runId, line);
    else {
      const x = along.get(runId);
      if (x !== undefined) placed.set(runId, lineOverMetric(line, x));
    }
  }
  if (groups === undefined) return [...placed].map(([id, line]) => ({ id, line }));
  return groups.flatMap(({ id, runIds }): PlotSource[] => {
    const members = runIds.flatMap((runId) => placed.get(runId) ?? []);
    return members.length === 0 ? [] : [{ id, line: groupLine(members, band), members }];
  });
}
