/**
 * @file The two axes of a table of rows, with what they span cell by cell.
 *
 * Metrics that were logged together have the borders of their cells at the same rows, so what the axes span between two borders is found once for all.
 */
import { addAxes, CELL_POINTS, CELL_STRIDE, clearCell } from "./cell.ts";

/** Steps and wall times of a table of rows. */
export class RowAxes {
  /** Steps, shape `[n]`. */
  readonly steps: Float64Array;
  /** Milliseconds since 1970, shape `[n]`. */
  readonly wallMs: Float64Array;
  #firstBorder = -1;
  #spans: Float64Array = new Float64Array(0);

  constructor(steps: Float64Array, wallMs: Float64Array) {
    this.steps = steps;
    this.wallMs = wallMs;
  }

  /** The axes of the rows in `rowIndex`, shape `[m]`. */
  pick(rowIndex: Uint32Array): RowAxes {
    const pickFrom = (axis: Float64Array): Float64Array => {
      const picked = new Float64Array(rowIndex.length);
      for (let i = 0; i < rowIndex.length; i++) picked[i] = axis[rowIndex[i]!]!;
      return picked;
    };
    return new RowAxes(pickFrom(this.steps), pickFrom(this.wallMs));
  }

  /**
   * What the rows span from border to border.
   *
   * @param firstBorder - Rows before the first border, 1 to `CELL_POINTS`; the other borders follow at a distance of `CELL_POINTS`.
   * @returns One cell without values per stretch between two borders, shape `[stretches × CELL_STRIDE]`. Not to be changed.
   */
  spans(firstBorder: number): Float64Array {
    if (firstBorder === this.#firstBorder) return this.#spans;
    const count = this.steps.length;
    const stretches = count === 0 ? 0 : 1 + Math.ceil(Math.max(0, count - firstBorder) / CELL_POINTS);
    this.#firstBorder = firstBorder;
    this.#spans = new Float64Array(stretches * CELL_STRIDE);
    for (let i = 0, from = 0; i < stretches; i++) {
      const to = Math.min(count, firstBorder + i * CELL_POINTS);
      clearCell(this.#spans, i * CELL_STRIDE);
      addAxes(this.#spans, i * CELL_STRIDE, this, from, to);
      from = to;
    }
    return this.#spans;
  }
}
