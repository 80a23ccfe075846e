/** @file A chart as an SVG picture of its own: the lines as drawn, axes, title, legend. Pure, so that what is exported can be tested without a browser. */
import { BAND_OPACITY, FAINT_OPACITY, hasBand } from "./line-style.ts";
import type { Domain, PlotLine, PlotModel } from "./plot-model.ts";
import { placeOn } from "./plot-scale.ts";

/** Colours of a picture. */
export interface PictureColours {
  readonly background: string;
  readonly text: string;
  readonly grid: string;
}

/** How one line looks in a picture. */
export interface PictureLine {
  readonly name: string;
  readonly colour: string;
  readonly dash: readonly number[];
}

/** What a picture shows beside the lines. */
export interface Picture {
  readonly model: PlotModel;
  readonly title: string;
  /** What the x axis is: `"step"`, `"relative time"`. */
  readonly xTitle: string;
  /** Looks by the id of the line. */
  readonly lines: ReadonlyMap<string, PictureLine>;
  readonly colours: PictureColours;
  readonly xTicks: readonly { readonly at: number; readonly text: string }[];
  readonly yTicks: readonly { readonly at: number; readonly text: string }[];
}

/** Size of a picture, in pixels: a slide's shape. */
export const PICTURE_SIZE = { width: 960, height: 540 } as const;

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const EDGE = { top: 44, right: 24, bottom: 52 } as const;
const LEGEND_ROW = 20;
/** Entries of the legend in one row. */
const LEGEND_COLUMNS = 4;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
}

/** Draws a chart as an SVG document. Its height grows with the legend. */
export function chartSvg(picture: Picture): string {
  const { model, colours } = picture;
  const legendRows = model.lines.length > 1 ? Math.ceil(model.lines.length / LEGEND_COLUMNS) : 0;
  const { width } = PICTURE_SIZE;
  const height = PICTURE_SIZE.height + legendRows * LEGEND_ROW;
  const frame = frameOf(picture, width);
  const { left, top, right, bottom } = frame;
  const clip = `<clipPath id="plot"><rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/></clipPath>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`,
    `<title>${xmlText(picture.title)}</title><defs>${clip}</defs>`,
    `<rect width="${width}" height="${height}" fill="${colours.background}"/>`,
    `<text x="16" y="28" font-size="17" font-weight="600" fill="${colours.text}">${xmlText(picture.title)}</text>`,
    axes(picture, frame),
    `<g clip-path="url(#plot)">${model.lines.map((line) => lineSvg(line, picture, frame)).join("")}</g>`,
    legend(picture, left, PICTURE_SIZE.height + 4),
    "</svg>",
  ].join("\n");
}

function frameOf({ model, yTicks }: Picture, width: number): Frame {
  const longest = Math.max(3, ...yTicks.map(({ text }) => text.length));
  const [left, right, top, bottom] = [
    24 + 7 * longest,
    width - EDGE.right,
    EDGE.top,
    PICTURE_SIZE.height - EDGE.bottom,
  ];
  return {
    ...{ left, top, right, bottom },
    toX: placeOn(model.x, [left, right], model.logX),
    toY: placeOn(model.y, [bottom, top], model.logY),
  };
}

function axes({ xTicks, yTicks, xTitle, colours }: Picture, { left, top, right, bottom, toX, toY }: Frame): string {
  const text = `font-size="12" fill="${colours.text}"`;
  const rows = yTicks.map(({ at, text: label }) => {
    const y = round(toY(at));
    return `<path d="M${left} ${y}H${right}" stroke="${colours.grid}"/><text x="${left - 8}" y="${y + 4}" text-anchor="end" ${text}>${xmlText(label)}</text>`;
  });
  const columns = xTicks.map(({ at, text: label }) => {
    const x = round(toX(at));
    return `<path d="M${x} ${bottom}v5" stroke="${colours.text}"/><text x="${x}" y="${bottom + 20}" text-anchor="middle" ${text}>${xmlText(label)}</text>`;
  });
  const frame = `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${colours.text}"/>`;
  const title = `<text x="${(left + right) / 2}" y="${bottom + 40}" text-anchor="middle" ${text}>${xmlText(xTitle)}</text>`;
  return [...rows, ...columns, frame, title].join("\n");
}

function lineSvg(line: PlotLine, { model, lines }: Picture, { toX, toY }: Frame): string {
  const look = lines.get(line.id);
  if (look === undefined) return "";
  const path = (values: ArrayLike<number>): string => curvePath(line, values, model.x, toX, toY);
  const dash = look.dash.length === 0 ? "" : ` stroke-dasharray="${look.dash.join(" ")}"`;
  const stroke = `fill="none" stroke="${look.colour}" stroke-linejoin="round"`;
  const band = hasBand(line, model)
    ? `<path d="${bandPath(line, toX, toY)}" fill="${look.colour}" fill-opacity="${BAND_OPACITY}"/>`
    : "";
  const raw =
    model.smoothed && !line.isGroup ? `<path d="${path(line.raw)}" ${stroke} stroke-opacity="${FAINT_OPACITY}"/>` : "";
  return `${band}${raw}<path d="${path(line.shown)}" ${stroke} stroke-width="2"${dash}/>`;
}

function curvePath(
  line: PlotLine,
  values: ArrayLike<number>,
  [from, to]: Domain,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  let path = "";
  let pen = "M";
  for (let i = 0; i < line.x.length; i++) {
    const outside = (line.x[i + 1] ?? to) < from || (line.x[i - 1] ?? from) > to;
    const [x, y] = [toX(line.x[i]!), toY(values[i]!)];
    if (outside || !Number.isFinite(x) || !Number.isFinite(y)) {
      pen = "M";
      continue;
    }
    path += `${pen}${round(x)} ${round(y)}`;
    pen = "L";
  }
  return path;
}

/** One closed path per stretch without gaps. */
function bandPath(line: PlotLine, toX: (x: number) => number, toY: (y: number) => number): string {
  const places = Array.from(line.x, (x, i) => ({ x: toX(x), top: toY(line.max[i]!), bottom: toY(line.min[i]!) }));
  let path = "";
  for (let from = 0; from < places.length; ) {
    let to = from;
    while (to < places.length && isFinitePlace(places[to]!)) to++;
    const stretch = places.slice(from, to);
    const up = stretch.map(({ x, top }) => `${round(x)} ${round(top)}`);
    const down = stretch.reverse().map(({ x, bottom }) => `${round(x)} ${round(bottom)}`);
    if (up.length > 1) path += `M${[...up, ...down].join("L")}Z`;
    from = to + 1;
  }
  return path;
}

function isFinitePlace({ x, top, bottom }: { x: number; top: number; bottom: number }): boolean {
  return Number.isFinite(x) && Number.isFinite(top) && Number.isFinite(bottom);
}

function legend({ model, lines, colours }: Picture, left: number, top: number): string {
  if (model.lines.length < 2) return "";
  const columnWidth = (PICTURE_SIZE.width - left - EDGE.right) / LEGEND_COLUMNS;
  return model.lines
    .map(({ id }, i) => {
      const look = lines.get(id);
      if (look === undefined) return "";
      const x = round(left + (i % LEGEND_COLUMNS) * columnWidth);
      const y = top + Math.floor(i / LEGEND_COLUMNS) * LEGEND_ROW;
      const dash = look.dash.length === 0 ? "" : ` stroke-dasharray="${look.dash.join(" ")}"`;
      const name = shorten(look.name, Math.floor((columnWidth - 36) / 7));
      return `<path d="M${x} ${y}h20" stroke="${look.colour}" stroke-width="2.500"${dash}/><text x="${x + 26}" y="${y + 4}" font-size="12" fill="${colours.text}">${xmlText(name)}</text>`;
    })
    .join("\n");
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Characters that XML 1.0 cannot hold at all, and those that mean something in it. */
function xmlText(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, "�")
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
