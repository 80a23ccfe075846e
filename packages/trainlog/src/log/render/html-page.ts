/**
 * @file A self-contained HTML page.
 *
 * The page has no script: hover, the legend's switches and the axis switch are CSS. So its content security policy forbids scripts and every request,
 * and a title or metric name that tries to be code has nothing to run in.
 */
import { escapeMarkup } from "./markup.ts";
import { themeStyles } from "./theme.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLES = `
*{box-sizing:border-box}
body{margin:0;background:var(--tl-background);color:var(--tl-ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:20px 16px 40px}
h1{font-size:20px;margin:0 0 8px;overflow-wrap:anywhere}
p.facts{margin:0 0 12px;color:var(--tl-muted)}
.badge{display:inline-block;margin:0 6px 6px 0;padding:1px 10px;border-radius:10px;background:var(--tl-warn-background);color:var(--tl-warn-ink)}
.switches{display:flex;flex-wrap:wrap;gap:4px 16px;border:0;margin:0 0 8px;padding:0}
.switches label{cursor:pointer;overflow-wrap:anywhere}
.swatch{display:inline-block;width:12px;height:12px;border-radius:2px;margin:0 4px -1px 2px}
.picture{overflow-x:auto;border:1px solid var(--tl-grid);border-radius:8px}
.picture svg{display:block;width:100%;height:auto}
.picture.natural svg{width:auto;max-width:none}
details{margin-top:14px}
summary{cursor:pointer;font-weight:600}
.scroll{overflow:auto;max-height:420px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:4px 12px 4px 0;text-align:right;border-bottom:1px solid var(--tl-grid);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
th{color:var(--tl-muted);font-weight:600}
ul{margin:8px 0;padding-left:20px}
li{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere;white-space:pre-wrap}
:focus-visible{outline:2px solid var(--tl-accent);outline-offset:2px}
`;

/** Language-independent parts of a page. */
export interface HtmlParts {
  readonly title: string;
  /** Markup of the page below its heading. */
  readonly body: string;
  /** Style rules beside those of every page. */
  readonly styles?: string;
}

/** A whole page: `<!doctype html>` to `</html>`, following the reader's light or dark preference. */
export function htmlPage({ title, body, styles = "" }: HtmlParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>${themeStyles()}${STYLES}${styles}</style>
</head>
<body class="tl-auto">
<main>
<h1>${escapeMarkup(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** A table; the first row is its head. Cells are text. */
export function htmlTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell) => `<${tag}${tag === "th" ? ' scope="col"' : ""}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll" tabindex="0"><table><thead>${line(head, "th")}</thead><tbody>${body.map((cells) => line(cells, "td")).join("")}</tbody></table></div>`;
}

/** Warnings as badges. */
export function htmlBadges(warnings: readonly string[]): string {
  return warnings.map((warning) => `<span class="badge">⚠ ${escapeMarkup(warning)}</span>`).join("");
}
