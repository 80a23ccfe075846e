/** @file Logs and matrices as text for a terminal. */
import type { ConfusionMatrix } from "../confusion-matrix.ts";
import type { Series, TrainLog } from "../train-log.ts";
import { BrailleCanvas } from "./braille.ts";
import { confusionView, formatCount, formatPercent } from "./confusion-svg.ts";
import { type LogRows, logRows } from "./log-rows.ts";
import { columnsOf } from "./markup.ts";
import { isSparse, layPolyline } from "./polyline.ts";
import { extentOf, formatNumber, linearScale, logScale, padExtent } from "./scale.ts";
import { summarizeSeries } from "./series-summary.ts";

/** How text is laid out. */
export interface TerminalOptions {
  /** Width of the terminal; 80 when absent, at least 40. */
  readonly columns?: number;
  /** Height of each curve; 8 when absent, at least 3. */
  readonly rows?: number;
  /** Use ANSI colours; false when absent. */
  readonly color?: boolean;
  /** Logarithmic y axis; false when absent. */
  readonly logY?: boolean;
  /** Names of a matrix's classes. */
  readonly labels?: readonly string[];
}

type Style = "bold" | "dim" | "yellow" | "green" | "curve0" | "curve1" | "curve2" | "curve3" | "curve4" | "curve5";

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  yellow: 33,
  green: 32,
  curve0: 36,
  curve1: 33,
  curve2: 35,
  curve3: 32,
  curve4: 34,
  curve5: 31,
};
const CURVE_STYLES = ["curve0", "curve1", "curve2", "curve3", "curve4", "curve5"] as const;

type Paint = (style: Style, text: string) => string;

function painter(color: boolean): Paint {
  return (style, text) => (color && text !== "" ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}

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

/**
 * A confusion matrix as text: counts with labels, as many columns as fit, then accuracy and the statistics of every class.
 *
 * @returns Lines, each at most `columns` wide, with a newline at the end of each.
 */
export function confusionText(
  matrix: ConfusionMatrix,
  { columns = 80, color = false, labels = [] }: TerminalOptions = {},
): string {
  const width = Math.max(40, columns);
  const paint = painter(color);
  const view = confusionView(matrix, { labels });
  const lines = [
    paint("bold", view.title),
    fit(view.summary, width),
    ...view.warnings.map((warning) => paint("yellow", `! ${warning}`)),
    "",
  ];
  const names = view.labels.map((label) => fit(label, 12));
  const nameWidth = Math.max(...names.map(columnsOf), 9);
  const cellWidth = Math.min(
    9,
    Math.max(...names.map(columnsOf), ...view.counts.flat().map((count) => formatCount(count).length), 2) + 1,
  );
  const columnCount = Math.min(view.columnCount, Math.floor((width - nameWidth) / cellWidth));
  lines.push(
    paint(
      "dim",
      padEnd("true\\pred", nameWidth) +
        names
          .slice(0, columnCount)
          .map((name) => padStart(fit(name, cellWidth - 1), cellWidth))
          .join(""),
    ),
  );
  view.counts.forEach((row, i) => {
    const cells = row.slice(0, columnCount).map((count, j) => {
      const cell = padStart(formatCount(count), cellWidth);
      return i === j ? paint("green", cell) : count === 0 ? paint("dim", cell) : cell;
    });
    lines.push(padEnd(names[i]!, nameWidth) + cells.join(""));
  });
  if (columnCount < view.columnCount)
    lines.push(paint("yellow", `! ${view.columnCount - columnCount} more columns do not fit`));
  if (view.statistics !== undefined && view.counts.length > 0)
    lines.push("", ...statisticsLines(view, names, nameWidth, paint));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function statisticsLines(
  view: ReturnType<typeof confusionView>,
  names: readonly string[],
  nameWidth: number,
  paint: Paint,
): string[] {
  const head =
    padEnd("class", nameWidth) + ["support", "prec", "recall", "F1"].map((title) => title.padStart(8)).join("");
  const body = view.statistics!.classes.slice(0, names.length).map(({ support, precision, recall, f1 }, i) => {
    const cells = [formatCount(support), formatPercent(precision), formatPercent(recall), formatPercent(f1)];
    return padEnd(names[i]!, nameWidth) + cells.map((cell) => cell.padStart(8)).join("");
  });
  return [paint("dim", head), ...body];
}

/** `text` on one line of at most `columns`, without control characters: a name must not move the cursor. */
function fit(text: string, columns: number): string {
  const clean = text.toWellFormed().replaceAll(/\p{Cc}/gu, "·");
  if (columnsOf(clean) <= columns) return clean;
  let kept = "";
  let used = 0;
  for (const character of clean) {
    used += columnsOf(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}

function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
