/**
 * @file Images `[n, c, h, w]` that lie as `[c, h, w, n]`: the batch as the last axis.
 *
 * onnxruntime has no kernels for gradients of convolutions and pooling; they are put together from slices, joins and matrix products. With the batch last,
 * a window's elements of all examples lie in a row, so that slicing and joining copy long rows and one matrix product covers the whole batch.
 */
import { isFixed } from "../../onnx/export/batch-size.ts";
import type { Edge, GraphWriter } from "../../onnx/export/graph-writer.ts";

/** Axis `i` of images with the batch last is axis `LAST[i]` of plain ones. */
const LAST: readonly number[] = [1, 2, 3, 0];
const PLAIN: readonly number[] = [3, 0, 1, 2];

/** Examples below which rows of a window's elements are too short to pay. */
const LEAST_BATCH = 16;

/** Knows which edges lie with the batch last, and turns edges where they are wanted the other way. */
export class BatchLast {
  readonly #write: GraphWriter;
  readonly #made = new Set<string>();
  readonly #twins = new Map<string, string>();

  constructor(write: GraphWriter) {
    this.#write = write;
  }

  /** Notes that an edge was made with the batch last. */
  note(name: string): string {
    this.#made.add(name);
    return name;
  }

  /** Says whether an edge was made with the batch last. */
  has({ name }: Edge): boolean {
    return this.#made.has(name);
  }

  /** The edge with the axes in their usual order. */
  plain(edge: Edge): Edge {
    return this.has(edge) ? { ...edge, name: this.#turned(edge.name, PLAIN) } : edge;
  }

  /** Name of the edge with the batch last. One of fewer axes gets the ones that broadcasting would put in front. */
  last(edge: Edge): string {
    const { name, shape } = edge;
    if (this.has(edge) || shape.length === 0) return name;
    if (shape.length === 4) return this.#turned(name, LAST);
    const missing = Array.from({ length: 3 - shape.length }, () => 1);
    return this.#write.node("Reshape", [name, this.#write.sizes([...missing, ...shape, 1])]);
  }

  #turned(name: string, perm: readonly number[]): string {
    const key = `${name} ${perm.join()}`;
    const twin = this.#twins.get(key) ?? this.#write.node("Transpose", [name], { perm: { ints: perm } });
    this.#twins.set(key, twin);
    return twin;
  }
}

/** Axes of plain images as axes of the same images with the batch last. */
export function lastAxes(axes: readonly number[]): readonly number[] {
  return axes.map((axis) => LAST.indexOf(axis));
}

/** Says whether a batch is large enough for rows of its elements to pay. */
export function isLargeBatch({ shape: [batch = 0] }: Edge): boolean {
  return isFixed(batch) && batch >= LEAST_BATCH;
}

/** The places `[row, column]` of a grid, line by line. */
export function places([rows = 0, columns = 0]: readonly number[]): readonly (readonly [
  row: number,
  column: number,
])[] {
  return Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns]);
}
