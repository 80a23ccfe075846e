/** @file Text in a terminal: colour, width, and nothing that a name could use to move the cursor. */
import { columnsOf } from "./markup.ts";

/** How text is laid out. */
export interface TerminalOptions {
  /** Width of the terminal; 80 when absent, at least 40. */
  readonly columns?: number;
  /** Height of each curve; 8 when absent, at least 3. */
  readonly rows?: number;
  /** Use ANSI colours; false when absent. */
  readonly color?: boolean;
  /** Logarithmic y axis; false when absent. */
  readonly logY?: boolean;
  /** Names of a matrix's classes. */
  readonly labels?: readonly string[];
}

/** What a piece of text is. */
type Style = "bold" | "dim" | "yellow" | "green" | "curve0" | "curve1" | "curve2" | "curve3" | "curve4" | "curve5";

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  yellow: 33,
  green: 32,
  curve0: 36,
  curve1: 33,
  curve2: 35,
  curve3: 32,
  curve4: 34,
  curve5: 31,
};

/** Colours a piece of text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** A painter that uses ANSI codes when `color` is set. */
export function painter(color: boolean): Paint {
  return (style, text) => (color && text !== "" ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}

/** `text` on one line of at most `columns`, without control characters: a name must not move the cursor. */
export function fit(text: string, columns: number): string {
  const clean = text.toWellFormed().replaceAll(/\p{Cc}/gu, "·");
  if (columnsOf(clean) <= columns) return clean;
  let kept = "";
  let used = 0;
  for (const character of clean) {
    used += columnsOf(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** `text` right-aligned in `columns`. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** `text` left-aligned in `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
