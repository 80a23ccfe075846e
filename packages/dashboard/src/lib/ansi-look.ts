/** @file How a piece of terminal text looks in a theme: colours that can be read, and the rest as class names. */
import type { AnsiColour, AnsiPiece } from "./ansi-text.ts";
import { contrast, inkOn, type Rgb, readableInk } from "./readable-ink.ts";
import type { Theme } from "./run-colour.ts";

/** The look of a piece. */
export interface AnsiLook {
  readonly ink?: Rgb;
  readonly ground?: Rgb;
  /** Class names of the other attributes. */
  readonly classes: readonly string[];
}

/** The 16 colours as xterm has them: programs are written for terminals like it. */
const BASIC: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [30, 80, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** Page colours that an inverse piece without colours of its own has. */
const PAGE: Readonly<Record<Theme, { readonly ink: Rgb; readonly ground: Rgb }>> = {
  light: { ink: [22, 24, 29], ground: [255, 255, 255] },
  dark: { ink: [231, 233, 238], ground: [22, 24, 29] },
};

/** Contrast below which the ink that a program chose for its own ground is replaced. */
const WANTED_CONTRAST = 4.5;

/** The look of a piece. */
export function ansiLook({ style }: AnsiPiece, theme: Theme): AnsiLook {
  const { bold, dim, italic, underline, struck, inverse } = style;
  const given = { ink: rgbOf(style.ink), ground: rgbOf(style.ground) };
  const ink = inverse ? (given.ground ?? PAGE[theme].ground) : given.ink;
  const ground = inverse ? (given.ink ?? PAGE[theme].ink) : given.ground;
  const classes = Object.entries({
    bold,
    italic,
    underline,
    struck,
    dim: dim && ink === undefined && ground === undefined,
  })
    .filter(([, on]) => on === true)
    .map(([name]) => `ansi-${name}`);
  if (ground !== undefined) return { ink: inkFor(ink ?? PAGE[theme].ink, ground), ground, classes };
  return { ...(ink !== undefined && { ink: readableInk(ink, theme) }), classes };
}

function inkFor(ink: Rgb, ground: Rgb): Rgb {
  return contrast(ink, ground) >= WANTED_CONTRAST ? ink : inkOn(ground);
}

function rgbOf(colour: AnsiColour | undefined): Rgb | undefined {
  return typeof colour === "number" ? BASIC[colour] : colour;
}
