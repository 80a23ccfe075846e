/**
 * @file The colours of runs, and how lines of one colour are told apart.
 *
 * Eight hues that stay apart for the three kinds of colour blindness and have at least 3:1 contrast on their background (WCAG 1.4.11). They were found by
 * annealing: the smallest Oklab distance of two is as large as it gets without near-black and neon, 0.18 in normal and 0.12 in protan, deutan and tritan
 * vision; the test beside this file measures it. Two runs of one view can share a hue; then their dashes differ.
 */

/** Backgrounds of charts. */
export type Theme = "light" | "dark";

/** Background behind charts by theme; `style/tokens.css` says the same. */
export const CHART_BACKGROUND: Readonly<Record<Theme, string>> = { light: "#ffffff", dark: "#16181d" };

/** Line colours by theme; position `i` is the hue of the same runs in both. */
export const PALETTE: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#074ad0", "#dd775d", "#15a1ba", "#b0337b", "#766700", "#610788", "#9f6cff", "#800b01"],
  dark: ["#94b3ff", "#ffaf9b", "#1dfcff", "#d6455b", "#a8a800", "#985aef", "#0b90a5", "#cef013"],
};

/** Number of hues. */
export const HUES: number = PALETTE.light.length;

/** Dash patterns (CSS pixels on, off) for the first, second, … run of the same hue in one view. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 8]];

/** How a run's lines look. */
export interface RunStyle {
  /** Position in {@link PALETTE}. */
  readonly hue: number;
  /** Position in {@link DASHES}. */
  readonly dash: number;
}

/** The hue that a run has unless one near it has it already: position in {@link PALETTE}, a function of the id alone; see `run-hues.ts`. */
export function ownHue(runId: string): number {
  return hash(runId) % HUES;
}

/**
 * Styles of the runs of one view. The dash tells runs of one hue apart, in order of their ids, so that the order of selection does not matter.
 *
 * @param hueOf - Hue of a run, the same in every view.
 */
export function runStyles(runIds: Iterable<string>, hueOf: (runId: string) => number): Map<string, RunStyle> {
  const used = new Array<number>(HUES).fill(0);
  const styles = new Map<string, RunStyle>();
  for (const runId of [...new Set(runIds)].sort()) {
    const hue = hueOf(runId);
    styles.set(runId, { hue, dash: used[hue]! % DASHES.length });
    used[hue] = used[hue]! + 1;
  }
  return styles;
}

/** FNV-1a with a final mix (murmur3's), because ids that differ in their last character only must spread over few hues. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
