/** @file Pieces that every SVG picture is made of. */
import { escapeMarkup, px, textWidthPx } from "./markup.ts";
import { type ColorRole, paint, type Theme, themeStyles } from "./theme.ts";

const FONT_FAMILY = "system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif";

/** A picture's frame. */
export interface SvgFrame {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** The picture in one sentence, for readers who cannot see it. */
  readonly label: string;
  /** Carry the style sheet of an `auto` picture inside; true when absent. False where the page has it already. */
  readonly embedStyles?: boolean;
}

/** A whole SVG document around `body`, with its ground. */
export function svgDocument({ width, height, theme, label, embedStyles = true }: SvgFrame, body: string): string {
  const size = `width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}"`;
  const styles = theme === "auto" && embedStyles ? `<style>${themeStyles()}</style>` : "";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} class="tl-chart${theme === "auto" ? " tl-auto" : ""}" role="img" ` +
    `aria-label="${escapeMarkup(label)}" font-family="${FONT_FAMILY}">${styles}` +
    `<rect width="100%" height="100%" ${paint(theme, { fill: "background" })}/>${body}</svg>\n`
  );
}

/** How a text is set. */
export interface TextStyle {
  readonly x: number;
  /** Base line. */
  readonly y: number;
  readonly sizePx: number;
  readonly theme: Theme;
  /** `"ink"` when absent. */
  readonly role?: ColorRole;
  readonly anchor?: "start" | "middle" | "end";
  readonly weight?: number;
  /** The unclipped text, shown on hover when it differs. */
  readonly full?: string;
}

/** A line of text. */
export function text(
  content: string,
  { x, y, sizePx, theme, role = "ink", anchor = "start", weight, full }: TextStyle,
): string {
  const attributes = [
    `x="${px(x)}" y="${px(y)}" font-size="${sizePx}"`,
    anchor === "start" ? "" : ` text-anchor="${anchor}"`,
    weight === undefined ? "" : ` font-weight="${weight}"`,
  ].join("");
  const tooltip = full === undefined || full === content ? "" : `<title>${escapeMarkup(full)}</title>`;
  return `<text ${attributes} ${paint(theme, { fill: role })}>${tooltip}${escapeMarkup(content)}</text>`;
}

/** Warnings side by side as badges. */
export function warningBadges(
  warnings: readonly string[],
  { x, y, theme }: { x: number; y: number; theme: Theme },
): string {
  let left = x;
  return warnings
    .map((warning) => {
      const content = `⚠ ${warning}`;
      const width = textWidthPx(content, 11) + 14;
      const box = `<rect x="${px(left)}" y="${px(y)}" width="${px(width)}" height="18" rx="9" ${paint(theme, { fill: "warnBackground" })}/>`;
      const badge = box + text(content, { x: left + 7, y: y + 13, sizePx: 11, theme, role: "warnInk" });
      left += width + 6;
      return badge;
    })
    .join("");
}
