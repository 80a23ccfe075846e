/**
 * @file Tables that fit the terminal.
 *
 * Columns first give up room (down to their `minWidth`, the widest first), then the last ones that may be dropped are dropped and named below the
 * table, so that nothing disappears in silence. A pipe has no width and gets everything.
 */
import { clipText, padText, textWidth, visibleText, wrapText } from "./text-width.ts";

/** One column of a table of `Row`s. */
export interface TableColumn<Row> {
  readonly title: string;
  /** The cell's plain text. */
  readonly value: (row: Row) => string;
  readonly align?: "left" | "right";
  /** Narrowest width that is still of use, in cells; the column never shrinks when absent. */
  readonly minWidth?: number;
  /** The column may be left out when the table does not fit. */
  readonly optional?: boolean;
  /** Colours the padded cell. */
  readonly paint?: (cell: string, row: Row) => string;
}

/** How to draw a table. */
export interface TableOptions {
  /** Cells of the terminal; `Infinity` for a pipe. */
  readonly width: number;
  /** Colours the line of titles. */
  readonly paintTitles?: (line: string) => string;
}

const GAP = "  ";

/** Draws rows under titles, one line each, within `width` cells. Returns the lines without a final line break. */
export function renderTable<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  options: TableOptions,
): string {
  const cells = columns.map((column) => rows.map((row) => visibleText(column.value(row))));
  const natural = columns.map((column, c) => Math.max(textWidth(column.title), ...maxOf(cells[c] ?? [])));
  const shown = columnsThatFit(columns, natural, options.width);
  const widths = shrinkToFit(columns, natural, shown, options.width);

  const line = (text: (c: number) => string, paint: (c: number, cell: string) => string) =>
    shown
      .map((c) => {
        const column = columns[c];
        return paint(c, padText(clipText(text(c), widths[c] ?? 0), widths[c] ?? 0, column?.align ?? "left"));
      })
      .join(GAP)
      .trimEnd();
  const titles = line(
    (c) => visibleText(columns[c]?.title ?? ""),
    (_, cell) => cell,
  );
  const body = rows.map((row, r) =>
    line(
      (c) => cells[c]?.[r] ?? "",
      (c, cell) => columns[c]?.paint?.(cell, row) ?? cell,
    ),
  );
  const paintTitles = options.paintTitles ?? ((text) => text);
  return [paintTitles(titles), ...body, ...namesOfDropped(columns, shown, options.width)].join("\n");
}

/** Widest of the texts, without spreading a column of 100,000 rows over the arguments of one call. */
function maxOf(texts: readonly string[]): [number] {
  return [texts.reduce((widest, text) => Math.max(widest, textWidth(text)), 0)];
}

function columnsThatFit<Row>(
  columns: readonly TableColumn<Row>[],
  natural: readonly number[],
  width: number,
): number[] {
  const shown = columns.map((_, c) => c);
  const least = (c: number) => Math.min(natural[c] ?? 0, columns[c]?.minWidth ?? natural[c] ?? 0);
  const needed = () => shown.reduce((sum, c) => sum + least(c), 0) + GAP.length * (shown.length - 1);
  while (needed() > width) {
    const last = shown.findLastIndex((c) => columns[c]?.optional === true);
    if (last < 0) break;
    shown.splice(last, 1);
  }
  return shown;
}

function shrinkToFit<Row>(
  columns: readonly TableColumn<Row>[],
  natural: readonly number[],
  shown: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  const total = () => shown.reduce((sum, c) => sum + (widths[c] ?? 0), 0) + GAP.length * (shown.length - 1);
  for (let over = total() - width; over > 0 && Number.isFinite(over); over = total() - width) {
    const shrinkable = shown.filter((c) => (widths[c] ?? 0) > (columns[c]?.minWidth ?? Infinity));
    const widest = shrinkable.reduce<number | undefined>(
      (a, b) => (a === undefined || (widths[b] ?? 0) > (widths[a] ?? 0) ? b : a),
      undefined,
    );
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function namesOfDropped<Row>(columns: readonly TableColumn<Row>[], shown: readonly number[], width: number): string[] {
  const dropped = columns.filter((_, c) => !shown.includes(c)).map((column) => visibleText(column.title));
  return dropped.length === 0 ? [] : wrapText(`(too narrow for ${dropped.join(", ")})`, width);
}
