import { themeStyles } from "../log/render/theme.ts";

const RULES = `
:host{display:block;max-width:100%}
:host([hidden]){display:none}
.frame{box-sizing:border-box;padding:12px;border:1px solid var(--tl-grid);border-radius:8px;
  background:var(--tl-background);color:var(--tl-ink);font:13px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
.title{font-size:15px;font-weight:600;overflow-wrap:anywhere}
.facts{color:var(--tl-muted)}
.badge{display:inline-block;margin:4px 6px 0 0;padding:0 9px;border-radius:10px;background:var(--tl-warn-background);color:var(--tl-warn-ink)}
.toolbar{display:flex;flex-wrap:wrap;gap:6px;margin:8px 0}
button{display:inline-flex;align-items:center;gap:6px;min-height:26px;max-width:100%;padding:2px 10px;border:1px solid var(--tl-muted);
  border-radius:13px;background:none;color:inherit;font:inherit;text-align:left;cursor:pointer}
button span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
button svg{flex:none}
button[aria-pressed=false]{border-style:dashed;color:var(--tl-muted)}
button[aria-pressed=false] span{text-decoration:line-through}
button.axis[aria-pressed=false] span{text-decoration:none}
button.axis[aria-pressed=true]{background:var(--tl-accent);border-color:var(--tl-accent);color:var(--tl-on-accent)}
:focus-visible{outline:2px solid var(--tl-accent);outline-offset:2px;border-radius:4px}
.plot{touch-action:pan-y;overflow:hidden}
.plot>svg,.picture>svg{display:block}
.picture{overflow-x:auto}
.error{border-color:var(--tl-warn-ink);background:var(--tl-warn-background);color:var(--tl-warn-ink);overflow-wrap:anywhere}
.error strong{display:block}
details{margin-top:8px}
summary{cursor:pointer}
.scroll{overflow:auto;max-height:320px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:3px 12px 3px 0;text-align:right;border-bottom:1px solid var(--tl-grid);white-space:nowrap}
th:first-child,td:first-child{text-align:left}
th{color:var(--tl-muted);font-weight:600}
ul{margin:6px 0;padding-left:18px;overflow-wrap:anywhere}
`;

/** The style sheet of a widget. Constructed, not written into the page: strict content security policies allow that. */
export function widgetStyleSheet(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(themeStyles() + RULES);
  return sheet;
}
