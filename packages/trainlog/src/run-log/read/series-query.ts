/**
 * @file Bucketed series: an exact reduction of a metric to what a chart can show.
 *
 * The walk goes over the metric in arrival order, from the coarsest level of the pyramid down. A cell whose x extent lies in one bucket is added
 * whole; a cell across a border is opened, at level 0 by reading its raw points. So every bucket is exact, also when steps repeat or go back, and
 * a million points in 1,500 buckets cost some 15,000 cells and the raw points of 1,500 borders.
 */
import { describeValue, TrainlogError } from "../../run/error.ts";
import { type AxisPoints, BucketGrid, exactBuckets, type SeriesBuckets } from "./buckets.ts";
import { CELL_FAN_OUT, CELL_POINTS, CELL_STRIDE, MAX_STEP, MAX_WALL, MIN_STEP, MIN_WALL } from "./cell.ts";
import { extentOf, type MetricTable } from "./metric-table.ts";
import type { PointColumns } from "./point-columns.ts";
import type { CellList } from "./pyramid.ts";

/** Most buckets of one query. */
export const MAX_BUCKETS = 100_000;

/** What is asked of a series. */
export interface SeriesQuery {
  /** The x axis: the step, milliseconds since 1970, or seconds since the first row of the run. */
  readonly x: "step" | "wall" | "relative";
  /** Smallest x, included; the metric's own when absent. */
  readonly from?: number;
  /** Largest x, included; the metric's own when absent. */
  readonly to?: number;
  /** Most buckets, from 1 to {@link MAX_BUCKETS}. */
  readonly buckets: number;
}

/** Raw points of one metric from arrival index `first` on, as many as lie together. */
export interface PointChunk extends PointColumns {
  readonly first: number;
  /** Index after the last point that this chunk stands for. Beyond `first + values.length` when the rest cannot be read. */
  readonly end: number;
}

/** Gives the chunk with point `point` of metric `metric`. */
export type ReadChunk = (metric: number, point: number) => PointChunk;

/** The index and raw points that a query runs on. */
export interface SeriesSource {
  readonly table: MetricTable;
  readonly readChunk: ReadChunk;
  /** Wall time of the run's first row, milliseconds since 1970. */
  readonly firstWallMs: number;
}

/** How x comes out of a step or wall time: `(value - origin) / divisor`. */
interface Axis {
  readonly name: "step" | "wall";
  readonly minField: number;
  readonly maxField: number;
  readonly origin: number;
  readonly divisor: number;
}

/** A chunk as it lies on the axis. */
interface AxisChunk {
  readonly chunk: PointChunk;
  readonly points: AxisPoints;
}

/** What takes the points and cells of a walk. */
interface WalkSink {
  /** Takes the cell and says true, or says false to get what is below it. The cell's x extent meets the range. */
  takeCell(minX: number, maxX: number, points: number, cells: Float64Array, offset: number): boolean;
  /** Takes those of the points `[start, end)` that lie in the range. */
  takePoints(points: AxisPoints, start: number, end: number): void;
}

/**
 * Reduces metric `metric` to buckets.
 *
 * @throws TrainlogError `series/bad-query` for a bucket count or range that means nothing.
 */
export function querySeries(source: SeriesSource, metric: number | undefined, query: SeriesQuery): SeriesBuckets {
  checkQuery(query);
  if (metric === undefined || source.table.countOf(metric) === 0) return NO_POINTS;
  const axis = axisOf(query.x, source.firstWallMs);
  const walk = new Walk(source, metric, axis, query.from ?? -Infinity, query.to ?? Infinity);
  const range = walk.finiteRange();
  if (range === undefined) return NO_POINTS;
  const [from, to] = range;
  const count = new CountSink(from, to, query.buckets);
  walk.run(count, from, to);
  if (count.points <= query.buckets) {
    const points = new PointSink(from, to, count.points);
    walk.run(points, from, to);
    return points.finish();
  }
  const buckets = new BucketSink(from, to, query.buckets);
  walk.run(buckets, from, to);
  return buckets.grid.finish();
}

const NO_POINTS: SeriesBuckets = exactBuckets(new Float64Array(0), new Float64Array(0));

/** Checks a query. @throws TrainlogError `series/bad-query`. */
function checkQuery({ buckets, from, to }: SeriesQuery): void {
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > MAX_BUCKETS) {
    badQuery(`buckets: expected a whole number from 1 to ${MAX_BUCKETS}, got ${describeValue(buckets)}`);
  }
  if (Number.isNaN(from)) badQuery("from: expected a number, got NaN");
  if (Number.isNaN(to)) badQuery("to: expected a number, got NaN");
}

function badQuery(message: string): never {
  throw new TrainlogError("series/bad-query", `series: ${message}`, { status: 400 });
}

function axisOf(x: SeriesQuery["x"], firstWallMs: number): Axis {
  if (x === "step") return { name: "step", minField: MIN_STEP, maxField: MAX_STEP, origin: 0, divisor: 1 };
  const wall = { name: "wall", minField: MIN_WALL, maxField: MAX_WALL } as const;
  return x === "wall" ? { ...wall, origin: 0, divisor: 1 } : { ...wall, origin: firstWallMs, divisor: 1000 };
}

/** Points in a cell of each level; more levels than 2^53 points could fill. */
const POINTS_BY_LEVEL: readonly number[] = Array.from(
  { length: 13 },
  (_, level) => CELL_POINTS * CELL_FAN_OUT ** level,
);

/** A walk over one metric, with one x axis. */
class Walk {
  readonly #source: SeriesSource;
  readonly #metric: number;
  readonly #axis: Axis;
  readonly #count: number;
  readonly #asked: readonly [number, number];
  readonly #levels: readonly CellList[];
  #from = -Infinity;
  #to = Infinity;
  #chunk: AxisChunk | undefined;

  constructor(source: SeriesSource, metric: number, axis: Axis, from: number, to: number) {
    this.#source = source;
    this.#metric = metric;
    this.#axis = axis;
    this.#count = source.table.countOf(metric);
    this.#asked = [from, to];
    this.#levels = source.table.pyramidOf(metric)?.levels ?? [];
  }

  /** The asked range, cut to where the metric has points; `undefined` when that leaves nothing. */
  finiteRange(): readonly [number, number] | undefined {
    const { name, origin, divisor } = this.#axis;
    const extent = extentOf(this.#source.table.totalOf(this.#metric), name);
    if (extent === undefined) return undefined;
    let min = (extent[0] - origin) / divisor;
    let max = (extent[1] - origin) / divisor;
    // Only wall times that are not numbers leave an extent unbounded; such a metric is read through.
    if (!Number.isFinite(min) || !Number.isFinite(max)) [min, max] = this.#readExtent();
    const from = this.#asked[0] === -Infinity ? min : this.#asked[0];
    const to = this.#asked[1] === Infinity ? max : this.#asked[1];
    return from <= to && from <= max && to >= min ? [from, to] : undefined;
  }

  /** Hands everything with x in `[from, to]` to `sink`, in arrival order. */
  run(sink: WalkSink, from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    const levels = this.#levels;
    // Cells of level `l` up to `covered` are below a cell of the level above; from the top down, what is left are the ends of each level.
    let covered = 0;
    for (let level = levels.length - 1; level >= 0; level--) {
      const { count } = levels[level]!;
      this.#cells(sink, level, covered, count);
      covered = count * CELL_FAN_OUT;
    }
    this.#openCell(sink);
  }

  /** Hands over the cells `[first, end)` of a level, or what is below them. */
  #cells(sink: WalkSink, level: number, first: number, end: number): void {
    const { data } = this.#levels[level]!;
    const points = POINTS_BY_LEVEL[level]!;
    for (let cell = first; cell < end; cell++) {
      if (this.#isDone(sink, data, cell * CELL_STRIDE, points)) continue;
      if (level === 0) this.#points(sink, cell * CELL_POINTS, (cell + 1) * CELL_POINTS);
      else this.#cells(sink, level - 1, cell * CELL_FAN_OUT, (cell + 1) * CELL_FAN_OUT);
    }
  }

  #openCell(sink: WalkSink): void {
    const start = this.#count - (this.#count % CELL_POINTS);
    if (start === this.#count) return;
    if (this.#isDone(sink, this.#source.table.openCells, this.#metric * CELL_STRIDE, this.#count - start)) return;
    this.#points(sink, start, this.#count);
  }

  /** Says whether nothing of the cell is left to do: it lies outside the range, or the sink took it whole. */
  #isDone(sink: WalkSink, cells: Float64Array, offset: number, points: number): boolean {
    const { minField, maxField, origin, divisor } = this.#axis;
    const minX = (cells[offset + minField]! - origin) / divisor;
    const maxX = (cells[offset + maxField]! - origin) / divisor;
    return maxX < this.#from || minX > this.#to || sink.takeCell(minX, maxX, points, cells, offset);
  }

  /** Hands over raw points `[start, end)`. */
  #points(sink: WalkSink, start: number, end: number): void {
    for (let point = start; point < end; ) {
      const { chunk, points } = this.#chunkOf(point);
      const stop = Math.min(end - chunk.first, points.at.length);
      sink.takePoints(points, point - chunk.first, stop);
      point = Math.max(point + 1, chunk.end);
    }
  }

  #chunkOf(point: number): AxisChunk {
    const known = this.#chunk;
    if (known !== undefined && known.chunk.first <= point && point < known.chunk.end) return known;
    const chunk = this.#source.readChunk(this.#metric, point);
    const { name, origin, divisor } = this.#axis;
    const { values, steps, wallMs, stepsAscend, wallMsAscend } = chunk;
    const onAxis = name === "step" ? { at: steps, ascends: stepsAscend } : { at: wallMs, ascends: wallMsAscend };
    this.#chunk = { chunk, points: { ...onAxis, values, origin, divisor } };
    return this.#chunk;
  }

  #readExtent(): [number, number] {
    let min = Infinity;
    let max = -Infinity;
    const sink: WalkSink = {
      takeCell: () => false,
      takePoints: ({ at, origin, divisor }, start, end) => {
        for (const value of at.subarray(start, end)) {
          const x = (value - origin) / divisor;
          if (!Number.isFinite(x)) continue;
          min = Math.min(min, x);
          max = Math.max(max, x);
        }
      },
    };
    this.run(sink, -Infinity, Infinity);
    return [min, max];
  }
}

/** Counts the points in a range, up to a little more than a limit. */
class CountSink implements WalkSink {
  points = 0;
  readonly #from: number;
  readonly #to: number;
  readonly #limit: number;

  constructor(from: number, to: number, limit: number) {
    this.#from = from;
    this.#to = to;
    this.#limit = limit;
  }

  takeCell(minX: number, maxX: number, points: number): boolean {
    if (this.points > this.#limit) return true;
    if (minX < this.#from || maxX > this.#to) return false;
    this.points += points;
    return true;
  }

  takePoints({ at, origin, divisor }: AxisPoints, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const x = (at[i]! - origin) / divisor;
      if (x >= this.#from && x <= this.#to) this.points++;
    }
  }
}

/** Collects at most `count` points; fewer when some cannot be read. */
class PointSink implements WalkSink {
  readonly #xs: Float64Array;
  readonly #values: Float64Array;
  readonly #from: number;
  readonly #to: number;
  #length = 0;

  constructor(from: number, to: number, count: number) {
    this.#from = from;
    this.#to = to;
    this.#xs = new Float64Array(count);
    this.#values = new Float64Array(count);
  }

  takeCell(): boolean {
    return false;
  }

  takePoints({ at, values, origin, divisor }: AxisPoints, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const x = (at[i]! - origin) / divisor;
      if (!(x >= this.#from && x <= this.#to)) continue;
      this.#xs[this.#length] = x;
      this.#values[this.#length++] = values[i]!;
    }
  }

  finish(): SeriesBuckets {
    return exactBuckets(this.#xs.subarray(0, this.#length), this.#values.subarray(0, this.#length));
  }
}

/** Fills buckets. */
class BucketSink implements WalkSink {
  readonly grid: BucketGrid;
  readonly #from: number;
  readonly #to: number;

  constructor(from: number, to: number, count: number) {
    this.grid = new BucketGrid(from, to, count);
    this.#from = from;
    this.#to = to;
  }

  takeCell(minX: number, maxX: number, points: number, cells: Float64Array, offset: number): boolean {
    if (minX < this.#from || maxX > this.#to) return false;
    const bucket = this.grid.bucketOf(minX);
    if (bucket !== this.grid.bucketOf(maxX)) return false;
    this.grid.addCell(bucket, minX, maxX, points, cells, offset);
    return true;
  }

  takePoints(points: AxisPoints, start: number, end: number): void {
    this.grid.addPoints(points, start, end);
  }
}
