/**
 * @file Paints the lines of a chart on a canvas.
 *
 * uPlot gives axes, cursor, zoom and their synchronisation; the lines are painted here, from each run's own columns, because uPlot wants all lines on
 * one common x, and joining the steps of twenty runs for every live row would cost more than the painting.
 */
import { BAND_OPACITY, FAINT_OPACITY, hasBand } from "../lib/line-style.ts";
import type { Domain, PlotLine, PlotModel } from "../lib/plot-model.ts";
import { placeOn } from "../lib/plot-scale.ts";

/** Where to paint, in canvas pixels. */
export interface PaintArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels per CSS pixel. */
  readonly pixelRatio: number;
}

/** How one run's lines look. */
export interface LineLook {
  readonly colour: string;
  /** CSS pixels on and off; empty for a solid line. */
  readonly dash: readonly number[];
}

/** Width of a strong line, in CSS pixels. */
const LINE_WIDTH = 1.5;

/**
 * Distance of the two hairlines that make one strong line, in pixels. Without a GPU, Skia strokes a line wider than a pixel as one polygon, whose cost grows
 * with the square of its crossings: 800 noisy lines of 300 points take 5 s, as two hairlines each 0.3 s.
 */
const HAIRLINE_GAP = 0.5;

/** Points of one stroke where lines must be wider than hairlines can make them: pieces cross themselves less. */
const STROKE_POINTS = 16;

/** Width up to which a bucket's band is a rectangle, in CSS pixels: one polygon of a noisy band costs as much as a wide line. */
const NARROW_BUCKET = 4;

/** Paints all lines of a chart: bands first, then faint raw lines, then strong ones. */
export function paintLines(
  ctx: CanvasRenderingContext2D,
  area: PaintArea,
  model: PlotModel,
  looks: ReadonlyMap<string, LineLook>,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(area.left, area.top, area.width, area.height);
  ctx.clip();
  // Round joins look the same at this width and cost several times as much without a GPU.
  ctx.lineJoin = "bevel";
  const toX = scaleX(model, area);
  const toY = scaleY(model, area);
  for (const line of model.lines) {
    const look = looks.get(line.id);
    if (look === undefined) continue;
    ctx.strokeStyle = look.colour;
    ctx.fillStyle = look.colour;
    const curve = { x: line.x, range: visibleRange(line, model.x), toX, toY };
    if (hasBand(line, model)) paintBand(ctx, line, curve, area.pixelRatio);
    ctx.setLineDash(look.dash.map((length) => length * area.pixelRatio));
    if (model.smoothed && !line.isGroup) {
      ctx.globalAlpha = FAINT_OPACITY;
      paintCurve(ctx, { ...curve, values: line.raw }, area.pixelRatio, 0);
    }
    ctx.globalAlpha = 1;
    paintStrong(ctx, { ...curve, values: line.shown }, area.pixelRatio);
    ctx.setLineDash([]);
  }
  ctx.restore();
  paintAllMarks(ctx, area, model, looks);
}

/** Maps a position on the x axis to canvas pixels; NaN where a log axis has no place for it. */
export function scaleX({ x, logX }: PlotModel, { left, width }: PaintArea): (x: number) => number {
  return placeOn(x, [left, left + width], logX);
}

/** Maps a value to canvas pixels; NaN where a log axis has no place for it. */
export function scaleY({ y, logY }: PlotModel, { top, height }: PaintArea): (y: number) => number {
  return placeOn(y, [top + height, top], logY);
}

/** First and one past the last bucket in view, and one more on each side, so that lines reach the edges. */
function visibleRange(line: PlotLine, [from, to]: Domain): readonly [number, number] {
  let start = 0;
  while (start < line.x.length && line.x[start]! < from) start++;
  let end = start;
  while (end < line.x.length && line.x[end]! <= to) end++;
  return [Math.max(0, start - 1), Math.min(line.x.length, end + 1)];
}

/** Paints a strong line: see {@link HAIRLINE_GAP}. */
function paintStrong(ctx: CanvasRenderingContext2D, curve: Curve, pixelRatio: number): void {
  if (pixelRatio > 1) {
    paintCurve(ctx, curve, LINE_WIDTH * pixelRatio, 0);
    return;
  }
  paintCurve(ctx, curve, 1, -HAIRLINE_GAP / 2);
  paintCurve(ctx, curve, 1, HAIRLINE_GAP / 2);
}

/** Places of a line's points, in canvas pixels. */
interface Curve {
  readonly x: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly range: readonly [number, number];
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
}

/**
 * A line through finite values; a gap on both sides of NaN; a dot for a value that stands alone.
 *
 * @param shift - Right and down, in pixels.
 */
function paintCurve(ctx: CanvasRenderingContext2D, curve: Curve, width: number, shift: number): void {
  const { x, values, toX, toY } = curve;
  const [start, end] = curve.range;
  ctx.lineWidth = width;
  ctx.beginPath();
  let run = 0;
  for (let i = start; i < end; i++) {
    const py = toY(values[i]!) + shift;
    if (Number.isNaN(py)) {
      run = 0;
      continue;
    }
    const px = toX(x[i]!) + shift;
    if (run === 0) ctx.moveTo(px, py);
    else ctx.lineTo(px, py);
    run++;
    const alone = run === 1 && (i + 1 >= end || Number.isNaN(toY(values[i + 1]!)));
    if (alone) ctx.arc(px, py, Math.max(width, LINE_WIDTH), 0, 2 * Math.PI);
    if (width > 1 && run % STROKE_POINTS === 0) {
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(px, py);
    }
  }
  ctx.stroke();
}

/** The band of a line, bucket by bucket where they are narrow, else as polygons between gaps. */
function paintBand(
  ctx: CanvasRenderingContext2D,
  line: PlotLine,
  curve: Omit<Curve, "x" | "values">,
  pixelRatio: number,
): void {
  const { toX, toY } = curve;
  const [start, end] = curve.range;
  ctx.globalAlpha = BAND_OPACITY;
  const width = end - start < 2 ? 0 : (toX(line.x[end - 1]!) - toX(line.x[start]!)) / (end - start - 1);
  const isGap = (i: number): boolean => Number.isNaN(toY(line.min[i]!)) || Number.isNaN(toY(line.max[i]!));
  for (let from = start; from < end; ) {
    let to = from;
    while (to < end && !isGap(to)) to++;
    if (width <= NARROW_BUCKET * pixelRatio) paintColumns(ctx, line, [from, to], toX, toY);
    else paintPolygon(ctx, line, [from, to], toX, toY);
    from = to + 1;
  }
}

/** Each bucket from the middle between it and the one before to the middle behind it, on whole pixels, so that no seams show. */
function paintColumns(
  ctx: CanvasRenderingContext2D,
  line: PlotLine,
  [from, to]: readonly [number, number],
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  let left = from < to ? Math.round(toX(line.x[from]!)) : 0;
  for (let i = from; i < to; i++) {
    const right = i + 1 < to ? Math.round((toX(line.x[i]!) + toX(line.x[i + 1]!)) / 2) : Math.round(toX(line.x[i]!));
    const top = toY(line.max[i]!);
    if (right > left) ctx.fillRect(left, top, right - left, toY(line.min[i]!) - top);
    left = Math.max(left, right);
  }
}

function paintPolygon(
  ctx: CanvasRenderingContext2D,
  line: PlotLine,
  [from, to]: readonly [number, number],
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  ctx.beginPath();
  for (let i = from; i < to; i++) ctx.lineTo(toX(line.x[i]!), toY(line.max[i]!));
  for (let i = to - 1; i >= from; i--) ctx.lineTo(toX(line.x[i]!), toY(line.min[i]!));
  ctx.fill();
}

/** Marks of all lines; those at an edge are whole, those out of view are not there. */
function paintAllMarks(
  ctx: CanvasRenderingContext2D,
  area: PaintArea,
  model: PlotModel,
  looks: ReadonlyMap<string, LineLook>,
): void {
  const inView = (value: number, [low, high]: Domain): boolean => value >= low && value <= high;
  ctx.save();
  for (const { best, nonFiniteX, ...line } of model.lines) {
    const look = looks.get(line.id);
    if (look === undefined) continue;
    ctx.strokeStyle = look.colour;
    ctx.fillStyle = look.colour;
    const seen = best !== undefined && inView(best.x, model.x) && inView(best.value, model.y) ? { best } : {};
    const marks = { nonFiniteX: nonFiniteX.filter((x) => inView(x, model.x)), ...seen };
    paintMarks(ctx, marks, area, scaleX(model, area), scaleY(model, area));
  }
  ctx.restore();
}

/** A ring around the best point, and triangles at the bottom where values were NaN or infinite. */
function paintMarks(
  ctx: CanvasRenderingContext2D,
  line: Pick<PlotLine, "best" | "nonFiniteX">,
  { top, height, pixelRatio }: PaintArea,
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  const bottom = top + height;
  ctx.beginPath();
  for (const x of line.nonFiniteX) {
    const at = toX(x);
    ctx.moveTo(at, bottom - 7 * pixelRatio);
    ctx.lineTo(at + 4 * pixelRatio, bottom);
    ctx.lineTo(at - 4 * pixelRatio, bottom);
  }
  ctx.fill();
  if (line.best === undefined) return;
  ctx.lineWidth = 2 * pixelRatio;
  ctx.beginPath();
  ctx.arc(toX(line.best.x), toY(line.best.value), 5 * pixelRatio, 0, 2 * Math.PI);
  ctx.stroke();
}
