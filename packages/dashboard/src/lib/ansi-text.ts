/**
 * @file Terminal text as pieces of one style: the SGR sequences of ECMA-48 with 16, 256 and true colours. Everything else that steers a terminal is taken
 * out, and a carriage return or a backspace does what it does on a terminal: what was overwritten is gone.
 *
 * A style lasts until the end of its line. Terminals carry it on, but lines are fetched by number here, and a line must look the same however one came to it.
 */

/** One of the 16 colours of terminals, which the theme decides on; or red, green and blue, 0 to 255. */
export type AnsiColour = number | readonly [red: number, green: number, blue: number];

/** A piece of a line. */
export interface AnsiPiece {
  readonly text: string;
  readonly style: AnsiStyle;
}

/** How a piece looks; absent means as usual. */
export interface AnsiStyle {
  readonly ink?: AnsiColour;
  readonly ground?: AnsiColour;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly struck?: boolean;
  readonly inverse?: boolean;
}

const PLAIN: AnsiStyle = {};

/**
 * Sequences of ECMA-48: CSI (`ESC [ … final`), strings such as OSC (title, hyperlink) up to BEL or ST, character sets, other two-character ones; and any
 * lone control character except tab. A sequence that is cut off reaches to the end of the line.
 */
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /(?:\x1b\[|\x9b)([0-?]*)([ -/]*)([@-~]|$)|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]+[0-~]|\x1b[0-Z\\-~]?|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * Cuts a line into pieces of one style.
 *
 * @param text - One line as a program wrote it.
 * @returns Pieces that are not empty; their texts together are {@link plainText} of the line.
 */
export function ansiPieces(text: string): AnsiPiece[] {
  const pieces: AnsiPiece[] = [];
  let style = PLAIN;
  let end = 0;
  const source = overwritten(text);
  for (const match of source.matchAll(CONTROL)) {
    append(pieces, source.slice(end, match.index), style);
    end = match.index + match[0].length;
    if (match[3] === "m" && match[2] === "") style = restyled(style, match[1] ?? "");
  }
  append(pieces, source.slice(end), style);
  return pieces;
}

/** The line without anything that steers a terminal. */
export function plainText(text: string): string {
  return overwritten(text).replace(CONTROL, "");
}

/** The red, green and blue of a colour of the 256 of xterm from 16 on: a cube of six steps, then 24 greys. */
export function xtermColour(index: number): readonly [number, number, number] {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  return [cubeStep(Math.floor(cube / 36)), cubeStep(Math.floor(cube / 6) % 6), cubeStep(cube % 6)];
}

function cubeStep(step: number): number {
  return step === 0 ? 0 : 55 + step * 40;
}

function append(pieces: AnsiPiece[], text: string, style: AnsiStyle): void {
  if (text === "") return;
  const last = pieces.at(-1);
  if (last !== undefined && last.style === style) pieces[pieces.length - 1] = { text: last.text + text, style };
  else pieces.push({ text, style });
}

/** What a progress bar leaves: the text after the last carriage return that something follows; a backspace takes the character before it away. */
function overwritten(text: string): string {
  let end = text.length;
  while (text[end - 1] === "\r") end--;
  const line = text.slice(text.lastIndexOf("\r", end - 1) + 1, end);
  if (!line.includes("\b")) return line;
  const kept: string[] = [];
  for (const character of line) {
    if (character === "\b") kept.pop();
    else kept.push(character);
  }
  return kept.join("");
}

const FLAGS: Readonly<Record<number, AnsiStyle>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { struck: true },
  21: { underline: true },
};

const ENDED: Readonly<Record<number, readonly (keyof AnsiStyle)[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["struck"],
  39: ["ink"],
  49: ["ground"],
};

/** Applies the parameters of one SGR sequence. Those that mean nothing here are passed over. */
function restyled(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(";").flatMap(parseParameter);
  let now = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(codes.slice(i + 1));
      i += used;
      if (colour !== undefined) now = { ...now, [code === 38 ? "ink" : "ground"]: colour };
    } else now = withCode(now, code);
  }
  return now;
}

/** `38:2::255:0:0` is the standard's way to write `38;2;255;0;0`: with colons, and a colour space between that nobody uses. `4:3` is a curly underline. */
function parseParameter(parameter: string): number[] {
  const parts = parameter.split(":").map((part) => Number.parseInt(part || "0", 10) || 0);
  const [first = 0, kind] = parts;
  if (parts.length === 1) return parts;
  if (first === 4) return [kind === 0 ? 24 : 4];
  return kind === 2 && parts.length > 5 ? [first, 2, ...parts.slice(3, 6)] : parts;
}

function withCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  const flag = FLAGS[code];
  if (flag !== undefined) return { ...style, ...flag };
  const ended = ENDED[code];
  if (ended !== undefined) return without(style, ended);
  if (code >= 30 && code <= 37) return { ...style, ink: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, ground: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, ink: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { ...style, ground: code - 100 + 8 };
  return style;
}

/** Reads what follows 38 or 48: `5;n` or `2;r;g;b`. Says how many parameters it used. */
function extendedColour(rest: readonly number[]): [colour: AnsiColour | undefined, used: number] {
  const [kind, first] = rest;
  if (kind === 5 && first !== undefined) {
    if (first > 255) return [undefined, 2];
    return [first < 16 ? first : xtermColour(first), 2];
  }
  const [, red, green, blue] = rest;
  if (kind === 2 && red !== undefined && green !== undefined && blue !== undefined) {
    const inRange = [red, green, blue].every((part) => part <= 255);
    return [inRange ? [red, green, blue] : undefined, 4];
  }
  return [undefined, rest.length];
}

function without(style: AnsiStyle, fields: readonly (keyof AnsiStyle)[]): AnsiStyle {
  const kept = Object.entries(style).filter(([field]) => !fields.some((gone) => gone === field));
  // What is left of a style is a style: every field is optional.
  return Object.fromEntries(kept) as AnsiStyle;
}
