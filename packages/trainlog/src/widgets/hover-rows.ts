import type { ChartLayout } from "../log/render/chart-layout.ts";

/** A row that the pointer can be over. */
export interface HoverRow {
  readonly row: number;
  /** Pixels from the left of the picture. */
  readonly x: number;
}

/** Rows of a chart from left to right; those of one x in the order of the log. */
export function hoverRows({ rows, plot, xScale, hasPoints }: ChartLayout): HoverRow[] {
  if (!hasPoints) return [];
  const placed = rows.xs.map((x, row) => ({ row, x: plot.left + xScale.position(x) * plot.width }));
  return placed.sort((a, b) => a.x - b.x);
}

/** Index of the row nearest to `x`, by bisection; −1 when there is none. */
export function nearestRow(rows: readonly HoverRow[], x: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.x < x) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && x - rows[low - 1]!.x <= rows[low]!.x - x) return low - 1;
  return rows.length === 0 ? -1 : low;
}
