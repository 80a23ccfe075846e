/** @file How a file is shown, by its name, and tables in text. What a file says of itself is not asked: it may say anything. */

/** How a file is shown. */
export type PreviewKind = "image" | "svg" | "audio" | "video" | "html" | "json" | "table" | "text";

/** A kind, and the media type that the server is asked for when the browser shows the bytes itself. */
export interface Preview {
  readonly kind: PreviewKind;
  readonly mime?: string;
}

/** Bytes of a text that are shown; the rest is for the download. */
export const TEXT_BYTES = 262_144;

const PREVIEWS: Readonly<Record<string, Preview>> = {
  png: { kind: "image", mime: "image/png" },
  jpg: { kind: "image", mime: "image/jpeg" },
  jpeg: { kind: "image", mime: "image/jpeg" },
  gif: { kind: "image", mime: "image/gif" },
  webp: { kind: "image", mime: "image/webp" },
  svg: { kind: "svg" },
  wav: { kind: "audio", mime: "audio/wav" },
  mp3: { kind: "audio", mime: "audio/mpeg" },
  ogg: { kind: "audio", mime: "audio/ogg" },
  mp4: { kind: "video", mime: "video/mp4" },
  webm: { kind: "video", mime: "video/webm" },
  html: { kind: "html" },
  htm: { kind: "html" },
  json: { kind: "json" },
  csv: { kind: "table" },
  tsv: { kind: "table" },
};

const TEXT_ENDINGS = new Set(
  "txt log md jsonl ndjson yaml yml toml ini cfg conf py ts tsx js mjs cjs jsx sh rs go c h cpp hpp java rb lua r jl sql diff patch xml css ipynb gitignore dockerfile".split(
    " ",
  ),
);

/** How a file is shown; undefined for what is offered for download only. */
export function previewOf(path: string): Preview | undefined {
  const name = path.split("/").at(-1)?.toLowerCase() ?? "";
  const ending = name.split(".").at(-1) ?? "";
  if (Object.hasOwn(PREVIEWS, ending)) return PREVIEWS[ending];
  return TEXT_ENDINGS.has(ending) || ["license", "readme", "makefile"].includes(name) ? { kind: "text" } : undefined;
}

/**
 * Reads comma- or tab-separated text (RFC 4180): quoted cells hold delimiters, line ends and doubled quotes.
 *
 * @returns Rows of cells. A quote that never ends holds the rest of the text.
 */
export function parseDelimited(text: string, delimiter: "," | "\t"): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at <= text.length) {
    const [quoted, from] = text[at] === '"' ? quotedCell(text, at) : ["", at];
    // What follows a closing quote belongs to the cell, as spreadsheets read it.
    const [plain, end] = plainCell(text, from, delimiter);
    row.push(quoted + plain);
    if (text[end] === delimiter) {
      at = end + 1;
      continue;
    }
    rows.push(row);
    row = [];
    at = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    if (at === text.length) break;
  }
  return rows;
}

function plainCell(text: string, start: number, delimiter: string): [cell: string, end: number] {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end++;
  return [text.slice(start, end), end];
}

function quotedCell(text: string, start: number): [cell: string, end: number] {
  let cell = "";
  let at = start + 1;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return [cell + text.slice(at), text.length];
    cell += text.slice(at, quote);
    if (text[quote + 1] !== '"') return [cell, quote + 1];
    cell += '"';
    at = quote + 2;
  }
  return [cell, text.length];
}
