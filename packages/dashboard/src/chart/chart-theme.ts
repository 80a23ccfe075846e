/** @file Colours of charts by theme. Canvases cannot use CSS variables, so `tokens.css` says the same for everything else. */
import { DASHES, PALETTE, type RunStyle, type Theme } from "../lib/run-colour.ts";
import type { AxisColours } from "./axes.ts";
import type { LineLook } from "./paint.ts";

/** Colours of axes and grid. */
export const AXIS_COLOURS: Readonly<Record<Theme, AxisColours>> = {
  light: { text: "#5b616b", grid: "#e6e8ec" },
  dark: { text: "#9aa1ad", grid: "#262a33" },
};

/** Looks of the lines of all runs of a page. */
export function lineLooks(styles: ReadonlyMap<string, RunStyle>, theme: Theme): Map<string, LineLook> {
  const looks = new Map<string, LineLook>();
  for (const [runId, { hue, dash }] of styles) {
    looks.set(runId, { colour: PALETTE[theme][hue] ?? PALETTE[theme][0]!, dash: DASHES[dash] ?? [] });
  }
  return looks;
}
