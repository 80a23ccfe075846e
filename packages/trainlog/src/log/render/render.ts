/** @file Everything that draws a log or a matrix and runs anywhere; PNG, which needs files, is `png.ts`. */
import { TrainlogError } from "../../run/error.ts";
import type { ConfusionMatrix } from "../confusion-matrix.ts";
import type { TrainLog } from "../train-log.ts";
import { confusionHtml } from "./confusion-html.ts";
import { type ConfusionSvgOptions, confusionSvg } from "./confusion-svg.ts";
import { confusionText } from "./confusion-terminal.ts";
import type { TerminalOptions } from "./terminal-text.ts";
import type { Theme } from "./theme.ts";
import { trainLogHtml } from "./train-log-html.ts";
import { trainLogSvg } from "./train-log-svg.ts";
import { trainLogText } from "./train-log-terminal.ts";

/** What can be drawn. */
export type Drawable = TrainLog | ConfusionMatrix;

/** How a picture or page is drawn; what does not apply to the content is ignored. */
export interface RenderOptions {
  /** Width, 240 to 10,000 pixels; 720 for a picture and 1000 for a page when absent. */
  readonly widthPx?: number;
  /** Height of a chart's plot, 120 to 10,000 pixels; 320 for a picture and 420 for a page when absent. */
  readonly heightPx?: number;
  /** Logarithmic y axis of a chart; false when absent. */
  readonly logY?: boolean;
  /** Colours of an SVG or PNG picture; `"auto"` (`"light"` for PNG) when absent. A page follows its reader. */
  readonly theme?: Theme;
  /** Names of a matrix's classes; a class without one shows its index. */
  readonly labels?: readonly string[];
  /** Title of a matrix; `"Confusion matrix"` when absent. A log has its own. */
  readonly title?: string;
}

/** Draws an SVG picture. @throws TrainlogError `log/bad-size` when a size is out of range. */
export function renderSvg(content: Drawable, options: RenderOptions = {}): string {
  checkSizes(options);
  return isMatrix(content) ? confusionSvg(content, matrixOptions(options)) : trainLogSvg(content, options);
}

/** Draws one self-contained HTML page: no script, no outside request. @throws TrainlogError `log/bad-size` when a size is out of range. */
export function renderHtml(content: Drawable, options: RenderOptions = {}): string {
  checkSizes(options);
  return isMatrix(content)
    ? confusionHtml(content, matrixOptions({ ...options, theme: "auto" }))
    : trainLogHtml(content, options);
}

/** Draws text for a terminal: braille curves, or a table of counts. */
export function renderTerminal(content: Drawable, options: TerminalOptions = {}): string {
  return isMatrix(content) ? confusionText(content, options) : trainLogText(content, options);
}

function isMatrix(content: Drawable): content is ConfusionMatrix {
  return "counts" in content;
}

function matrixOptions({ widthPx, theme, labels, title }: RenderOptions): ConfusionSvgOptions {
  return {
    ...(widthPx === undefined ? {} : { widthPx }),
    ...(theme === undefined ? {} : { theme }),
    ...(labels === undefined ? {} : { labels }),
    ...(title === undefined ? {} : { title }),
  };
}

function checkSizes({ widthPx, heightPx }: RenderOptions): void {
  checkSize("widthPx", widthPx, 240);
  checkSize("heightPx", heightPx, 120);
}

function checkSize(name: string, size: number | undefined, min: number): void {
  if (size === undefined || (size >= min && size <= 10_000)) return;
  throw new TrainlogError("log/bad-size", `${name}: expected ${min} to 10000 pixels, got ${size}`, { status: 400 });
}
