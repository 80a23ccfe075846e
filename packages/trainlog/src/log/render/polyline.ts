/** @file From a million points to the few that a picture of some hundred pixels can show. */

/** A point in pixels. */
interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

/** A drawn series. */
export interface Polyline {
  /** Connected stretches; a value that has no place (NaN, ±Infinity, ≤ 0 on a logarithmic axis) ends one. */
  readonly segments: readonly (readonly PixelPoint[])[];
  /** x of each +Infinity, one per pixel column. */
  readonly upMarks: readonly number[];
  /** x of each −Infinity, one per pixel column. */
  readonly downMarks: readonly number[];
}

/** How a series is drawn. */
export interface PolylineOptions {
  /** Draw on across NaN instead of ending the stretch; for series that are not reported in every row. */
  readonly bridgeNaN?: boolean;
}

/** What places points. */
export interface Placement {
  /** Pixel x of row `i`. */
  readonly x: (row: number) => number;
  /** Pixel y of a value; NaN when it has none. */
  readonly y: (value: number) => number;
}

/**
 * Lays a series out in pixels. Of consecutive points in one pixel column only the first, the lowest, the highest and the last are kept, which draws the
 * same picture (the M4 aggregation of Jugel et al., VLDB 2014).
 *
 * @param values - Shape `[n]`.
 */
export function layPolyline(
  values: ArrayLike<number>,
  rowCount: number,
  place: Placement,
  { bridgeNaN = false }: PolylineOptions = {},
): Polyline {
  const segments: PixelPoint[][] = [];
  const upMarks = new Set<number>();
  const downMarks = new Set<number>();
  let segment: PixelPoint[] = [];
  let column = new PixelColumn();
  const flush = (): void => {
    segment.push(...column.points());
    column = new PixelColumn();
  };
  const end = (): void => {
    flush();
    if (segment.length > 0) segments.push(segment);
    segment = [];
  };
  for (let row = 0; row < Math.min(rowCount, values.length); row++) {
    const value = values[row]!;
    if (bridgeNaN && Number.isNaN(value)) continue;
    const x = place.x(row);
    const y = Number.isFinite(value) ? place.y(value) : Number.NaN;
    if (value === Infinity) upMarks.add(Math.round(x));
    if (value === -Infinity) downMarks.add(Math.round(x));
    if (Number.isNaN(y)) {
      end();
      continue;
    }
    if (!column.accepts(x)) flush();
    column.add({ x, y });
  }
  end();
  return { segments, upMarks: [...upMarks], downMarks: [...downMarks] };
}

/**
 * Whether most reported values of a series stand alone between NaNs: a metric logged every tenth step beside one of every step. Then NaN means "not
 * reported", and the values belong on one line; elsewhere NaN is a gap worth seeing.
 */
export function isSparse(values: ArrayLike<number>): boolean {
  let reported = 0;
  let alone = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    reported++;
    const hasNeighbour =
      (i > 0 && !Number.isNaN(values[i - 1]!)) || (i + 1 < values.length && !Number.isNaN(values[i + 1]!));
    if (!hasNeighbour) alone++;
  }
  return reported > 1 && alone > reported / 2;
}

/** Consecutive points that fall into one pixel column. */
class PixelColumn {
  #kept: { first: PixelPoint; low: PixelPoint; high: PixelPoint; last: PixelPoint; lowFirst: boolean } | undefined;

  accepts(x: number): boolean {
    return this.#kept === undefined || Math.floor(x) === Math.floor(this.#kept.first.x);
  }

  add(point: PixelPoint): void {
    const kept = this.#kept;
    if (kept === undefined) {
      this.#kept = { first: point, low: point, high: point, last: point, lowFirst: true };
      return;
    }
    kept.last = point;
    if (point.y > kept.low.y) {
      kept.low = point;
      kept.lowFirst = false;
    }
    if (point.y < kept.high.y) {
      kept.high = point;
      kept.lowFirst = true;
    }
  }

  /** The kept points in the order in which they came, each once. */
  points(): PixelPoint[] {
    if (this.#kept === undefined) return [];
    const { first, low, high, last, lowFirst } = this.#kept;
    return [...new Set(lowFirst ? [first, low, high, last] : [first, high, low, last])];
  }
}
