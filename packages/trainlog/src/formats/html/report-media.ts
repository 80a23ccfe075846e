/** @file Media in a report: the last value of each key, drawn as far as a page without scripts can. */
import { confusionSvg } from "../../log/render/confusion-svg.ts";
import { escapeMarkup, px } from "../../log/render/markup.ts";
import { formatNumber } from "../../log/render/scale.ts";
import { svgDocument, text } from "../../log/render/svg.ts";
import { paint } from "../../log/render/theme.ts";
import type { JsonObject, JsonValue } from "../../run/json.ts";
import { toEventJson } from "../../run-log/codec/index.ts";
import type { ReportMedia } from "./report-data.ts";
import { table } from "./report-page.ts";

/** Lines of a table, and characters of a text, that a report shows. */
const MAX_TABLE_LINES = 50;
const MAX_TEXT_CHARACTERS = 4000;

/** Images up to this width are shown larger, as squares: a digit of 28 pixels is a speck otherwise. */
const TINY_PX = 64;

/** A media value as a figure. */
export function mediaFigure(media: ReportMedia): string {
  const { event, count } = media;
  const index = typeof event.data["index"] === "number" ? ` [${event.data["index"]}]` : "";
  const heading = `<h3>${escapeMarkup(event.key + index)}</h3>`;
  const caption = typeof event.data["caption"] === "string" ? `${event.data["caption"]} · ` : "";
  const which = count > 1 ? `step ${event.step}, the last of ${count}` : `step ${event.step}`;
  return `<figure>${heading}${mediaContent(media)}<figcaption>${escapeMarkup(`${caption}${which}`)}</figcaption></figure>`;
}

function mediaContent({ event, image }: ReportMedia): string {
  const { kind, data, key } = event;
  if (image !== undefined) {
    const isTiny = typeof data["width"] === "number" && data["width"] <= TINY_PX;
    return `<img${isTiny ? ' class="tiny"' : ""} alt="${escapeMarkup(key)}" src="data:${escapeMarkup(image.mime)};base64,${image.base64}">`;
  }
  if (kind === "histogram") return histogramSvg(key, data) ?? notShown(kind);
  if (kind === "confusion-matrix") return confusionPicture(key, data) ?? notShown(kind);
  if (kind === "table") return tableOf(key, data) ?? notShown(kind);
  if (kind === "text" && typeof data["text"] === "string") return textBlock(data["text"]);
  return notShown(kind);
}

function notShown(kind: string): string {
  return `<p class="muted">${escapeMarkup(kind)}: not shown in a report; it is in the run</p>`;
}

function textBlock(content: string): string {
  const more = content.length > MAX_TEXT_CHARACTERS ? "\n…" : "";
  return `<pre>${escapeMarkup(content.slice(0, MAX_TEXT_CHARACTERS) + more)}</pre>`;
}

function numbersOf(value: JsonValue | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.filter((entry): entry is number => typeof entry === "number");
  return numbers.length === value.length ? numbers : undefined;
}

const HISTOGRAM = { width: 360, height: 190, left: 8, right: 352, top: 12, bottom: 162 } as const;

/** A histogram as bars; `undefined` when the data is none. */
function histogramSvg(key: string, data: JsonObject): string | undefined {
  const edges = numbersOf(data["edges"]);
  const counts = numbersOf(data["counts"]);
  if (edges === undefined || counts === undefined || edges.length !== counts.length + 1 || counts.length === 0)
    return undefined;
  const { width, height, left, right, top, bottom } = HISTOGRAM;
  const highest = Math.max(...counts, 1);
  const [low, high] = [edges[0]!, edges.at(-1)!];
  const xOf = (edge: number): number => left + ((edge - low) / (high - low || 1)) * (right - left);
  const bars = counts.map((count, i) => {
    const [x, end] = [xOf(edges[i]!), xOf(edges[i + 1]!)];
    const barHeight = (count / highest) * (bottom - top);
    const title = `<title>${escapeMarkup(`${formatNumber(edges[i]!)} to ${formatNumber(edges[i + 1]!)}: ${count}`)}</title>`;
    return `<rect x="${px(x)}" y="${px(bottom - barHeight)}" width="${px(Math.max(end - x - 0.5, 0.5))}" height="${px(barHeight)}" ${paint("auto", { fill: "accent" })}>${title}</rect>`;
  });
  const axis = `<line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" ${paint("auto", { stroke: "muted" })}/>`;
  const label = { y: bottom + 16, sizePx: 11, theme: "auto", role: "muted" } as const;
  const labels =
    text(formatNumber(low), { x: left, ...label }) + text(formatNumber(high), { x: right, anchor: "end", ...label });
  return svgDocument(
    { width, height, theme: "auto", label: `${key}: histogram`, embedStyles: false },
    bars.join("") + axis + labels,
  );
}

/** A confusion matrix as a picture; `undefined` when the data is none. */
function confusionPicture(key: string, data: JsonObject): string | undefined {
  const rows = Array.isArray(data["counts"]) ? data["counts"].map(numbersOf) : [];
  const counts = rows.filter((row) => row !== undefined);
  if (counts.length === 0 || counts.length !== rows.length) return undefined;
  const labels = Array.isArray(data["labels"]) ? data["labels"].map(String) : [];
  return confusionSvg({ counts }, { title: key, labels, widthPx: 420, embedStyles: false });
}

function tableOf(key: string, data: JsonObject): string | undefined {
  const { columns, rows } = data;
  if (!Array.isArray(columns) || !Array.isArray(rows)) return undefined;
  const lines = rows.slice(0, MAX_TABLE_LINES).map((row: JsonValue) =>
    (Array.isArray(row) ? row : []).map((cell: JsonValue) => ({
      text: cellText(cell),
      isNumber: typeof cell === "number",
    })),
  );
  const more = rows.length > MAX_TABLE_LINES ? `<p class="muted">${rows.length - MAX_TABLE_LINES} more lines</p>` : "";
  return (
    table(
      columns.map((name: JsonValue) => ({ text: cellText(name) })),
      lines,
      key,
    ) + more
  );
}

function cellText(value: JsonValue): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? formatNumber(value) : toEventJson(value);
}
