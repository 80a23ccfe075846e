/**
 * @file How many terminal cells a text takes, and text made safe to print.
 *
 * Names of runs, metrics and projects are other people's data: a control character in one must not move the cursor or set the window title, so
 * everything that is not ours goes through {@link visibleText} on its way to a terminal.
 */

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** C0, DEL and C1 (`Cc`), line and paragraph separators, and the bidirectional controls that can reorder a line on screen. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** East Asian wide and fullwidth blocks (Unicode 16, UAX #11), as inclusive ranges. Emoji are recognised by property. */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];

/** Replaces what a terminal would obey instead of show: line breaks by `⏎`, tabs by a space, every other control character by `�`. */
export function visibleText(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (character === "\n") return "⏎";
    return character === "\t" ? " " : "�";
  });
}

/** Cells that `text` takes in a terminal: 2 for wide characters and emoji, 0 for combining marks. Colour codes are not expected here. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let cells = 0;
  for (const { segment } of segmenter.segment(text)) cells += clusterWidth(segment);
  return cells;
}

/** Cuts `text` to at most `cells` terminal cells; a cut text ends in `…`. */
export function clipText(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text;
  if (cells <= 0) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const width = clusterWidth(segment);
    if (used + width > cells - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept}…`;
}

/** Fills `text` with spaces to `cells` terminal cells, on the right, or on the left when `align` is `"right"`. */
export function padText(text: string, cells: number, align: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, cells - textWidth(text)));
  return align === "left" ? text + fill : fill + text;
}

/** Breaks `text` at spaces into lines of at most `cells` cells; a longer word stays whole. */
export function wrapText(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > cells) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

function clusterWidth(cluster: string): number {
  const codePoint = cluster.codePointAt(0) ?? 0;
  if (/^\p{Mark}|^\p{Cf}/u.test(cluster)) return 0;
  if (/^\p{Emoji_Presentation}/u.test(cluster) || (cluster.includes("\ufe0f") && /^\p{Emoji}/u.test(cluster))) return 2;
  return WIDE_RANGES.some(([first, last]) => first <= codePoint && codePoint <= last) ? 2 : 1;
}
