/**
 * @file How groups of charts share the width of the page: small groups stand beside each other, a large one has rows of its own, and the charts of a
 * row share all of its width, so that a page of many small groups has no holes. The order of groups stays.
 */

/** Where one group stands. */
export interface GroupPlace {
  /** Tracks of the page's grid that the group takes. */
  readonly span: number;
  /** Charts beside each other inside the group. */
  readonly columns: number;
}

/** Places of all groups, and the number of equal tracks of the page's grid. */
export interface GroupLayout {
  readonly tracks: number;
  readonly places: readonly GroupPlace[];
}

/** Chart columns of the widest page: wider charts say more than more of them. */
const MOST_COLUMNS = 6;

/**
 * Chart columns that fit a width.
 *
 * @param width - Of all groups, in CSS pixels.
 * @param gap - Between charts, in CSS pixels.
 * @param leastWidth - Of a chart, in CSS pixels.
 */
export function columnsOf(width: number, gap: number, leastWidth: number): number {
  return Math.min(MOST_COLUMNS, Math.max(1, Math.floor((width + gap) / (leastWidth + gap))));
}

/**
 * Places groups row by row.
 *
 * @param counts - Charts of each group; 0 for a folded group, whose title has a row of its own.
 * @param columns - Chart columns that fit the page, at least 1.
 *
 * @example
 * layoutGroups([2, 1, 7], 3); // two and one share a row, seven have three rows
 */
export function layoutGroups(counts: readonly number[], columns: number): GroupLayout {
  const tracks = commonMultiple(columns);
  const places: GroupPlace[] = [];
  for (const row of rowsOf(counts, columns)) {
    const charts = row.reduce((sum, count) => sum + count, 0);
    // A chart that is alone is at most twice as wide as others: a line of 1,300 × 200 pixels is hard to read.
    const parts = Math.min(columns, Math.max(charts, Math.ceil(columns / 2)));
    for (const count of row) {
      const whole = count === 0 || count >= columns;
      places.push(whole ? { span: tracks, columns } : { span: (tracks * count) / parts, columns: count });
    }
  }
  return { tracks, places };
}

/** Groups that share a row; a folded group and one that fills a row are alone. */
function rowsOf(counts: readonly number[], columns: number): number[][] {
  const rows: number[][] = [];
  let room = 0;
  for (const count of counts) {
    const shares = count > 0 && count <= room;
    if (shares) rows.at(-1)!.push(count);
    else rows.push([count]);
    room = (shares ? room : count === 0 ? 0 : columns) - count;
  }
  return rows;
}

/** Least number of tracks that 1, 2, … `columns` equal parts divide. */
function commonMultiple(columns: number): number {
  let tracks = 1;
  for (let parts = 2; parts <= columns; parts++) tracks = (tracks / commonDivisor(tracks, parts)) * parts;
  return tracks;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
