/** @file Axes of a chart: where ticks stand and what they read. */
import type uPlot from "uplot";
import { formatTicks } from "../lib/number-format.ts";
import { metricOfAxis, type PlotAxis } from "../lib/plot-axis.ts";
import { DURATION_STEPS, logTicks } from "../lib/ticks.ts";
import { formatClock, formatDuration } from "../lib/time-format.ts";

/** Colours of axes. */
export interface AxisColours {
  readonly text: string;
  readonly grid: string;
}

/** Writes the ticks of one axis alike. */
export type TickFormat = (ticks: readonly number[]) => string[];

const FONT = '11px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** The x axis. uPlot places the ticks of wall time (calendar units); those of steps and relative time stand at our distances. */
export function xAxis(axis: PlotAxis, logX: boolean, colours: AxisColours): uPlot.Axis {
  const shared: uPlot.Axis = {
    stroke: colours.text,
    font: FONT,
    size: 26,
    gap: 4,
    space: 64,
    grid: { show: false },
    ticks: { stroke: colours.grid, width: 1, size: 4 },
  };
  if (logX) {
    const format: TickFormat = axis === "relative" ? (ticks) => ticks.map(shortDuration) : formatTicks;
    return {
      ...shared,
      splits: logSplits,
      filter: (_plot, ticks) => [...ticks],
      values: (_plot, ticks) => each(ticks, format),
    };
  }
  if (axis === "wall") {
    return { ...shared, values: (_plot, ticks, _axis, _space, distanceMs) => formatClock(ticks, distanceMs) };
  }
  if (axis === "relative") {
    return { ...shared, incrs: [...DURATION_STEPS], values: (_plot, ticks) => ticks.map((ms) => shortDuration(ms)) };
  }
  const values: uPlot.Axis.Values = (_plot, ticks) => linearTexts(ticks, formatTicks);
  return metricOfAxis(axis) === undefined ? { ...shared, values, incrs: STEP_DISTANCES } : { ...shared, values };
}

/** The y axis, as wide as its texts. */
export function yAxis(colours: AxisColours, logY: boolean, format: TickFormat): uPlot.Axis {
  return {
    stroke: colours.text,
    font: FONT,
    size: (_plot, values) => Math.max(30, ...(values ?? []).map((text) => 12 + 6.2 * (text?.length ?? 0))),
    gap: 4,
    space: 30,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    ...(logY && { splits: logSplits, filter: (_plot, ticks) => [...ticks] }),
    values: (_plot, ticks) => (logY ? each(ticks, format) : linearTexts(ticks, format)),
  };
}

/** Steps are whole numbers: ticks between them would mean nothing. */
const STEP_DISTANCES = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat();

/** uPlot begins a log axis with a tick at its very end and counts on from there, whatever number that is; ours are round. */
function logSplits(_plot: uPlot, _axis: number, from: number, to: number): number[] {
  return logTicks([from, to]);
}

/** Ticks of a log axis are far apart: each is written by itself. */
function each(ticks: readonly (number | null)[], format: TickFormat): string[] {
  return ticks.map((tick) => (tick === null ? "" : (format([tick])[0] ?? "")));
}

/** uPlot leaves places empty where texts would be too dense. */
function linearTexts(ticks: readonly (number | null)[], format: TickFormat): string[] {
  const texts = format(ticks.filter((tick) => tick !== null));
  const next = texts[Symbol.iterator]();
  return ticks.map((tick) => (tick === null ? "" : (next.next().value ?? "")));
}

/** A length of time for a tick. */
export function shortDuration(ms: number): string {
  if (ms === 0) return "0";
  return formatDuration(ms)
    .replace(/ 00[smh]$/, "")
    .replace(/^(\d+)\.0s$/, "$1s");
}
