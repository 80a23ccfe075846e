/**
 * @file The index of one run's metrics: running statistics, the open cell, the pyramid and the chunks that hold the raw points, per metric.
 *
 * Numbers of all metrics lie in a few shared arrays ("slabs") with one row per metric. A run with a million keys then costs a few hundred bytes a
 * key, and a frame that brings one value to each of ten metrics touches neighbouring memory.
 */
import type { JsonValue } from "../../run/json.ts";
import {
  addToCell,
  addValues,
  CELL_POINTS,
  CELL_STRIDE,
  clearCell,
  FINITE,
  MAX,
  MAX_STEP,
  MAX_WALL,
  MIN,
  MIN_STEP,
  MIN_WALL,
  mergeCell,
  SUM,
} from "./cell.ts";
import { Pyramid } from "./pyramid.ts";
import type { RowAxes } from "./row-axes.ts";

/** Whether a metric's values are numbers or other JSON. A key that was logged with both is two metrics. */
export type MetricKind = "number" | "json";

/** What is known about one metric without reading its points. */
export interface MetricStats {
  /** `"number"` as soon as the key was logged with one number. */
  readonly kind: MetricKind;
  /** Points of this kind. */
  readonly count: number;
  /** Points whose value is a finite number; 0 for a JSON metric. */
  readonly finiteCount: number;
  /** First value as logged: it may be NaN or infinite. NaN for a JSON metric. */
  readonly first: number;
  /** Last value as logged: it may be NaN or infinite. NaN for a JSON metric. */
  readonly last: number;
  /** Smallest finite value; NaN when there is none. */
  readonly min: number;
  /** Largest finite value; NaN when there is none. */
  readonly max: number;
  /** Sum of the finite values. */
  readonly sum: number;
  /** Step of the last point in arrival order. */
  readonly lastStep: number;
  readonly minStep: number;
  readonly maxStep: number;
  /** Wall time of the first point in arrival order, milliseconds since 1970. */
  readonly firstWallMs: number;
  /** Wall time of the last point in arrival order, milliseconds since 1970. */
  readonly lastWallMs: number;
  /** Points whose value is JSON and not a number; beside `count` when a key was logged with both kinds. */
  readonly jsonCount: number;
  /** The last value that is JSON and not a number, if there is one. */
  readonly lastJson?: JsonValue;
}

/** Fields of one row of the statistics slab. */
const COUNT = 0;
const FIRST_VALUE = 1;
const LAST_VALUE = 2;
const LAST_STEP = 3;
const FIRST_WALL = 4;
const LAST_WALL = 5;
/** A cell with the merger of all complete cells follows. */
const TOTAL = 6;
const STATS_STRIDE = TOTAL + CELL_STRIDE;

/** The whole state of a table in plain arrays, for writing it to a file. `m` metrics. */
export interface MetricTableState {
  /** Keys by metric, length `m`. */
  readonly keys: readonly string[];
  /** Kinds by metric, length `m`. */
  readonly kinds: readonly MetricKind[];
  /** Statistics, shape `[m × statsStride]`. */
  readonly stats: Float64Array;
  /** Open cells, shape `[m × CELL_STRIDE]`. */
  readonly openCells: Float64Array;
  /** Complete cells of level 0 by metric; absent for a metric with none. */
  readonly cells: readonly (Float64Array | undefined)[];
  /** By metric: pairs of chunk number and index of the chunk's first point, ascending. */
  readonly chunks: readonly (readonly number[])[];
  /** Last JSON value by metric. */
  readonly lastJson: readonly (JsonValue | undefined)[];
}

/** The index of a run's metrics. Metrics are named by number, in order of first appearance. */
export class MetricTable {
  /** Numbers per metric in `MetricTableState.stats`. */
  static readonly statsStride: number = STATS_STRIDE;

  readonly #keys: string[] = [];
  readonly #kinds: MetricKind[] = [];
  readonly #byKey: Record<MetricKind, Map<string, number>> = { number: new Map(), json: new Map() };
  readonly #pyramids: (Pyramid | undefined)[] = [];
  readonly #chunks: number[][] = [];
  readonly #lastJson = new Map<number, JsonValue>();
  #stats: Float64Array = new Float64Array(0);
  #open: Float64Array = new Float64Array(0);

  /** Number of metrics. */
  get size(): number {
    return this.#keys.length;
  }

  /** The open cells of all metrics: the one of metric `m` is at `m × CELL_STRIDE`. Replaced when the table grows. */
  get openCells(): Float64Array {
    return this.#open;
  }

  /** Memory of the numbers, in bytes; keys and chunk lists are not counted. */
  get sizeBytes(): number {
    return this.#pyramids.reduce(
      (sum, pyramid) => sum + (pyramid?.sizeBytes ?? 0),
      this.#stats.byteLength + this.#open.byteLength,
    );
  }

  /** The metric of `key` and `kind`, if it has been seen. */
  find(key: string, kind: MetricKind): number | undefined {
    return this.#byKey[kind].get(key);
  }

  /** The metric of `key` and `kind`; a new one when it has not been seen. */
  require(key: string, kind: MetricKind): number {
    return this.find(key, kind) ?? this.#add(key, kind);
  }

  /** Key of metric `metric`. */
  keyOf(metric: number): string {
    return this.#keys[metric]!;
  }

  /** Kind of metric `metric`. */
  kindOf(metric: number): MetricKind {
    return this.#kinds[metric]!;
  }

  /** Points of metric `metric`. */
  countOf(metric: number): number {
    return this.#stats[metric * STATS_STRIDE + COUNT]!;
  }

  /** Complete cells of metric `metric`; absent while it has none. */
  pyramidOf(metric: number): Pyramid | undefined {
    return this.#pyramids[metric];
  }

  /** The chunks with the raw points of `metric`: pairs of chunk number and index of the chunk's first point, ascending. */
  chunksOf(metric: number): readonly number[] {
    return this.#chunks[metric]!;
  }

  /** One cell with the merger of all points of `metric`. */
  totalOf(metric: number): Float64Array {
    const start = metric * STATS_STRIDE + TOTAL;
    const total = this.#stats.slice(start, start + CELL_STRIDE);
    mergeCell(total, 0, this.#open, metric * CELL_STRIDE);
    return total;
  }

  /** Notes that the next points of `metric` lie in chunk `chunk`. */
  enterChunk(metric: number, chunk: number): void {
    const chunks = this.#chunks[metric]!;
    if (chunks[chunks.length - 2] !== chunk) chunks.push(chunk, this.countOf(metric));
  }

  /** Adds one point of a number metric. */
  addPoint(metric: number, step: number, wallMs: number, value: number): void {
    const stats = this.#stats;
    const at = metric * STATS_STRIDE;
    const count = stats[at + COUNT]!;
    if (count === 0) {
      stats[at + FIRST_VALUE] = value;
      stats[at + FIRST_WALL] = wallMs;
    }
    stats[at + COUNT] = count + 1;
    stats[at + LAST_VALUE] = value;
    stats[at + LAST_STEP] = step;
    stats[at + LAST_WALL] = wallMs;
    addToCell(this.#open, metric * CELL_STRIDE, step, wallMs, value);
    if (isCellBorder(count + 1)) this.#closeCell(metric);
  }

  /** Adds one point of a number metric per row, in one go: the same as {@link addPoint} for each. `values` has shape `[n]`, as the axes. */
  addColumn(metric: number, axes: RowAxes, values: Float64Array): void {
    const { steps, wallMs } = axes;
    const end = values.length;
    if (end === 0) return;
    const at = metric * STATS_STRIDE;
    const count = this.countOf(metric);
    if (count === 0) {
      this.#stats[at + FIRST_VALUE] = values[0]!;
      this.#stats[at + FIRST_WALL] = wallMs[0]!;
    }
    this.#stats[at + COUNT] = count + end;
    this.#stats[at + LAST_VALUE] = values[end - 1]!;
    this.#stats[at + LAST_STEP] = steps[end - 1]!;
    this.#stats[at + LAST_WALL] = wallMs[end - 1]!;
    this.#addToCells(metric, CELL_POINTS - (count % CELL_POINTS), axes, values);
  }

  /** Adds values to the open cell, and closes it at each border. */
  #addToCells(metric: number, firstBorder: number, axes: RowAxes, values: Float64Array): void {
    const spans = axes.spans(firstBorder);
    const offset = metric * CELL_STRIDE;
    for (
      let from = 0, border = firstBorder, span = 0;
      from < values.length;
      border += CELL_POINTS, span += CELL_STRIDE
    ) {
      const to = Math.min(border, values.length);
      addValues(this.#open, offset, values, from, to);
      mergeCell(this.#open, offset, spans, span);
      if (to === border) this.#closeCell(metric);
      from = to;
    }
  }

  /** Adds one point of a JSON metric. */
  addJson(metric: number, step: number, wallMs: number, value: JsonValue): void {
    this.addPoint(metric, step, wallMs, Number.NaN);
    this.#lastJson.set(metric, value);
  }

  /** Statistics by key, in order of first appearance. */
  statsByKey(): Map<string, MetricStats> {
    const all = new Map<string, MetricStats>();
    for (let metric = 0; metric < this.size; metric++) {
      const key = this.keyOf(metric);
      if (!all.has(key)) all.set(key, this.#statsOf(key));
    }
    return all;
  }

  /** Everything, in plain arrays. They are views: write them out before the table changes. */
  state(): MetricTableState {
    return {
      keys: this.#keys,
      kinds: this.#kinds,
      stats: this.#stats.subarray(0, this.size * STATS_STRIDE),
      openCells: this.#open.subarray(0, this.size * CELL_STRIDE),
      cells: this.#pyramids.map((pyramid) => {
        const base = pyramid?.levels[0];
        return base?.data.subarray(0, base.count * CELL_STRIDE);
      }),
      chunks: this.#chunks,
      lastJson: this.#keys.map((_, metric) => this.#lastJson.get(metric)),
    };
  }

  /** A table in the given state, whose arrays it takes over. */
  static fromState(state: MetricTableState): MetricTable {
    const table = new MetricTable();
    table.#stats = state.stats;
    table.#open = state.openCells;
    state.keys.forEach((key, metric) => {
      const kind = state.kinds[metric]!;
      const cells = state.cells[metric];
      const lastJson = state.lastJson[metric];
      table.#keys.push(key);
      table.#kinds.push(kind);
      table.#byKey[kind].set(key, metric);
      table.#pyramids.push(cells === undefined ? undefined : new Pyramid(cells));
      table.#chunks.push([...state.chunks[metric]!]);
      if (lastJson !== undefined) table.#lastJson.set(metric, lastJson);
    });
    return table;
  }

  #add(key: string, kind: MetricKind): number {
    const metric = this.size;
    this.#keys.push(key);
    this.#kinds.push(kind);
    this.#byKey[kind].set(key, metric);
    this.#pyramids.push(undefined);
    this.#chunks.push([]);
    this.#growSlabs();
    const at = metric * STATS_STRIDE;
    this.#stats.fill(Number.NaN, at, at + TOTAL);
    this.#stats[at + COUNT] = 0;
    clearCell(this.#stats, at + TOTAL);
    clearCell(this.#open, metric * CELL_STRIDE);
    return metric;
  }

  #growSlabs(): void {
    if (this.size * STATS_STRIDE <= this.#stats.length) return;
    const metrics = Math.max(16, this.size + (this.size >> 1));
    const stats = new Float64Array(metrics * STATS_STRIDE);
    const open = new Float64Array(metrics * CELL_STRIDE);
    stats.set(this.#stats);
    open.set(this.#open);
    this.#stats = stats;
    this.#open = open;
  }

  #closeCell(metric: number): void {
    const offset = metric * CELL_STRIDE;
    if (this.#kinds[metric] === "number") {
      this.#pyramids[metric] ??= new Pyramid();
      this.#pyramids[metric].push(this.#open, offset);
    }
    mergeCell(this.#stats, metric * STATS_STRIDE + TOTAL, this.#open, offset);
    clearCell(this.#open, offset);
  }

  #statsOf(key: string): MetricStats {
    const number = this.find(key, "number");
    const json = this.find(key, "json");
    const metric = number ?? json!;
    const at = metric * STATS_STRIDE;
    const total = this.totalOf(metric);
    const hasFinite = total[FINITE]! > 0;
    const lastJson = json === undefined ? undefined : this.#lastJson.get(json);
    return {
      kind: this.#kinds[metric]!,
      count: this.#stats[at + COUNT]!,
      finiteCount: total[FINITE]!,
      first: this.#stats[at + FIRST_VALUE]!,
      last: this.#stats[at + LAST_VALUE]!,
      min: hasFinite ? total[MIN]! : Number.NaN,
      max: hasFinite ? total[MAX]! : Number.NaN,
      sum: total[SUM]!,
      lastStep: this.#stats[at + LAST_STEP]!,
      minStep: total[MIN_STEP]!,
      maxStep: total[MAX_STEP]!,
      firstWallMs: this.#stats[at + FIRST_WALL]!,
      lastWallMs: this.#stats[at + LAST_WALL]!,
      jsonCount: json === undefined ? 0 : this.countOf(json),
      ...(lastJson === undefined ? {} : { lastJson }),
    };
  }
}

/** Smallest and largest finite x of a cell's extent on one axis, or `undefined` when the cell is empty. */
export function extentOf(cell: Float64Array, axis: "step" | "wall"): readonly [number, number] | undefined {
  const min = cell[axis === "step" ? MIN_STEP : MIN_WALL]!;
  const max = cell[axis === "step" ? MAX_STEP : MAX_WALL]!;
  return min <= max ? [min, max] : undefined;
}

/** Says whether a cell is full after `count` points. By bits: the remainder of two float64 is a call into the C library, once per point. */
function isCellBorder(count: number): boolean {
  return (count & (CELL_POINTS - 1)) === 0;
}
