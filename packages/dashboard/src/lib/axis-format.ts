/** @file Positions on the x axis in words. */
import type { SeriesAxis } from "trainlog/api";
import { formatCount, formatNumber } from "./number-format.ts";
import { formatDateTime, formatDuration, formatTimeOfDay } from "./time-format.ts";
import type { Zoom } from "./view-state.ts";

/** A position: `"step 1,200"`, `"5m 03s"`, `"02:13:07.125"`. */
export function formatPosition(x: number, axis: SeriesAxis): string {
  if (axis === "step") return `step ${Number.isInteger(x) ? formatCount(x) : formatNumber(x, 6)}`;
  return axis === "relative" ? formatDuration(x) : formatTimeOfDay(x);
}

/** A range: `"step 100–200"`, `"5m 03s–6m 00s"`, `"2026-11-21 02:13–02:14"`. */
export function formatRange({ from, to }: Zoom, axis: SeriesAxis): string {
  if (axis === "step") return `step ${formatNumber(from, 6)}–${formatNumber(to, 6)}`;
  if (axis === "relative") return `${formatDuration(from)}–${formatDuration(to)}`;
  const [start, end] = [formatDateTime(from), formatDateTime(to)];
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start}–${sameDay ? end.slice(11) : end}`;
}
