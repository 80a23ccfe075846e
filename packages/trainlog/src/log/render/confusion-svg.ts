/** @file A confusion matrix as an SVG picture: counts on shades of each row's share, and the statistics of every class below. */
import type { ConfusionMatrix } from "../confusion-matrix.ts";
import {
  type ConfusionNames,
  type ConfusionView,
  confusionView,
  formatCount,
  formatPercent,
  MAX_CLASSES,
} from "./confusion-view.ts";
import { clip, escapeMarkup, px, textWidthPx } from "./markup.ts";
import { svgDocument, text, warningBadges } from "./svg.ts";
import { paint, type Theme } from "./theme.ts";

/** How a matrix is drawn. */
export interface ConfusionSvgOptions extends ConfusionNames {
  /** Whole picture, if the classes fit; 720 when absent. */
  readonly widthPx?: number;
  /** `"auto"` when absent. */
  readonly theme?: Theme;
  /** Carry the style sheet of an `auto` picture inside; true when absent. */
  readonly embedStyles?: boolean;
}

const EDGE_PX = 14;
/** Enough for the line of accuracy. */
const MIN_WIDTH_PX = 340;
const TABLE_ROW_PX = 20;
/** Narrow enough for a telephone of 390 pixels. */
const TABLE_PX = 333;

interface Grid {
  readonly left: number;
  readonly top: number;
  readonly cellPx: number;
  readonly labelLength: number;
}

/** Draws a matrix as an SVG document. */
export function confusionSvg(matrix: ConfusionMatrix, options: ConfusionSvgOptions = {}): string {
  const view = confusionView(matrix, options);
  const theme = options.theme ?? "auto";
  const grid = layOutGrid(view, options.widthPx ?? 720);
  const gridBottom = grid.top + view.counts.length * grid.cellPx;
  const table = statisticsTable(view, { top: gridBottom + 44, theme });
  const width = Math.max(grid.left + view.columnCount * grid.cellPx + EDGE_PX, table.width + 2 * EDGE_PX, MIN_WIDTH_PX);
  const height = gridBottom + (table.height === 0 ? EDGE_PX : 44 + table.height + EDGE_PX);
  const body = [
    text(clip(view.title, 60), { x: EDGE_PX, y: 22, sizePx: 15, weight: 600, theme }),
    text(view.summary, { x: EDGE_PX, y: 42, sizePx: 12, theme, role: "muted" }),
    warningBadges(view.warnings, { x: EDGE_PX, y: 50, theme }),
    view.counts.length === 0
      ? text("The matrix has no classes.", { x: EDGE_PX, y: grid.top, sizePx: 13, theme, role: "muted" })
      : "",
    axisLabels(view, grid, theme),
    ...view.counts.flatMap((row, i) => row.map((_, j) => cell(view, grid, i, j, theme))),
    table.markup,
  ];
  return svgDocument(
    {
      width,
      height,
      theme,
      label: `${clip(view.title, 120)}: ${view.summary}`,
      embedStyles: options.embedStyles ?? true,
    },
    body.join(""),
  );
}

function layOutGrid(view: ConfusionView, widthPx: number): Grid {
  const labelLength = 16;
  const longest = Math.max(...view.labels.map((label) => textWidthPx(clip(label, labelLength), 11)), 20);
  const left = EDGE_PX + 18 + longest + 8;
  const room = (widthPx - left - EDGE_PX) / Math.max(1, view.columnCount);
  const cellPx = Math.max(26, Math.min(56, Math.floor(room)));
  const badges = view.warnings.length > 0 ? 24 : 0;
  const headRoom = columnLabelsFit(view, cellPx, labelLength) ? 20 : longest * 0.8 + 12;
  return { left, top: 52 + badges + 18 + headRoom, cellPx, labelLength };
}

function columnLabelsFit({ labels }: ConfusionView, cellPx: number, labelLength: number): boolean {
  return labels.every((label) => textWidthPx(clip(label, labelLength), 11) <= cellPx - 4);
}

function axisLabels(view: ConfusionView, grid: Grid, theme: Theme): string {
  if (view.counts.length === 0) return "";
  const { left, top, cellPx, labelLength } = grid;
  const isFlat = columnLabelsFit(view, cellPx, labelLength);
  const style = { sizePx: 11, theme } as const;
  const rows = view.labels.slice(0, view.counts.length).map((label, i) =>
    text(clip(label, labelLength), {
      x: left - 6,
      y: top + (i + 0.5) * cellPx + 4,
      anchor: "end",
      full: label,
      ...style,
    }),
  );
  const columns = view.labels.slice(0, view.columnCount).map((label, j) => {
    const x = left + (j + 0.5) * cellPx;
    const content = text(clip(label, labelLength), {
      x: 0,
      y: 0,
      anchor: isFlat ? "middle" : "start",
      full: label,
      ...style,
    });
    return `<g transform="translate(${px(x)} ${px(top - 6)})${isFlat ? "" : " rotate(-50)"}">${content}</g>`;
  });
  const middle = top + (view.counts.length * cellPx) / 2;
  const truth = `<g transform="translate(${EDGE_PX + 10} ${px(middle)}) rotate(-90)">${text("true", { x: 0, y: 0, anchor: "middle", role: "muted", ...style })}</g>`;
  const predicted = text("predicted", {
    x: left,
    y: 52 + (view.warnings.length > 0 ? 24 : 0) + 12,
    role: "muted",
    ...style,
  });
  return rows.join("") + columns.join("") + truth + predicted;
}

function cell(view: ConfusionView, { left, top, cellPx }: Grid, i: number, j: number, theme: Theme): string {
  const count = view.counts[i]![j]!;
  const share = view.rowTotals[i]! === 0 ? 0 : count / view.rowTotals[i]!;
  const x = left + j * cellPx;
  const y = top + i * cellPx;
  const box = `x="${px(x + 1)}" y="${px(y + 1)}" width="${px(cellPx - 2)}" height="${px(cellPx - 2)}" rx="3"`;
  const ground = `<rect ${box} ${paint(theme, { fill: "grid" })} opacity="0.5"/>`;
  // Dark enough from a half on that light text reads well on it, and light enough below for dark text.
  const opacity = share > 0.5 ? 0.75 + 0.25 * share : share * 0.55;
  const shade = share === 0 ? "" : `<rect ${box} ${paint(theme, { fill: "accent" })} fill-opacity="${px(opacity)}"/>`;
  const frame = i === j ? `<rect ${box} fill="none" ${paint(theme, { stroke: "hit" })} stroke-width="1.5"/>` : "";
  const label = text(formatCount(count), {
    x: x + cellPx / 2,
    y: y + cellPx / 2 + 4,
    anchor: "middle",
    sizePx: cellPx < 32 ? 9 : 11,
    theme,
    role: share > 0.5 ? "onAccent" : "ink",
  });
  const what = `true ${view.labels[i]}, predicted ${view.labels[j]}: ${count} (${formatPercent(share)} of the row)`;
  return `<g>${ground}${shade}${frame}${label}<title>${escapeMarkup(what)}</title></g>`;
}

function statisticsTable(
  view: ConfusionView,
  { top, theme }: { top: number; theme: Theme },
): { markup: string; width: number; height: number } {
  if (view.statistics === undefined || view.counts.length === 0) return { markup: "", width: 0, height: 0 };
  const columns = [0, 160, 228, 283, TABLE_PX] as const;
  const row = (cells: readonly string[], y: number, isHead: boolean, full?: string): string =>
    cells
      .map((content, i) =>
        text(content, {
          x: i === 0 ? EDGE_PX : EDGE_PX + columns[i]!,
          y,
          sizePx: 12,
          theme,
          anchor: i === 0 ? "start" : "end",
          role: isHead ? "muted" : "ink",
          ...(i === 0 && full !== undefined ? { full } : {}),
        }),
      )
      .join("");
  const head = row(["class", "support", "precision", "recall", "F1"], top, true);
  const rule = `<line x1="${EDGE_PX}" x2="${EDGE_PX + TABLE_PX}" y1="${px(top + 6)}" y2="${px(top + 6)}" ${paint(theme, { stroke: "grid" })}/>`;
  const body = view.statistics.classes.slice(0, MAX_CLASSES).map(({ support, precision, recall, f1 }, i) => {
    const cells = [
      clip(view.labels[i]!, 15),
      String(support),
      formatPercent(precision),
      formatPercent(recall),
      formatPercent(f1),
    ];
    return row(cells, top + (i + 1) * TABLE_ROW_PX, false, view.labels[i]);
  });
  return { markup: head + rule + body.join(""), width: TABLE_PX, height: (body.length + 0.5) * TABLE_ROW_PX };
}
