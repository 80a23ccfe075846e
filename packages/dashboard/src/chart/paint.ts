/**
 * @file Paints the lines of a chart on a canvas.
 *
 * uPlot gives axes, cursor, zoom and their synchronisation; the lines are painted here, from each run's own columns, because uPlot wants all lines on
 * one common x, and joining the steps of twenty runs for every live row would cost more than the painting.
 */
import type { Domain, PlotLine, PlotModel } from "../lib/plot-model.ts";

/** Where to paint, in canvas pixels. */
export interface PaintArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels per CSS pixel. */
  readonly pixelRatio: number;
  readonly logY: boolean;
}

/** How one run's lines look. */
export interface LineLook {
  readonly colour: string;
  /** CSS pixels on and off; empty for a solid line. */
  readonly dash: readonly number[];
}

/** Opacity of the band from least to greatest value of each bucket. */
const BAND_OPACITY = 0.16;

/** Bands painted in one chart: those of more runs would cover each other and say nothing. */
const MAX_BANDS = 8;

/** Opacity of the raw line below a smoothed one. */
const FAINT_OPACITY = 0.28;

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
  const toX = scaleX(model.x, area);
  const toY = scaleY(model.y, area);
  const banded = !model.smoothed && model.lines.length <= MAX_BANDS;
  for (const line of model.lines) {
    const look = looks.get(line.runId);
    if (look === undefined) continue;
    ctx.strokeStyle = look.colour;
    ctx.fillStyle = look.colour;
    const visible = visibleRange(line, model.x);
    if (banded && line.banded) paintBand(ctx, line, visible, toX, toY);
    ctx.setLineDash(look.dash.map((length) => length * area.pixelRatio));
    if (model.smoothed) {
      ctx.globalAlpha = FAINT_OPACITY;
      paintCurve(ctx, line.x, line.raw, visible, toX, toY, area.pixelRatio);
    }
    ctx.globalAlpha = 1;
    paintCurve(ctx, line.x, line.shown, visible, toX, toY, 1.5 * area.pixelRatio);
    ctx.setLineDash([]);
  }
  ctx.restore();
}

/** Maps a position on the x axis to canvas pixels. */
export function scaleX([from, to]: Domain, area: PaintArea): (x: number) => number {
  const perUnit = area.width / (to - from);
  return (x) => area.left + (x - from) * perUnit;
}

/** Maps a value to canvas pixels; NaN where a log axis has no place for it. */
export function scaleY([low, high]: Domain, area: PaintArea): (y: number) => number {
  const bottom = area.top + area.height;
  if (!area.logY) {
    const perUnit = area.height / (high - low);
    return (y) => bottom - (y - low) * perUnit;
  }
  const perDecade = area.height / (Math.log10(high) - Math.log10(low));
  return (y) => (y > 0 ? bottom - (Math.log10(y) - Math.log10(low)) * perDecade : Number.NaN);
}

/** First and one past the last bucket in view, and one more on each side, so that lines reach the edges. */
function visibleRange(line: PlotLine, [from, to]: Domain): readonly [number, number] {
  let start = 0;
  while (start < line.x.length && line.x[start]! < from) start++;
  let end = start;
  while (end < line.x.length && line.x[end]! <= to) end++;
  return [Math.max(0, start - 1), Math.min(line.x.length, end + 1)];
}

/** A line through finite values; a gap on both sides of NaN; a dot for a value that stands alone. */
function paintCurve(
  ctx: CanvasRenderingContext2D,
  x: ArrayLike<number>,
  values: ArrayLike<number>,
  [start, end]: readonly [number, number],
  toX: (x: number) => number,
  toY: (y: number) => number,
  width: number,
): void {
  ctx.lineWidth = width;
  ctx.beginPath();
  let run = 0;
  for (let i = start; i < end; i++) {
    const py = toY(values[i]!);
    if (Number.isNaN(py)) {
      run = 0;
      continue;
    }
    const px = toX(x[i]!);
    if (run === 0) ctx.moveTo(px, py);
    else ctx.lineTo(px, py);
    run++;
    const alone = run === 1 && (i + 1 >= end || Number.isNaN(toY(values[i + 1]!)));
    if (alone) ctx.arc(px, py, width, 0, 2 * Math.PI);
  }
  ctx.stroke();
}

function paintBand(
  ctx: CanvasRenderingContext2D,
  line: PlotLine,
  [start, end]: readonly [number, number],
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  ctx.globalAlpha = BAND_OPACITY;
  ctx.beginPath();
  let from = start;
  while (from < end) {
    let to = from;
    while (to < end && !Number.isNaN(toY(line.min[to]!))) to++;
    for (let i = from; i < to; i++) {
      const px = toX(line.x[i]!);
      if (i === from) ctx.moveTo(px, toY(line.max[i]!));
      else ctx.lineTo(px, toY(line.max[i]!));
    }
    for (let i = to - 1; i >= from; i--) ctx.lineTo(toX(line.x[i]!), toY(line.min[i]!));
    from = to + 1;
  }
  ctx.fill();
}
