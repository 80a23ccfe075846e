/** @file A training log as text for a terminal. */
import type { Series, TrainLog } from "../train-log.ts";
import { BrailleCanvas } from "./braille.ts";
import { type LogRows, logRows } from "./log-rows.ts";
import { columnsOf } from "./markup.ts";
import { isSparse, layPolyline } from "./polyline.ts";
import { extentOf, formatNumber, linearScale, logScale, padExtent } from "./scale.ts";
import { summarizeSeries } from "./series-summary.ts";
import { fit, type Paint, painter, type TerminalOptions } from "./terminal-text.ts";

const CURVE_STYLES = ["curve0", "curve1", "curve2", "curve3", "curve4", "curve5"] as const;

/**
 * A log as text: one panel per series (own y axis, since without colour two curves in one panel cannot be told apart), drawn in braille dots.
 *
 * @returns Lines, each at most `columns` wide, with a newline at the end of each.
 */
export function trainLogText(log: TrainLog, options: TerminalOptions = {}): string {
  const columns = Math.max(40, options.columns ?? 80);
  const paint = painter(options.color ?? false);
  const rows = logRows(log);
  const lines = [paint("bold", fit(log.title, columns))];
  for (const warning of rows.warnings) lines.push(paint("yellow", fit(`! ${warning}`, columns)));
  if (log.series.length === 0) lines.push("The log has no series.");
  log.series.forEach((series, i) => {
    lines.push(
      "",
      ...panel(
        series,
        rows,
        { ...options, columns },
        (text) => paint(CURVE_STYLES[i % CURVE_STYLES.length]!, text),
        paint,
      ),
    );
  });
  if (log.notes.length > 0) lines.push("", ...log.notes.map((note) => paint("dim", fit(note, columns))));
  return lines.map((line) => `${line}\n`).join("");
}

function panel(
  series: Series,
  rows: LogRows,
  options: TerminalOptions & { columns: number },
  paintCurve: (text: string) => string,
  paint: Paint,
): string[] {
  const { columns, logY = false } = options;
  const height = Math.max(3, options.rows ?? 8);
  const heading = panelHeading(series, columns, paintCurve);
  const values = rows.hasSteps ? series.values.slice(0, rows.rowCount) : series.values;
  const yExtent = extentOf([values], { positiveOnly: logY });
  if (yExtent === undefined) return [heading, logY ? "  (no positive value to draw)" : "  (no finite value to draw)"];
  const xExtent = extentOf([rows.xs.slice(0, values.length)]) ?? { min: 0, max: 1 };
  const labels = [yExtent.max, yExtent.min].map(formatNumber);
  const gutter = Math.max(...labels.map(columnsOf)) + 2;
  const canvas = drawCurve(values, rows, { xExtent, yExtent, logY, width: columns - gutter, height });
  const body = canvas.map((row, i) => {
    const label = i === 0 ? labels[0]! : i === height - 1 ? labels[1]! : "";
    return `${label.padStart(gutter - 2)} ${label === "" ? "│" : "┤"}${paintCurve(row.trimEnd())}`;
  });
  return [heading, ...body, ...xAxisLines(xExtent, gutter, columns, rows.hasSteps).map((line) => paint("dim", line))];
}

function panelHeading(series: Series, columns: number, paintCurve: (text: string) => string): string {
  const { count, end, min, max, nonFiniteCount } = summarizeSeries(series);
  const show = (value: number | undefined): string => (value === undefined ? "–" : formatNumber(value));
  const lost = nonFiniteCount === 0 ? "" : `  ${nonFiniteCount} NaN or ∞`;
  const facts = `  n=${count}  last=${show(end)}  min=${show(min)}  max=${show(max)}${lost}`;
  const name = fit(series.name, Math.max(8, columns - columnsOf(facts)));
  return paintCurve(name) + fit(facts, columns - columnsOf(name));
}

interface Plot {
  readonly xExtent: { readonly min: number; readonly max: number };
  readonly yExtent: { readonly min: number; readonly max: number };
  readonly logY: boolean;
  readonly width: number;
  readonly height: number;
}

function drawCurve(
  values: readonly number[],
  rows: LogRows,
  { xExtent, yExtent, logY, width, height }: Plot,
): string[] {
  const canvas = new BrailleCanvas(width, height);
  const yRange = yExtent.min === yExtent.max ? padExtent(yExtent) : yExtent;
  // The y axis is labelled with the extremes themselves, so the curve fills the panel exactly.
  const y = logY && yExtent.min < yExtent.max ? exactLogPosition(yExtent) : linearScale(yRange, 2).position;
  const x = linearScale(xExtent, 2).position;
  const line = layPolyline(
    values,
    values.length,
    {
      x: (row) => x(rows.xs[row]!) * (2 * width - 1),
      y: (value) => (logY && value <= 0 ? Number.NaN : (1 - y(value)) * (4 * height - 1)),
    },
    { bridgeNaN: isSparse(values) },
  );
  for (const points of line.segments) {
    points.forEach((point, i) => {
      const from = points[Math.max(0, i - 1)]!;
      canvas.line(Math.round(from.x), Math.round(from.y), Math.round(point.x), Math.round(point.y));
    });
  }
  const cells = canvas.toRows().map((row) => [...row]);
  for (const mark of line.upMarks) cells[0]![Math.min(width - 1, mark >> 1)] = "↑";
  for (const mark of line.downMarks) cells[height - 1]![Math.min(width - 1, mark >> 1)] = "↓";
  return cells.map((row) => row.join(""));
}

function exactLogPosition({ min, max }: { min: number; max: number }): (value: number) => number {
  const low = Math.log(min);
  const span = Math.log(max) - low;
  return span === 0 ? logScale({ min, max }, 2).position : (value) => (Math.log(value) - low) / span;
}

function xAxisLines(
  extent: { min: number; max: number },
  gutter: number,
  columns: number,
  hasSteps: boolean,
): string[] {
  const width = columns - gutter;
  const left = String(extent.min);
  const right = `${hasSteps ? "step" : "row"} ${extent.max}`;
  const labels =
    left.length + right.length < width ? left.padEnd(width - right.length) + right : fit(`${left} – ${right}`, width);
  return [`${" ".repeat(gutter - 1)}└${"─".repeat(width)}`, " ".repeat(gutter) + labels];
}
