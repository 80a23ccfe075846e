/**
 * @file Buckets: what a chart shows of a series. A uniform grid over x is filled from points and from whole cells, in arrival order, and only the
 * buckets that got something come out.
 */
import { FINITE, FIRST, LAST, MAX, MIN, SUM } from "./cell.ts";

/**
 * A series as buckets, column by column. All arrays have shape `[n]`, ordered by x; `n` is the number of buckets that hold points.
 *
 * `min`, `max`, `mean`, `first` and `last` are over the finite values, NaN in a bucket that has none.
 */
export interface SeriesBuckets {
  /** Smallest x of the bucket's points: its first point's, unless x goes back. */
  readonly x: Float64Array;
  /** Largest x of the bucket's points. */
  readonly xEnd: Float64Array;
  /** Finite values. */
  readonly count: Uint32Array;
  /** NaN and ±Infinity. */
  readonly nonFinite: Uint32Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  /** First finite value in arrival order. */
  readonly first: Float64Array;
  /** Last finite value in arrival order. */
  readonly last: Float64Array;
  /** Points in the range, finite or not. */
  readonly totalPoints: number;
  /** True when every bucket is one raw point. */
  readonly exact: boolean;
  /** The raw values, NaN and ±Infinity included, when `exact`; of length 0 when not. */
  readonly values: Float64Array;
}

/** Raw points with what makes an x of them: `(at - origin) / divisor`. */
export interface AxisPoints {
  readonly at: Float64Array;
  readonly values: Float64Array;
  readonly origin: number;
  readonly divisor: number;
}

/** `count` uniform buckets over `[from, to]`, both ends included, being filled. */
export class BucketGrid {
  readonly #from: number;
  readonly #to: number;
  readonly #perX: number;
  readonly #lastBucket: number;
  readonly #x: Float64Array;
  readonly #xEnd: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #sum: Float64Array;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #count: Uint32Array;
  readonly #nonFinite: Uint32Array;

  constructor(from: number, to: number, count: number) {
    this.#from = from;
    this.#to = to;
    // Halves first: `to - from` itself would overflow between the ends of the number line.
    const perX = count / 2 / (to / 2 - from / 2);
    this.#perX = Number.isFinite(perX) ? perX : 0;
    this.#lastBucket = count - 1;
    this.#x = new Float64Array(count).fill(Infinity);
    this.#xEnd = new Float64Array(count).fill(-Infinity);
    this.#min = new Float64Array(count).fill(Infinity);
    this.#max = new Float64Array(count).fill(-Infinity);
    this.#sum = new Float64Array(count);
    this.#first = new Float64Array(count).fill(Number.NaN);
    this.#last = new Float64Array(count).fill(Number.NaN);
    this.#count = new Uint32Array(count);
    this.#nonFinite = new Uint32Array(count);
  }

  /** The bucket of `x`, which must lie in `[from, to]`. Never decreases as x grows, so two ends in one bucket mean that all between is in it too. */
  bucketOf(x: number): number {
    const inGrid = (x - this.#from) * this.#perX;
    return inGrid < this.#lastBucket ? inGrid | 0 : this.#lastBucket;
  }

  /**
   * Adds those of the points `[start, end)` whose x, `(at − origin) / divisor`, lies between the grid's ends.
   *
   * Neighbours mostly share a bucket, so its figures are kept in local variables until the bucket changes: this loop is what a query costs.
   */
  addPoints({ at, values, origin, divisor }: AxisPoints, start: number, end: number): void {
    const [from, to, perX, lastBucket] = [this.#from, this.#to, this.#perX, this.#lastBucket];
    let bucket = -1;
    // NaN and not 0 where the variable holds a float64, so that the compiler keeps it in a register as one.
    let x = Number.NaN;
    let xEnd = Number.NaN;
    let min = Number.NaN;
    let max = Number.NaN;
    let sum = Number.NaN;
    let first = Number.NaN;
    let last = Number.NaN;
    let count = 0;
    let nonFinite = 0;
    for (let i = start; i < end; i++) {
      const pointX = (at[i]! - origin) / divisor;
      if (!(pointX >= from && pointX <= to)) continue;
      const inGrid = (pointX - from) * perX;
      const of = inGrid < lastBucket ? inGrid | 0 : lastBucket;
      if (of !== bucket) {
        if (bucket >= 0) this.#store(bucket, x, xEnd, min, max, sum, first, last, count, nonFinite);
        bucket = of;
        x = this.#x[of]!;
        xEnd = this.#xEnd[of]!;
        min = this.#min[of]!;
        max = this.#max[of]!;
        sum = this.#sum[of]!;
        first = this.#first[of]!;
        last = this.#last[of]!;
        count = this.#count[of]!;
        nonFinite = this.#nonFinite[of]!;
      }
      if (pointX < x) x = pointX;
      if (pointX > xEnd) xEnd = pointX;
      const value = values[i]!;
      // A difference with itself is 0 for finite numbers alone, and cheaper than a call in this hottest of loops.
      if (value - value !== 0) {
        nonFinite++;
        continue;
      }
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      if (count === 0) first = value;
      last = value;
      count++;
    }
    if (bucket >= 0) this.#store(bucket, x, xEnd, min, max, sum, first, last, count, nonFinite);
  }

  #store(
    bucket: number,
    x: number,
    xEnd: number,
    min: number,
    max: number,
    sum: number,
    first: number,
    last: number,
    count: number,
    nonFinite: number,
  ): void {
    this.#x[bucket] = x;
    this.#xEnd[bucket] = xEnd;
    this.#min[bucket] = min;
    this.#max[bucket] = max;
    this.#sum[bucket] = sum;
    this.#first[bucket] = first;
    this.#last[bucket] = last;
    this.#count[bucket] = count;
    this.#nonFinite[bucket] = nonFinite;
  }

  /** Adds the cell at `offset` of `cells`, which has `points` points, all of them in `bucket`, from x `minX` to `maxX`. */
  addCell(bucket: number, minX: number, maxX: number, points: number, cells: Float64Array, offset: number): void {
    if (minX < this.#x[bucket]!) this.#x[bucket] = minX;
    if (maxX > this.#xEnd[bucket]!) this.#xEnd[bucket] = maxX;
    const finite = cells[offset + FINITE]!;
    this.#nonFinite[bucket]! += points - finite;
    if (finite === 0) return;
    if (cells[offset + MIN]! < this.#min[bucket]!) this.#min[bucket] = cells[offset + MIN]!;
    if (cells[offset + MAX]! > this.#max[bucket]!) this.#max[bucket] = cells[offset + MAX]!;
    this.#sum[bucket]! += cells[offset + SUM]!;
    if (this.#count[bucket] === 0) this.#first[bucket] = cells[offset + FIRST]!;
    this.#last[bucket] = cells[offset + LAST]!;
    this.#count[bucket]! += finite;
  }

  /** The buckets that got points. */
  finish(): SeriesBuckets {
    const filled = new Uint32Array(this.#count.length);
    let n = 0;
    let totalPoints = 0;
    for (let bucket = 0; bucket < filled.length; bucket++) {
      const points = this.#count[bucket]! + this.#nonFinite[bucket]!;
      if (points > 0) filled[n++] = bucket;
      totalPoints += points;
    }
    const used = filled.subarray(0, n);
    const min = gather(this.#min, used);
    const max = gather(this.#max, used);
    const count = gatherCounts(this.#count, used);
    const mean = gather(this.#sum, used);
    for (let i = 0; i < n; i++) {
      if (count[i] === 0) min[i] = max[i] = mean[i] = Number.NaN;
      else mean[i] = meanOf(mean[i]!, count[i]!, min[i]!, max[i]!);
    }
    return {
      x: gather(this.#x, used),
      xEnd: gather(this.#xEnd, used),
      count,
      nonFinite: gatherCounts(this.#nonFinite, used),
      min,
      max,
      mean,
      first: gather(this.#first, used),
      last: gather(this.#last, used),
      totalPoints,
      exact: false,
      values: new Float64Array(0),
    };
  }
}

/** Raw points as buckets of one point each, ordered by x; points of equal x stay in arrival order. */
export function exactBuckets(xs: Float64Array, values: Float64Array): SeriesBuckets {
  const order = Uint32Array.from(xs, (_, i) => i);
  if (!isAscending(xs)) order.sort((a, b) => xs[a]! - xs[b]! || a - b);
  const x = gather(xs, order);
  const sorted = gather(values, order);
  const finite = sorted.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  return {
    x,
    xEnd: x,
    count: Uint32Array.from(sorted, (value) => (Number.isFinite(value) ? 1 : 0)),
    nonFinite: Uint32Array.from(sorted, (value) => (Number.isFinite(value) ? 0 : 1)),
    min: finite,
    max: finite,
    mean: finite,
    first: finite,
    last: finite,
    totalPoints: x.length,
    exact: true,
    values: sorted,
  };
}

/** Kept between the extremes: a sum of huge values may overflow, and one of equal values may round past them. */
function meanOf(sum: number, count: number, min: number, max: number): number {
  const mean = sum / count;
  return Number.isNaN(mean) ? min / 2 + max / 2 : Math.min(max, Math.max(min, mean));
}

function gather(values: Float64Array, order: Uint32Array): Float64Array {
  const gathered = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) gathered[i] = values[order[i]!]!;
  return gathered;
}

function gatherCounts(counts: Uint32Array, order: Uint32Array): Uint32Array {
  const gathered = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) gathered[i] = counts[order[i]!]!;
  return gathered;
}

function isAscending(xs: Float64Array): boolean {
  for (let i = 1; i < xs.length; i++) if (xs[i]! < xs[i - 1]!) return false;
  return true;
}
