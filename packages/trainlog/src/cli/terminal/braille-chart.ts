/**
 * @file A chart of several curves in one panel, in braille dots.
 *
 * Each curve has a colour and a letter at its end, so that curves can be told apart without colours too. Where two share a cell, the later one gives it its colour.
 */
import { BrailleCanvas } from "../../log/render/braille.ts";
import {
  type Extent,
  extentOf,
  formatNumber,
  linearScale,
  logScale,
  padExtent,
  type Scale,
} from "../../log/render/scale.ts";
import { clipText, padText, textWidth, visibleText } from "./text-width.ts";

/** One curve; values that are not finite break it. */
export interface ChartCurve {
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** Cells, all in all. */
  readonly width: number;
  /** Lines of the plot itself. */
  readonly height: number;
  readonly coloured: boolean;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** Says an x below the axis. Default: as a number. */
  readonly xText?: (x: number) => string;
}

/** SGR codes of curves, in turn. */
const COLOURS = [36, 33, 35, 32, 34, 31, 96, 93, 95, 92, 94, 91];

const MIN_PLOT_WIDTH = 16;

/** The letter that a curve ends in: A to Z, then a to z, then again. */
export function curveLetter(index: number): string {
  return String.fromCharCode(index % 52 < 26 ? 65 + (index % 26) : 97 + (index % 26));
}

/** Colours a text as the curve of this index, or leaves it as it is. */
export function paintCurve(text: string, index: number, coloured: boolean): string {
  return coloured ? `\u001b[${COLOURS[index % COLOURS.length]}m${text}\u001b[39m` : text;
}

/** Draws the curves: lines without a final line break, none wider than `width`. */
export function brailleChart(curves: readonly ChartCurve[], options: ChartOptions): string {
  const { logX = false, logY = false, height } = options;
  const xExtent = extentOf(
    curves.map(({ x }) => x),
    { positiveOnly: logX },
  );
  const yExtent = extentOf(
    curves.map(({ y }) => y),
    { positiveOnly: logY },
  );
  if (xExtent === undefined || yExtent === undefined) return `  (nothing ${logX || logY ? "positive " : ""}to draw)`;
  const labels = [yExtent.max, yExtent.min].map(formatNumber);
  const gutter = Math.max(...labels.map(textWidth)) + 2;
  const width = Math.max(MIN_PLOT_WIDTH, options.width - gutter);
  const scales = { x: scaleOf(xExtent, logX, false), y: scaleOf(yExtent, logY, true) };
  const cells = paintedCells(curves, { ...scales, width, height, coloured: options.coloured });
  const rows = cells.map((row, i) => {
    const label = i === 0 ? labels[0] : i === height - 1 ? labels[1] : undefined;
    return `${(label ?? "").padStart(gutter - 2)} ${label === undefined ? "│" : "┤"}${row}`;
  });
  return [...rows, ...axisLines(xExtent, gutter, width, options.xText ?? formatNumber)].join("\n");
}

function scaleOf(extent: Extent, isLog: boolean, hasAir: boolean): Scale {
  if (isLog) return logScale(extent, 2);
  return linearScale(extent.min === extent.max && hasAir ? padExtent(extent) : extent, 2);
}

interface Plot {
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly height: number;
  readonly coloured: boolean;
}

/** The rows of the plot, coloured, with letters at the ends of curves. */
function paintedCells(curves: readonly ChartCurve[], plot: Plot): string[] {
  const { width, height, coloured } = plot;
  const bits = new Uint16Array(width * height);
  const owners = new Int32Array(width * height).fill(-1);
  const letters = new Map<number, number>();
  curves.forEach((curve, index) => {
    const { canvas, end } = drawn(curve, plot);
    canvas.toRows().forEach((row, r) => {
      Array.from(row).forEach((cell, c) => {
        if (cell === " ") return;
        bits[r * width + c] = (bits[r * width + c] ?? 0) | ((cell.codePointAt(0) ?? 0x2800) - 0x2800);
        owners[r * width + c] = index;
      });
    });
    if (end !== undefined && curves.length > 1) letters.set(end, index);
  });
  return Array.from({ length: height }, (_, r) => {
    const row = Array.from({ length: width }, (__, c) => {
      const at = r * width + c;
      const letter = letters.get(at);
      const owner = letter ?? owners[at] ?? -1;
      if (owner < 0) return " ";
      return paintCurve(
        letter === undefined ? String.fromCodePoint(0x2800 + (bits[at] ?? 0)) : curveLetter(letter),
        owner,
        coloured,
      );
    });
    return row.join("").trimEnd();
  });
}

/** One curve on a canvas of its own, and the cell of its last point. */
function drawn({ x, y }: ChartCurve, plot: Plot): { readonly canvas: BrailleCanvas; readonly end: number | undefined } {
  const { width, height } = plot;
  const canvas = new BrailleCanvas(width, height);
  let before: readonly [number, number] | undefined;
  let end: number | undefined;
  for (let i = 0; i < x.length; i++) {
    const px = Math.round(plot.x.position(x[i] ?? Number.NaN) * (2 * width - 1));
    const py = Math.round((1 - plot.y.position(y[i] ?? Number.NaN)) * (4 * height - 1));
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      before = undefined;
      continue;
    }
    if (before === undefined) canvas.dot(px, py);
    else canvas.line(...before, px, py);
    before = [px, py];
    end = Math.min(height - 1, Math.max(0, py >> 2)) * width + Math.min(width - 1, Math.max(0, px >> 1));
  }
  return { canvas, end };
}

function axisLines({ min, max }: Extent, gutter: number, width: number, text: (x: number) => string): string[] {
  const [left, right] = [text(min), text(max)];
  const gap = Math.max(1, width - textWidth(left) - textWidth(right));
  return [`${" ".repeat(gutter - 1)}└${"─".repeat(width)}`, `${" ".repeat(gutter)}${left}${" ".repeat(gap)}${right}`];
}

/** One line per curve: its letter, its name, and what else is to say of it. */
export function chartLegend(
  entries: readonly { readonly label: string; readonly facts: string }[],
  { width, coloured }: { readonly width: number; readonly coloured: boolean },
): string {
  const names = entries.map(({ label }) => visibleText(label));
  const nameWidth = Math.min(40, Math.max(0, ...names.map(textWidth)));
  const lines = entries.map(({ facts }, i) => {
    const letter = entries.length > 1 ? `${curveLetter(i)} ` : "";
    return [
      i,
      clipText(`${letter}${padText(clipText(names[i] ?? "", nameWidth), nameWidth)}  ${facts}`.trimEnd(), width),
    ] as const;
  });
  return lines.map(([i, line]) => paintCurve(line, i, coloured)).join("\n");
}

/**
 * Exponential moving average without the pull of its start (as Adam's). NaN and infinities stay where they are and weigh nothing.
 *
 * @param weight - Of the past, from 0 (none) to below 1.
 */
export function smoothed(values: ArrayLike<number>, weight: number): number[] {
  let [sum, total] = [0, 0];
  return Array.from(values, (value) => {
    if (!Number.isFinite(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}
