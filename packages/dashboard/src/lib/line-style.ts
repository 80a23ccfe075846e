/** @file How lines are drawn, the same on a canvas and in a picture. */
import type { PlotLine, PlotModel } from "./plot-model.ts";

/** Bands drawn in one chart: those of more runs would cover each other and say nothing. Bands of groups are what was asked for. */
const MOST_BANDS = 8;

/** Opacity of the band from least to greatest value. */
export const BAND_OPACITY = 0.16;

/** Opacity of the raw line below a smoothed one. */
export const FAINT_OPACITY = 0.28;

/** Whether a line has a band in this chart. */
export function hasBand(line: PlotLine, model: PlotModel): boolean {
  return line.isGroup || (line.banded && !model.smoothed && model.lines.length <= MOST_BANDS);
}
