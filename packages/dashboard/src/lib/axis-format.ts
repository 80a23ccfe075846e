/** @file Positions on the x axis in words. */
import type { Zoom } from "./chart-view.ts";
import { formatCount, formatNumber } from "./number-format.ts";
import { metricOfAxis, type PlotAxis } from "./plot-axis.ts";
import { formatDateTime, formatDuration, formatTimeOfDay } from "./time-format.ts";

/** A position: `"step 1,200"`, `"5m 03s"`, `"02:13:07.125"`. */
export function formatPosition(x: number, axis: PlotAxis): string {
  const metric = metricOfAxis(axis);
  if (metric !== undefined) return `${metric} ${formatNumber(x, 6)}`;
  if (axis === "step") return `step ${Number.isInteger(x) ? formatCount(x) : formatNumber(x, 6)}`;
  return axis === "relative" ? formatDuration(x) : formatTimeOfDay(x);
}

/** A range: `"step 100–200"`, `"5m 03s–6m 00s"`, `"2026-11-21 02:13–02:14"`. */
export function formatRange({ from, to }: Zoom, axis: PlotAxis): string {
  const metric = metricOfAxis(axis);
  if (metric !== undefined) return `${metric} ${formatNumber(from, 4)}–${formatNumber(to, 4)}`;
  if (axis === "step") return `step ${formatNumber(from, 6)}–${formatNumber(to, 6)}`;
  if (axis === "relative") return `${formatDuration(from)}–${formatDuration(to)}`;
  const [start, end] = [formatDateTime(from), formatDateTime(to)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start}–${sameDay ? end.slice(11) : end}`;
}
