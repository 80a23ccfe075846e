/**
 * @file The pyramid over one metric: complete cells of `CELL_POINTS` points in arrival order, and above them levels that merge `CELL_FAN_OUT`
 * cells each.
 *
 * Only complete cells are kept here. The newest points are in an open cell that lives in the metric table, so that a metric of a few points (a run
 * may have a million of them) needs no pyramid at all.
 */
import { CELL_FAN_OUT, CELL_POINTS, CELL_STRIDE, clearCell, mergeCell } from "./cell.ts";

/** A growing list of cells, one after the other in one array. */
export class CellList {
  #data: Float64Array;
  #count = 0;

  /** @param cells - Cells to begin with, shape `[count × CELL_STRIDE]`; taken over, not copied. */
  constructor(cells: Float64Array = new Float64Array(0)) {
    this.#data = cells;
    this.#count = cells.length / CELL_STRIDE;
  }

  /** The cells, shape `[count × CELL_STRIDE]` and perhaps room behind them. Replaced when the list grows. */
  get data(): Float64Array {
    return this.#data;
  }

  /** Number of cells. */
  get count(): number {
    return this.#count;
  }

  /** Memory taken, in bytes. */
  get sizeBytes(): number {
    return this.#data.byteLength;
  }

  /** Appends a copy of the cell at `offset` of `source`. */
  push(source: Float64Array, offset: number): void {
    const at = this.#grow();
    for (let field = 0; field < CELL_STRIDE; field++) this.#data[at + field] = source[offset + field]!;
  }

  /** Appends the merger of `cells` cells of `source` from number `first` on. */
  pushMerged(source: Float64Array, first: number, cells: number): void {
    const at = this.#grow();
    clearCell(this.#data, at);
    for (let i = first; i < first + cells; i++) mergeCell(this.#data, at, source, i * CELL_STRIDE);
  }

  #grow(): number {
    const at = this.#count * CELL_STRIDE;
    if (at + CELL_STRIDE > this.#data.length) {
      // Some, and a quarter more, not twice as much: open readers keep this memory for as long as they live.
      const grown = new Float64Array(CELL_STRIDE * (this.#count + 8 + (this.#count >> 2)));
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#count++;
    return at;
  }
}

/** All levels of complete cells of one metric. */
export class Pyramid {
  readonly #levels: CellList[];

  /** @param base - Cells of level 0 to begin with, shape `[count × CELL_STRIDE]`; the levels above are built from them. */
  constructor(base: Float64Array = new Float64Array(0)) {
    this.#levels = [new CellList(base)];
    for (let level = 0; this.#levels[level]!.count >= CELL_FAN_OUT; level++) {
      const below = this.#levels[level]!;
      const above = new CellList();
      for (let i = 0; i + CELL_FAN_OUT <= below.count; i += CELL_FAN_OUT) above.pushMerged(below.data, i, CELL_FAN_OUT);
      this.#levels.push(above);
    }
  }

  /** Level 0 first. A cell of level `l` holds `CELL_POINTS × CELL_FAN_OUT^l` points. */
  get levels(): readonly CellList[] {
    return this.#levels;
  }

  /** Points in complete cells. */
  get pointCount(): number {
    return this.#levels[0]!.count * CELL_POINTS;
  }

  /** Memory taken, in bytes. */
  get sizeBytes(): number {
    return this.#levels.reduce((sum, level) => sum + level.sizeBytes, 0);
  }

  /** Appends a complete cell of level 0 and whatever it completes above. */
  push(source: Float64Array, offset: number): void {
    this.#levels[0]!.push(source, offset);
    for (let level = 0; this.#levels[level]!.count % CELL_FAN_OUT === 0; level++) {
      const below = this.#levels[level]!;
      if (this.#levels[level + 1] === undefined) this.#levels.push(new CellList());
      this.#levels[level + 1]!.pushMerged(below.data, below.count - CELL_FAN_OUT, CELL_FAN_OUT);
    }
  }
}
