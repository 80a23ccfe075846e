/** @file A chart in words: for screen readers, and for the small print that says how much of the data it shows. */
import { formatPosition } from "./axis-format.ts";
import { formatMetricValue } from "./metric-unit.ts";
import { formatCount } from "./number-format.ts";
import type { PlotAxis } from "./plot-axis.ts";
import { extremes, lastPoint, type PlotModel, type PlotSource } from "./plot-model.ts";

/** Words about one chart. */
export interface ChartWords {
  /** What it shows, in one sentence. */
  readonly summary: string;
  /** `"1,200 points"`, `"600 of 1,000,000 points"`. */
  readonly count: string;
  /** What the count means. */
  readonly countMeaning: string;
}

/** Describes a chart; without a model it is still being loaded. */
export function chartWords(
  metric: string,
  axis: PlotAxis,
  sources: readonly PlotSource[],
  model: PlotModel | undefined,
): ChartWords {
  if (model === undefined || sources.length === 0)
    return { summary: `${metric}: loading`, count: "", countMeaning: "" };
  const count = pointCount(model);
  const [only] = sources;
  const what =
    sources.length === 1 && only !== undefined && only.members === undefined
      ? lineWords(metric, only, axis)
      : runWords(sources);
  return { summary: `${metric}: ${what}, ${count}`, ...countWords(model, count) };
}

function lineWords(metric: string, { line }: PlotSource, axis: PlotAxis): string {
  const last = lastPoint(line);
  if (last === undefined) return "no points";
  const range = extremes(line);
  const between =
    range === undefined
      ? ""
      : `, between ${formatMetricValue(metric, range[0])} and ${formatMetricValue(metric, range[1])}`;
  return `last ${formatMetricValue(metric, last.value)} at ${formatPosition(last.x, axis)}${between}`;
}

/** `"20 runs"`, `"3 groups of 20 runs"`. */
function runWords(sources: readonly PlotSource[]): string {
  const runs = sources.reduce((sum, { members }) => sum + (members?.length ?? 1), 0);
  const runCount = `${runs} run${runs === 1 ? "" : "s"}`;
  const groups = sources.filter(({ members }) => members !== undefined).length;
  return groups === 0 ? runCount : `${groups} group${groups === 1 ? "" : "s"} of ${runCount}`;
}

function pointCount({ shownPoints, totalPoints }: PlotModel): string {
  const total = `${formatCount(totalPoints)} point${totalPoints === 1 ? "" : "s"}`;
  return shownPoints < totalPoints ? `${formatCount(shownPoints)} of ${total}` : total;
}

function countWords(model: PlotModel, count: string): Pick<ChartWords, "count" | "countMeaning"> {
  const { shownPoints, totalPoints, nonFinitePoints } = model;
  const odd = nonFinitePoints === 0 ? "" : `, ${formatCount(nonFinitePoints)} NaN or ∞`;
  const merged = `Each of the ${formatCount(shownPoints)} places shows the mean, least and greatest of its points. Zoom in to see every one.`;
  const oddMeaning = odd === "" ? "" : " NaN and infinite values are gaps in the line, with a mark at the bottom.";
  const meaning = shownPoints < totalPoints ? merged : "Every point that was logged in this range is drawn.";
  return { count: count + odd, countMeaning: meaning + oddMeaning };
}
