/** @file The legend of a chart and the measures of its head. */
import type { TrainLog } from "../train-log.ts";
import { clip, textWidthPx } from "./markup.ts";

/** Font size of labels, pixels. */
export const LABEL_PX = 12;
/** Height of one row of legend or warnings, pixels. */
export const ROW_PX = 20;
/** Height of the title's row, pixels. */
export const TITLE_PX = 30;
/** Distance from the picture's edge, pixels. */
export const EDGE_PX = 14;
/** Room for the piece of line before a name, pixels. */
const SWATCH_PX = 26;
const MAX_NAME_LENGTH = 40;
/** Most series that the legend names: beyond, it would be larger than the plot. */
const MAX_NAMES = 48;

/** An entry of the legend. */
export interface LegendEntry {
  /** Index of the series; absent for the last entry of a legend that does not name all series. */
  readonly index?: number;
  /** The name, clipped. */
  readonly label: string;
  /** Left edge. */
  readonly x: number;
  /** Top edge. */
  readonly y: number;
}

/** Lays the names of a log's series out in rows from `top` on. */
export function layOutLegend(log: TrainLog, width: number, top: number): { entries: LegendEntry[]; bottom: number } {
  const entries: LegendEntry[] = [];
  let x = EDGE_PX;
  let y = top;
  for (const { label, index } of legendLabels(log)) {
    const entryWidth = SWATCH_PX + textWidthPx(label, LABEL_PX) + 14;
    if (x > EDGE_PX && x + entryWidth > width - EDGE_PX) {
      x = EDGE_PX;
      y += ROW_PX;
    }
    entries.push({ ...(index === undefined ? {} : { index }), label, x, y });
    x += entryWidth;
  }
  return { entries, bottom: entries.length === 0 ? top : y + ROW_PX };
}

function legendLabels({ series }: TrainLog): { label: string; index?: number }[] {
  const labels = series.slice(0, MAX_NAMES).map(({ name }, index) => ({ label: clip(name, MAX_NAME_LENGTH), index }));
  return series.length <= MAX_NAMES ? labels : [...labels, { label: `and ${series.length - MAX_NAMES} more` }];
}
