/** @file Where a text that someone types occurs in others; case does not matter. */

/** Part of a text: whether it is what was looked for. */
export interface TextPart {
  readonly text: string;
  readonly hit: boolean;
}

/** Whether `text` holds `wanted`. Nothing wanted is held by every text. */
export function holds(text: string, wanted: string): boolean {
  return fold(text).includes(fold(wanted));
}

/**
 * Cuts a text where `wanted` occurs in it.
 *
 * @returns Parts that are not empty and together are the text.
 */
export function splitAtHits(text: string, wanted: string): TextPart[] {
  const needle = fold(wanted);
  const hay = fold(text);
  if (needle === "" || hay.length !== text.length) return text === "" ? [] : [{ text, hit: false }];
  const parts: TextPart[] = [];
  let end = 0;
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, end)) {
    if (at > end) parts.push({ text: text.slice(end, at), hit: false });
    end = at + needle.length;
    parts.push({ text: text.slice(at, end), hit: true });
  }
  if (end < text.length) parts.push({ text: text.slice(end), hit: false });
  return parts;
}

/** Lower case; a few letters change their length by it (İ), and such a text is searched but not marked. */
function fold(text: string): string {
  return text.toLowerCase();
}
