/** @file Where the columns of a table stand, and which of them are in view: a table of 500 columns is a dozen cells per row. */

/** What is known of a column. */
export interface ColumnSize {
  /** Usual width, in CSS pixels. */
  readonly width: number;
  /** Share of the room that is left; absent for a column that never grows. */
  readonly grow?: number;
  /** Width that someone gave it; it neither grows nor shrinks. */
  readonly chosenWidth?: number;
  /** Stays in view; pinned columns come first. */
  readonly pinned: boolean;
}

/** A column in its place. */
export interface PlacedColumn<T> {
  readonly column: T;
  /** From the left edge of the table, in CSS pixels. */
  readonly left: number;
  readonly width: number;
  readonly pinned: boolean;
}

/** All columns in their places. */
export interface ColumnLayout<T> {
  readonly columns: readonly PlacedColumn<T>[];
  readonly totalWidth: number;
  /** Width of what stays in view at the left. */
  readonly pinnedWidth: number;
}

/**
 * Places columns side by side and gives those that may grow what is left of the view.
 *
 * @param columns - Pinned ones first.
 * @param startX - Where the first column begins, in CSS pixels.
 */
export function layOutColumns<T extends ColumnSize>(
  columns: readonly T[],
  startX: number,
  viewWidth: number,
): ColumnLayout<T> {
  const base = columns.map(({ width, chosenWidth }) => chosenWidth ?? width);
  const shares = columns.map(({ grow, chosenWidth }) => (chosenWidth === undefined ? (grow ?? 0) : 0));
  const allShares = shares.reduce((sum, share) => sum + share, 0);
  const left = Math.max(0, viewWidth - startX - base.reduce((sum, width) => sum + width, 0));
  const placed: PlacedColumn<T>[] = [];
  let x = startX;
  columns.forEach((column, at) => {
    const extra = allShares > 0 ? Math.floor((left * shares[at]!) / allShares) : 0;
    const width = base[at]! + extra;
    placed.push({ column, left: x, width, pinned: column.pinned });
    x += width;
  });
  const lastPinned = placed.findLast(({ pinned }) => pinned);
  const pinnedWidth = lastPinned === undefined ? startX : lastPinned.left + lastPinned.width;
  return { columns: placed, totalWidth: x, pinnedWidth };
}

/** Indices of columns that are in view, the end excluded. Pinned ones are always in view and not counted. */
export interface ColumnRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The columns that are in view beside the pinned ones.
 *
 * @param overscan - CSS pixels beyond the edges of the view.
 */
export function columnsInView(
  { columns, pinnedWidth }: Pick<ColumnLayout<unknown>, "columns" | "pinnedWidth">,
  scrollLeft: number,
  viewWidth: number,
  overscan: number,
): ColumnRange {
  const first = columns.findIndex(({ pinned }) => !pinned);
  if (first < 0) return { from: columns.length, to: columns.length };
  const [start, end] = [scrollLeft + pinnedWidth - overscan, scrollLeft + viewWidth + overscan];
  const from = firstWhere(columns, first, ({ left, width }) => left + width > start);
  return { from, to: firstWhere(columns, from, ({ left }) => left >= end) };
}

/** The first index from `from` on whose column passes; columns ascend, so half of them is left out at each look. */
function firstWhere<T>(columns: readonly T[], from: number, passes: (column: T) => boolean): number {
  let [low, high] = [from, columns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(columns[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Moves one entry of an order beside another: before it when it comes from behind, else behind it. */
export function movedTo<T>(order: readonly T[], from: number, to: number): readonly T[] {
  const moved = order[from];
  if (moved === undefined || to < 0 || to >= order.length) return order;
  return order.toSpliced(from, 1).toSpliced(to, 0, moved);
}
