/**
 * @file Which rows of a very long list are in view.
 *
 * Browsers draw nothing beyond some height (Firefox 17.9 million CSS pixels, Chromium 33.5 million), and a million lines of 20 pixels are more than that. So a longer list gets
 * a scroll bar of {@link MAX_HEIGHT}, each pixel of which stands for a little more than one, and the rows are placed around the middle of the view.
 */

/** Highest box that every browser draws, in CSS pixels, with room to spare. */
export const MAX_HEIGHT = 12_000_000;

/** Rows made beyond the edges of the view, so that quick scrolling shows no holes. */
const OVERSCAN = 12;

/** Where a list stands, in CSS pixels. */
export interface ListScroll {
  readonly scrollTop: number;
  /** Height of the window onto it. */
  readonly viewHeight: number;
  readonly rowCount: number;
  readonly rowHeight: number;
}

/** Rows to make, and where. */
export interface ListWindow {
  /** First row to make. */
  readonly first: number;
  /** One beyond the last. */
  readonly end: number;
  /** Position of the first one from the top of the box. */
  readonly top: number;
  /** Height of the box that scrolls. */
  readonly height: number;
}

/** Rows in view and a few around them. */
export function listWindow({ scrollTop, viewHeight, rowCount, rowHeight }: ListScroll): ListWindow {
  const fullHeight = rowCount * rowHeight;
  const height = Math.min(fullHeight, MAX_HEIGHT);
  const offset = clamp(scrollTop, 0, Math.max(0, height - viewHeight));
  const fullOffset = offset * scaleOf(fullHeight, height, viewHeight);
  const first = clamp(Math.floor(fullOffset / rowHeight) - OVERSCAN, 0, rowCount);
  const end = clamp(Math.ceil((fullOffset + viewHeight) / rowHeight) + OVERSCAN, 0, rowCount);
  return { first, end, top: offset - (fullOffset - first * rowHeight), height };
}

/** Scroll position that brings a row to the middle of the view. */
export function scrollTopOf(row: number, { viewHeight, rowCount, rowHeight }: Omit<ListScroll, "scrollTop">): number {
  const fullHeight = rowCount * rowHeight;
  const height = Math.min(fullHeight, MAX_HEIGHT);
  const fullOffset = clamp(row * rowHeight - (viewHeight - rowHeight) / 2, 0, Math.max(0, fullHeight - viewHeight));
  return fullOffset / scaleOf(fullHeight, height, viewHeight);
}

/** Pixels of the list per pixel of the scroll bar: both ends meet both ends. */
function scaleOf(fullHeight: number, height: number, viewHeight: number): number {
  return height <= viewHeight ? 1 : (fullHeight - viewHeight) / (height - viewHeight);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
