/**
 * @file The frame of a report: one page without script and without any request, so that text of a run that tries to be code has nothing to run in.
 */
import { escapeMarkup } from "../../log/render/markup.ts";
import { themeStyles } from "../../log/render/theme.ts";

/** Nothing but the page itself and images inside it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const STYLES = `
*{box-sizing:border-box}
body{margin:0;background:var(--tl-background);color:var(--tl-ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1160px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:17px;margin:32px 0 10px;padding-bottom:4px;border-bottom:1px solid var(--tl-grid)}
h3{font-size:14px;margin:18px 0 8px;overflow-wrap:anywhere}
p{margin:0 0 8px}
.muted,figcaption,caption{color:var(--tl-muted)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px;margin:12px 0}
.facts dt{color:var(--tl-muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
.chips span{display:inline-block;margin:0 6px 6px 0;padding:1px 10px;border:1px solid var(--tl-grid);border-radius:10px;overflow-wrap:anywhere}
.warn{padding:8px 12px;border-radius:8px;background:var(--tl-warn-background);color:var(--tl-warn-ink);overflow-wrap:anywhere;white-space:pre-wrap}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:14px}
figure{margin:0;min-width:0;break-inside:avoid}
.charts figure,.media figure{border:1px solid var(--tl-grid);border-radius:8px;padding:10px}
figure h3{margin:0 0 4px}
figure svg{display:block;width:100%;height:auto}
figure img{display:block;max-width:100%;height:auto;background:#fff;border-radius:4px}
figure img.tiny{min-width:112px;image-rendering:pixelated}
.media{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;margin:0 0 12px;padding:0;list-style:none}
.legend li{overflow-wrap:anywhere}
.swatch{display:inline-block;width:18px;height:3px;border-radius:2px;margin:0 6px 4px 0}
.scroll{overflow:auto;max-height:520px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:4px 14px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--tl-grid);overflow-wrap:break-word;min-width:56px;max-width:420px}
td.number,th.number{text-align:right}
td.number{white-space:nowrap}
th{color:var(--tl-muted);font-weight:600}
tbody th{font-weight:500;color:var(--tl-ink)}
pre{margin:0;font:12px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.notes{white-space:pre-wrap;overflow-wrap:anywhere}
details{margin-top:10px}
summary{cursor:pointer;font-weight:600}
footer{margin-top:40px;color:var(--tl-muted);font-size:12px}
:focus-visible{outline:2px solid var(--tl-accent);outline-offset:2px}
@media print{main{max-width:none;padding:0}.scroll{max-height:none;overflow:visible}details::details-content{content-visibility:visible;block-size:auto}h2{break-after:avoid}}
`;

/** A whole page. `body` is markup, `title` text. */
export function reportPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeMarkup(title)}</title>
<style>${themeStyles()}${STYLES}</style>
</head>
<body class="tl-auto">
<main>
${body}
</main>
</body>
</html>
`;
}

/** A section with a heading; nothing when there is no content. */
export function section(heading: string, content: string): string {
  return content === "" ? "" : `<section><h2>${escapeMarkup(heading)}</h2>\n${content}\n</section>\n`;
}

/** One cell of a table: text, aligned to the right when it is a number. */
export interface TableCell {
  readonly text: string;
  readonly isNumber?: boolean;
}

/** A table with a head; the first cell of each line names it. */
export function table(head: readonly TableCell[], lines: readonly (readonly TableCell[])[], label: string): string {
  const cell = ({ text, isNumber = false }: TableCell, tag: string): string =>
    `<${tag}${isNumber ? ' class="number"' : ""}>${escapeMarkup(text)}</${tag.split(" ")[0]}>`;
  const line = ([first, ...rest]: readonly TableCell[]): string =>
    `<tr>${first === undefined ? "" : cell(first, 'th scope="row"')}${rest.map((next) => cell(next, "td")).join("")}</tr>`;
  const headLine = head.map((next) => cell(next, 'th scope="col"')).join("");
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeMarkup(label)}"><table><thead><tr>${headLine}</tr></thead><tbody>${lines.map(line).join("")}</tbody></table></div>`;
}

/** Facts as a list of names and values; empty values are left out. */
export function factList(facts: readonly (readonly [name: string, value: string])[]): string {
  const shown = facts.filter(([, value]) => value !== "");
  if (shown.length === 0) return "";
  return `<dl class="facts">${shown.map(([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`).join("")}</dl>`;
}
