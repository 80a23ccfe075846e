/** @file A confusion matrix as text for a terminal. */
import type { ConfusionMatrix } from "../confusion-matrix.ts";
import { type ConfusionView, confusionView, formatCount, formatPercent } from "./confusion-view.ts";
import { columnsOf } from "./markup.ts";
import { fit, type Paint, padEnd, padStart, painter, type TerminalOptions } from "./terminal-text.ts";

/**
 * A confusion matrix as text: counts with labels, as many columns as fit, then accuracy and the statistics of every class.
 *
 * @returns Lines, each at most `columns` wide, with a newline at the end of each.
 */
export function confusionText(
  matrix: ConfusionMatrix,
  { columns = 80, color = false, labels = [] }: TerminalOptions = {},
): string {
  const width = Math.max(40, columns);
  const paint = painter(color);
  const view = confusionView(matrix, { labels });
  const lines = [
    paint("bold", view.title),
    fit(view.summary, width),
    ...view.warnings.map((warning) => paint("yellow", `! ${warning}`)),
    "",
  ];
  const names = view.labels.map((label) => fit(label, 12));
  const nameWidth = Math.max(...names.map(columnsOf), 9);
  const cellWidth = Math.min(
    9,
    Math.max(...names.map(columnsOf), ...view.counts.flat().map((count) => formatCount(count).length), 2) + 1,
  );
  const columnCount = Math.min(view.columnCount, Math.floor((width - nameWidth) / cellWidth));
  lines.push(
    paint(
      "dim",
      padEnd("true\\pred", nameWidth) +
        names
          .slice(0, columnCount)
          .map((name) => padStart(fit(name, cellWidth - 1), cellWidth))
          .join(""),
    ),
  );
  view.counts.forEach((row, i) => {
    const cells = row.slice(0, columnCount).map((count, j) => {
      const cell = padStart(formatCount(count), cellWidth);
      return i === j ? paint("green", cell) : count === 0 ? paint("dim", cell) : cell;
    });
    lines.push(padEnd(names[i]!, nameWidth) + cells.join(""));
  });
  if (columnCount < view.columnCount)
    lines.push(paint("yellow", `! ${view.columnCount - columnCount} more columns do not fit`));
  if (view.statistics !== undefined && view.counts.length > 0)
    lines.push("", ...statisticsLines(view, names, nameWidth, paint));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function statisticsLines(view: ConfusionView, names: readonly string[], nameWidth: number, paint: Paint): string[] {
  const head =
    padEnd("class", nameWidth) + ["support", "prec", "recall", "F1"].map((title) => title.padStart(8)).join("");
  const body = view.statistics!.classes.slice(0, names.length).map(({ support, precision, recall, f1 }, i) => {
    const cells = [formatCount(support), formatPercent(precision), formatPercent(recall), formatPercent(f1)];
    return padEnd(names[i]!, nameWidth) + cells.map((cell) => cell.padStart(8)).join("");
  });
  return [paint("dim", head), ...body];
}
