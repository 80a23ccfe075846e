/** @file Text inside markup: escaping, clipping and an estimate of its width. */

/** Characters that XML 1.0 does not allow at all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as it stands in XML or HTML, in an element or a quoted attribute. What XML cannot hold becomes U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(NOT_XML, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** `text` in at most `maxLength` characters, with `…` in place of what is cut. */
export function clip(text: string, maxLength: number): string {
  const characters = [...text];
  return characters.length <= maxLength ? text : `${characters.slice(0, maxLength - 1).join("")}…`;
}

/** Whether a character takes two columns: East Asian scripts and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Columns that `text` takes in a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{Mark}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** An estimate of the width of `text` in pixels, a little generous: layout happens without a font. */
export function textWidthPx(text: string, fontSizePx: number): number {
  return columnsOf(text) * fontSizePx * 0.62;
}

/** A pixel coordinate, short. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}
