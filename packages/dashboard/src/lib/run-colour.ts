/**
 * @file The colour of a run: the same in every view, on every day and machine, because it is a function of the run's id alone.
 *
 * Eight hues that stay apart for the three kinds of colour blindness and have at least 3:1 contrast on their background (WCAG 1.4.11). They
 * were found by moving familiar chart colours until the smallest Oklab distance under normal, protan, deutan and tritan vision was above 0.1; the test
 * beside this file measures it. Two runs of one view can share a hue; then their dashes differ.
 */

/** Backgrounds of charts. */
export type Theme = "light" | "dark";

/** Background behind charts by theme; `style/tokens.css` says the same. */
export const CHART_BACKGROUND: Readonly<Record<Theme, string>> = { light: "#ffffff", dark: "#16181d" };

/** Line colours by theme; position `i` of both is one hue. */
export const PALETTE: Readonly<Record<Theme, readonly string[]>> = {
  light: ["#2f47af", "#c47605", "#058276", "#8c0476", "#7f5e02", "#00a0bd", "#8956e3", "#50452b"],
  dark: ["#4d92ba", "#dd6300", "#35de8f", "#eb9fff", "#fb9700", "#b9e4e0", "#a072ff", "#82b2b4"],
};

/** Dash patterns (CSS pixels on, off) for the first, second, … run of the same hue in one view. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 8]];

/** How a run's lines look. */
export interface RunStyle {
  /** Position in {@link PALETTE}. */
  readonly hue: number;
  /** Position in {@link DASHES}. */
  readonly dash: number;
}

/** Hue of a run: position in {@link PALETTE}. */
export function hueOf(runId: string): number {
  return hash(runId) % PALETTE.light.length;
}

/**
 * Styles of the runs of one view. Hues depend on each id alone; the dash tells runs of one hue apart, in order of their ids, so that the order of
 * selection does not matter.
 */
export function runStyles(runIds: Iterable<string>): Map<string, RunStyle> {
  const used = new Array<number>(PALETTE.light.length).fill(0);
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
