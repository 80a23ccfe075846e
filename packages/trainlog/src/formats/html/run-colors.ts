/** @file One colour per run of a report, the same in all its charts, and the same in the next report of the same runs. */
import { PALETTE } from "../../log/render/theme.ts";

/** Colours by run id. Ids choose their place in the palette themselves; two that choose the same one settle in order of their ids. */
export function runColors(runIds: readonly string[]): Map<string, string> {
  const used = new Set<string>();
  const colors = new Map<string, string>();
  for (const runId of [...runIds].sort()) {
    const color = firstFree(hash(runId), used);
    used.add(color);
    colors.set(runId, color);
  }
  return colors;
}

function firstFree(start: number, used: ReadonlySet<string>): string {
  for (let i = 0; i < PALETTE.length; i++) {
    const color = PALETTE[(start + i) % PALETTE.length]!;
    if (!used.has(color)) return color;
  }
  // Beyond the palette: hues a golden angle apart, in lightness that shows on light and on dark ground.
  return `hsl(${Math.round((used.size * 137.508) % 360)} 55% ${used.size % 2 === 0 ? 45 : 60}%)`;
}

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return state % PALETTE.length;
}
