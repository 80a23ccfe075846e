/** @file Colours that a program chose for a dark terminal, made readable on the page's surface (WCAG AA: contrast of at least 4.5 to 1). */
import type { Theme } from "./run-colour.ts";

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Contrast that text must have. */
const WANTED_CONTRAST = 4.5;

/** The surfaces of the console, with the row under the pointer: the one of the two with less contrast to text. `tokens.css` says the same. */
const SURFACES: Readonly<Record<Theme, Rgb>> = { light: [0xee, 0xf1, 0xfb], dark: [0x1f, 0x24, 0x32] };

/** Steps in which a colour goes to black or white until it can be read. */
const STEPS = 16;

/** The colour itself when it can be read on the theme's surface, else the nearest mix with black (light theme) or white (dark theme) that can. */
export function readableInk(ink: Rgb, theme: Theme): Rgb {
  const goal: Rgb = theme === "light" ? [0, 0, 0] : [255, 255, 255];
  for (let step = 0; step < STEPS; step++) {
    const mixed = mix(ink, goal, step / STEPS);
    if (contrast(mixed, SURFACES[theme]) >= WANTED_CONTRAST) return mixed;
  }
  return goal;
}

/** Black or white, whatever can be read better on a ground. */
export function inkOn(ground: Rgb): Rgb {
  return contrast(ground, [0, 0, 0]) > contrast(ground, [255, 255, 255]) ? [0, 0, 0] : [255, 255, 255];
}

/** Contrast of two colours by WCAG 2, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [part(0), part(1), part(2)];
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
