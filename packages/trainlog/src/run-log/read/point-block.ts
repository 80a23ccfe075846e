/**
 * @file The raw points of a stretch of frames, metric by metric.
 *
 * Metrics that were logged together share their steps and wall times: they get views of one array, so ten metrics cost 12 numbers per row and not 30.
 */
import type { JsonValue } from "../../run/json.ts";
import type { RowsView } from "../codec/rows-view.ts";
import type { Sized } from "./chunk-cache.ts";
import type { MetricKind } from "./metric-table.ts";
import { isAscending, type PointAxes, type PointColumns, pointColumns } from "./point-columns.ts";
import type { SmallBatch } from "./small-batch.ts";

/** Points whose values are JSON. All of equal length. */
export interface JsonPointColumns {
  readonly steps: Float64Array;
  readonly wallMs: Float64Array;
  readonly values: readonly JsonValue[];
}

/** Decoded points by metric. */
export interface PointBlock extends Sized {
  /** Where the block ended in its file when it was read: the newest block of a live run grows. */
  readonly end: number;
  readonly numbers: ReadonlyMap<number, PointColumns>;
  readonly json: ReadonlyMap<number, JsonPointColumns>;
}

/** Says which metric a column belongs to; `undefined` for one that is not wanted. */
export type MetricOfColumn = (keyId: number, kind: MetricKind) => number | undefined;

/** A Float64Array that grows. */
class NumberList {
  #data = new Float64Array(64);
  length = 0;

  push(value: number): void {
    this.reserve(1);
    this.#data[this.length++] = value;
  }

  append(values: Float64Array): void {
    this.reserve(values.length);
    this.#data.set(values, this.length);
    this.length += values.length;
  }

  /** What is in the list: a view. */
  view(): Float64Array {
    return this.#data.subarray(0, this.length);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.#data.length) return;
    const grown = new Float64Array(Math.max(this.length + count, this.#data.length * 2));
    grown.set(this.view());
    this.#data = grown;
  }
}

/** Points of one metric while a block is being put together. */
interface Growing<V> {
  readonly values: V;
  /** Rows in the block; only the first one while the rows follow each other without a gap. */
  readonly rows: number[];
  count: number;
  hasGap: boolean;
}

/** Puts a block together from the rows of one frame after the other. */
export class PointBlockBuilder {
  readonly #steps = new NumberList();
  readonly #wallMs = new NumberList();
  readonly #numbers = new Map<number, Growing<NumberList>>();
  readonly #json = new Map<number, Growing<JsonValue[]>>();

  /** Appends the rows' wanted columns. */
  add(view: RowsView, metricOf: MetricOfColumn): void {
    const firstRow = this.#steps.length;
    this.#steps.append(view.steps());
    this.#wallMs.append(view.wallMs());
    for (const column of view.columns) {
      const metric = metricOf(column.keyId, column.kind);
      if (metric === undefined || column.count === 0) continue;
      const rowIndex = column.rowIndex();
      if (column.kind === "number") {
        const growing = growingOf(this.#numbers, metric, () => new NumberList());
        growing.values.append(column.values());
        addRows(growing, firstRow, column.count, rowIndex);
      } else {
        const growing = growingOf(this.#json, metric, (): JsonValue[] => []);
        for (const value of column.values()) growing.values.push(value);
        addRows(growing, firstRow, column.count, rowIndex);
      }
    }
  }

  /** Appends the wanted columns of a small batch. */
  addSmall(batch: SmallBatch, metricOf: MetricOfColumn): void {
    const firstRow = this.#steps.length;
    for (let row = 0; row < batch.rowCount; row++) {
      this.#steps.push(batch.steps[row]!);
      this.#wallMs.push(batch.wallMs[row]!);
    }
    for (let column = 0, point = 0; column < batch.columnCount; point = batch.ends[column++]!) {
      const metric = metricOf(batch.keyIds[column]!, "number");
      if (metric === undefined) continue;
      const growing = growingOf(this.#numbers, metric, () => new NumberList());
      for (; point < batch.ends[column]!; point++) {
        growing.values.push(batch.values[point]!);
        addRow(growing, firstRow + batch.rows[point]!);
      }
    }
  }

  /** The block. @param end - Where it ends in its file. */
  finish(end: number): PointBlock {
    const steps = this.#steps.view();
    const wallMs = this.#wallMs.view();
    const axes: PointAxes = { steps, wallMs, stepsAscend: isAscending(steps), wallMsAscend: isAscending(wallMs) };
    const numbers = new Map<number, PointColumns>();
    const json = new Map<number, JsonPointColumns>();
    let sizeBytes = steps.byteLength + wallMs.byteLength;
    for (const [metric, growing] of this.#numbers) {
      const values = growing.values.view();
      numbers.set(metric, pointColumns(pick(steps, growing), pick(wallMs, growing), values, axes));
      sizeBytes += values.byteLength + (growing.hasGap ? 16 * growing.count : 0);
    }
    for (const [metric, growing] of this.#json) {
      json.set(metric, { steps: pick(steps, growing), wallMs: pick(wallMs, growing), values: growing.values });
      sizeBytes += growing.count * JSON_VALUE_BYTES;
    }
    return { end, numbers, json, sizeBytes };
  }
}

/** A guess at what a small JSON value takes in memory. */
const JSON_VALUE_BYTES = 64;

function growingOf<V>(all: Map<number, Growing<V>>, metric: number, make: () => V): Growing<V> {
  const known = all.get(metric);
  if (known !== undefined) return known;
  const growing: Growing<V> = { values: make(), rows: [], count: 0, hasGap: false };
  all.set(metric, growing);
  return growing;
}

/** Notes the rows of `count` more points: all from `firstRow` on, or those that `rowIndex` counts from there. */
function addRows(growing: Growing<unknown>, firstRow: number, count: number, rowIndex: Uint32Array | undefined): void {
  const first = firstRow + (rowIndex?.[0] ?? 0);
  const last = firstRow + (rowIndex?.[count - 1] ?? count - 1);
  const expected = growing.count === 0 ? first : growing.rows[0]! + growing.count;
  if (!growing.hasGap && first === expected && last === first + count - 1) {
    if (growing.count === 0) growing.rows.push(first);
    growing.count += count;
  } else for (let i = 0; i < count; i++) addRow(growing, firstRow + (rowIndex?.[i] ?? i));
}

/** Notes the row of one more point. */
function addRow(growing: Growing<unknown>, row: number): void {
  if (growing.count === 0) growing.rows.push(row);
  else if (growing.hasGap) growing.rows.push(row);
  else if (row !== growing.rows[0]! + growing.count) {
    for (let i = 1; i < growing.count; i++) growing.rows.push(growing.rows[0]! + i);
    growing.rows.push(row);
    growing.hasGap = true;
  }
  growing.count++;
}

/** The axis of the points' rows: a view while they follow each other, else a copy. */
function pick(axis: Float64Array, growing: Growing<unknown>): Float64Array {
  if (!growing.hasGap) return axis.subarray(growing.rows[0]!, growing.rows[0]! + growing.count);
  return Float64Array.from(growing.rows, (row) => axis[row]!);
}
