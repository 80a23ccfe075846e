/**
 * @file Buckets: what a chart shows of a series. A uniform grid over x is filled from points and from whole cells, in arrival order, and only the
 * buckets that got something come out.
 */
import { FINITE, FIRST, LAST, MAX, MIN, SUM } from "./cell.ts";
import { isAscending } from "./point-columns.ts";

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
  /** True when `at` nowhere goes back and is a number everywhere. */
  readonly ascends: boolean;
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
   * Adds those of the points `[start, end)` whose x lies between the grid's ends.
   *
   * Neighbours mostly share a bucket, so the points are taken in runs of one bucket; where x ascends, a run's end is found by search, and most points
   * are never asked for their bucket.
   */
  addPoints(points: AxisPoints, start: number, end: number): void {
    for (let i = start; i < end; ) {
      const bucket = this.#placeOf(points, i);
      const stop = points.ascends
        ? this.#searchRunEnd(points, i, end, bucket)
        : this.#scanRunEnd(points, i, end, bucket);
      if (bucket >= 0 && bucket <= this.#lastBucket) {
        this.#addExtent(bucket, points, i, stop);
        this.#addValues(bucket, points.values, i, stop);
      }
      i = stop;
    }
  }

  /** Bucket of point `i`: −1 before the grid (and for an x that is no number), one past the last bucket behind it. Grows with x as {@link bucketOf}. */
  #placeOf({ at, origin, divisor }: AxisPoints, i: number): number {
    const x = (at[i]! - origin) / divisor;
    if (!(x >= this.#from)) return -1;
    return x > this.#to ? this.#lastBucket + 1 : this.bucketOf(x);
  }

  /** First point after `start` that is not in `bucket`, where x ascends: steps that double until one is too far, then halving (Bentley & Yao 1976). */
  #searchRunEnd(points: AxisPoints, start: number, end: number, bucket: number): number {
    if (this.#placeOf(points, end - 1) === bucket) return end;
    let inside = start;
    let outside = end - 1;
    for (let step = 1; inside + step < outside; step *= 2) {
      if (this.#placeOf(points, inside + step) === bucket) inside += step;
      else outside = inside + step;
    }
    while (inside + 1 < outside) {
      const middle = (inside + outside) >> 1;
      if (this.#placeOf(points, middle) === bucket) inside = middle;
      else outside = middle;
    }
    return outside;
  }

  #scanRunEnd(points: AxisPoints, start: number, end: number, bucket: number): number {
    let stop = start + 1;
    while (stop < end && this.#placeOf(points, stop) === bucket) stop++;
    return stop;
  }

  #addExtent(bucket: number, { at, origin, divisor, ascends }: AxisPoints, start: number, end: number): void {
    let min = at[start]!;
    let max = at[end - 1]!;
    for (let i = start; i < end && !ascends; i++) {
      if (at[i]! < min) min = at[i]!;
      if (at[i]! > max) max = at[i]!;
    }
    this.#widen(bucket, (min - origin) / divisor, (max - origin) / divisor);
  }

  #widen(bucket: number, minX: number, maxX: number): void {
    if (minX < this.#x[bucket]!) this.#x[bucket] = minX;
    if (maxX > this.#xEnd[bucket]!) this.#xEnd[bucket] = maxX;
  }

  #addValues(bucket: number, values: Float64Array, start: number, end: number): void {
    let min = this.#min[bucket]!;
    let max = this.#max[bucket]!;
    let sum = this.#sum[bucket]!;
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
    // A sum of which all parts are finite is finite, or it overflowed: one test instead of one per value.
    if (!Number.isFinite(sum)) {
      this.#addOddValues(bucket, values, start, end);
      return;
    }
    this.#min[bucket] = min;
    this.#max[bucket] = max;
    this.#sum[bucket] = sum;
    if (this.#count[bucket] === 0) this.#first[bucket] = values[start]!;
    this.#last[bucket] = values[end - 1]!;
    this.#count[bucket]! += end - start;
  }

  /** Adds values of which some may be NaN or infinite. */
  #addOddValues(bucket: number, values: Float64Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) {
        this.#nonFinite[bucket]!++;
        continue;
      }
      if (value < this.#min[bucket]!) this.#min[bucket] = value;
      if (value > this.#max[bucket]!) this.#max[bucket] = value;
      this.#sum[bucket]! += value;
      if (this.#count[bucket] === 0) this.#first[bucket] = value;
      this.#last[bucket] = value;
      this.#count[bucket]!++;
    }
  }

  /** Adds the cell at `offset` of `cells`, which has `points` points, all of them in `bucket`, from x `minX` to `maxX`. */
  addCell(bucket: number, minX: number, maxX: number, points: number, cells: Float64Array, offset: number): void {
    this.#widen(bucket, minX, maxX);
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
