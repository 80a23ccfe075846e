/** @file What stands along the x axis of one chart. */
import type { SeriesAxis } from "trainlog/api";
import type { ChartView } from "./chart-view.ts";
import { axisOf, isSystemMetric } from "./metric-groups.ts";

/** Steps, a time, or another metric of the same run. */
export type PlotAxis = SeriesAxis | `metric:${string}`;

/**
 * The x axis of a metric's chart.
 *
 * @param stepMetric - What the script defined as the metric's own x axis; it takes the place of the step.
 */
export function plotAxisOf(
  metric: string,
  view: Pick<ChartView, "x" | "xMetric">,
  stepMetric: string | undefined,
): PlotAxis {
  const over = view.xMetric ?? (view.x === "step" ? stepMetric : undefined);
  if (over === undefined || over === metric || isSystemMetric(metric)) return axisOf(metric, view.x);
  return `metric:${over}`;
}

/** The metric along an axis; undefined for steps and times. */
export function metricOfAxis(axis: PlotAxis): string | undefined {
  return axis.startsWith("metric:") ? axis.slice("metric:".length) : undefined;
}

/** The axis that all charts share, for their common range. */
export function viewAxis({ x, xMetric }: Pick<ChartView, "x" | "xMetric">): PlotAxis {
  return xMetric === undefined ? x : `metric:${xMetric}`;
}

/** What an axis is called in a picture and in the head of a CSV column. */
export function axisTitle(axis: PlotAxis): string {
  const titles: Readonly<Record<SeriesAxis, string>> = { step: "step", wall: "time", relative: "relative time" };
  return metricOfAxis(axis) ?? titles[axis as SeriesAxis]; // What is no metric is one of the three.
}
