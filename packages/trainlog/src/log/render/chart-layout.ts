/** @file Where everything of a line chart goes, in pixels. Pure numbers: the SVG picture and the hover of the widget are drawn from it. */
import type { TrainLog } from "../train-log.ts";
import { EDGE_PX, LABEL_PX, type LegendEntry, layOutLegend, ROW_PX, TITLE_PX } from "./legend.ts";
import { type LogRows, logRows } from "./log-rows.ts";
import { textWidthPx } from "./markup.ts";
import { isSparse, layPolyline, type Polyline } from "./polyline.ts";
import { extentOf, formatNumber, linearScale, logScale, padExtent, type Scale } from "./scale.ts";
import { seriesColors } from "./theme.ts";

/** Size and kind of a line chart. */
export interface ChartOptions {
  /** Whole picture; 720 when absent, at least 240. */
  readonly widthPx?: number;
  /** Plot area with its axis; the title, warnings and legend come on top. 320 when absent, at least 120. */
  readonly heightPx?: number;
  /** Logarithmic y axis; false when absent. */
  readonly logY?: boolean;
  /** Indices of series that are in the legend but not drawn. */
  readonly hidden?: ReadonlySet<number>;
  /** Leave out title, warnings and legend, because the page shows them itself. */
  readonly plotOnly?: boolean;
}

/** A rectangle in pixels. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One series of a chart. */
export interface ChartSeries {
  readonly index: number;
  readonly name: string;
  readonly color: string;
  /** SVG dash pattern, `""` for a solid line: tells apart what colour alone does not. */
  readonly dash: string;
  readonly values: readonly number[];
  readonly isHidden: boolean;
  readonly line: Polyline;
}

/** A laid-out line chart. */
export interface ChartLayout {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly plot: Box;
  readonly rows: LogRows;
  readonly warnings: readonly string[];
  readonly series: readonly ChartSeries[];
  readonly legend: readonly LegendEntry[];
  readonly xScale: Scale;
  readonly yScale: Scale;
  /** Whether there is any point with a place on the axes. */
  readonly hasPoints: boolean;
  readonly plotOnly: boolean;
}

const AXIS_PX = 36;
const NOTHING_HIDDEN: ReadonlySet<number> = new Set();
const DASHES = ["", "6 3", "2 3", "9 3 2 3"];

/** Lays a log out as a line chart. */
export function layOutChart(log: TrainLog, options: ChartOptions = {}): ChartLayout {
  const { logY = false, hidden = NOTHING_HIDDEN, plotOnly = false } = options;
  const width = Math.max(240, options.widthPx ?? 720);
  const plotHeight = Math.max(120, options.heightPx ?? 320);
  const rows = logRows(log);
  const shown = log.series.filter((_, i) => !hidden.has(i));
  const drawn = shown.map(({ values }) => (rows.hasSteps ? values.slice(0, rows.rowCount) : values));
  const y = yAxis(drawn, logY, plotHeight);
  const warnings = [...rows.warnings, ...y.warnings];
  const headHeight = TITLE_PX + (warnings.length > 0 ? ROW_PX + 4 : 0);
  const legend = plotOnly ? { entries: [], bottom: 0 } : layOutLegend(log, width, headHeight);
  const plot = plotBox(y.scale, width, plotHeight, legend.bottom + 8);
  const xScale = xAxis(rows, plot);
  return {
    title: log.title,
    width,
    height: plot.top + plot.height + AXIS_PX,
    plot,
    rows,
    warnings,
    series: placeSeries(log, rows, { plot, xScale, yScale: y.scale, hidden }),
    legend: legend.entries,
    xScale,
    yScale: y.scale,
    hasPoints: y.hasPoints && rows.xs.length > 0,
    plotOnly,
  };
}

interface Axes {
  readonly plot: Box;
  readonly xScale: Scale;
  readonly yScale: Scale;
  readonly hidden: ReadonlySet<number>;
}

function placeSeries(log: TrainLog, rows: LogRows, { plot, xScale, yScale, hidden }: Axes): ChartSeries[] {
  const place = {
    x: (row: number): number => plot.left + xScale.position(rows.xs[row]!) * plot.width,
    y: (value: number): number => plot.top + (1 - yScale.position(value)) * plot.height,
  };
  const colors = seriesColors(log.series.map((series) => series.color));
  return log.series.map(({ name, values }, index) => {
    const isHidden = hidden.has(index);
    const line = layPolyline(isHidden ? [] : values, rows.xs.length, place, { bridgeNaN: isSparse(values) });
    return { index, name, color: colors[index]!, dash: dashOf(index), values, isHidden, line };
  });
}

/** Dash pattern of the n-th series: solid while the palette lasts, then others. */
function dashOf(index: number): string {
  return DASHES[Math.floor(index / 10) % DASHES.length]!;
}

interface YAxis {
  readonly scale: Scale;
  readonly warnings: string[];
  readonly hasPoints: boolean;
}

function yAxis(columns: readonly (readonly number[])[], logY: boolean, heightPx: number): YAxis {
  const tickCount = Math.max(2, Math.round(heightPx / 48));
  const extent = extentOf(columns, { positiveOnly: logY });
  const warnings: string[] = [];
  if (logY) {
    const lost = columns.reduce(
      (count, values) => count + values.filter((value) => value <= 0 && value > -Infinity).length,
      0,
    );
    if (lost > 0) warnings.push(`${lost} value${lost === 1 ? "" : "s"} ≤ 0 not on a log axis`);
  }
  if (extent === undefined) {
    // Also an empty logarithmic axis is one: values of 0 and below have no place on it.
    const scale = logY ? logScale({ min: 1, max: 10 }, tickCount) : linearScale({ min: 0, max: 1 }, tickCount);
    return { scale, warnings, hasPoints: false };
  }
  const scale = logY ? logScale(extent, tickCount) : linearScale(padExtent(extent), tickCount);
  return { scale, warnings, hasPoints: true };
}

function xAxis(rows: LogRows, plot: Box): Scale {
  const extent = extentOf([rows.xs]) ?? { min: 0, max: 1 };
  const wide = extent.min === extent.max ? { min: extent.min - 0.5, max: extent.max + 0.5 } : extent;
  const scale = linearScale(wide, Math.max(2, Math.round(plot.width / 80)));
  return {
    ...scale,
    ticks: scale.ticks
      .filter((tick) => Number.isInteger(tick.value))
      .map((tick) => ({ ...tick, label: formatStep(tick.value) })),
  };
}

/** A step on the axis: whole up to a million, then in short. */
function formatStep(step: number): string {
  return Math.abs(step) < 1e6 ? String(step) : formatNumber(step);
}

function plotBox(yScale: Scale, width: number, height: number, top: number): Box {
  const labelWidth = Math.max(...yScale.ticks.map((tick) => textWidthPx(tick.label, LABEL_PX)), 16);
  const left = Math.min(EDGE_PX + labelWidth + 6, width / 3);
  return { left, top, width: width - left - EDGE_PX, height: height - AXIS_PX };
}
