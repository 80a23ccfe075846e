/** @file A confusion matrix as a self-contained HTML page. */
import type { ConfusionMatrix } from "../confusion-matrix.ts";
import { type ConfusionSvgOptions, confusionSvg } from "./confusion-svg.ts";
import { confusionView, formatPercent } from "./confusion-view.ts";
import { htmlPage, htmlTable } from "./html-page.ts";

/** Draws a matrix as an HTML page: the picture, and the statistics of all classes (also those that the picture clips) as a table. */
export function confusionHtml(matrix: ConfusionMatrix, options: ConfusionSvgOptions = {}): string {
  const view = confusionView(matrix, options);
  const rows = (view.statistics?.classes ?? []).map(({ support, predicted, precision, recall, f1 }, i) => [
    options.labels?.[i] ?? String(i),
    String(support),
    String(predicted),
    formatPercent(precision),
    formatPercent(recall),
    formatPercent(f1),
  ]);
  const head = ["class", "support", "predicted", "precision", "recall", "F1"];
  const table =
    rows.length === 0
      ? ""
      : `<details><summary>Classes (${rows.length})</summary>${htmlTable([head, ...rows])}</details>`;
  const picture = `<div class="picture natural">${confusionSvg(matrix, options)}</div>`;
  return htmlPage({ title: view.title, body: `${picture}\n${table}` });
}
