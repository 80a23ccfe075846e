/**
 * @file One cell of the pyramid: what is kept about a stretch of points of one metric, as ten float64 side by side.
 *
 * Cells are rows of plain `Float64Array`s and not objects: a run of 10 million points has 156,000 of them, and an object each would cost more
 * memory and time than the numbers. The fields are those that a bucket of a chart shows, plus the extent on both x axes, which tells whether a
 * cell falls into one bucket whole.
 */

/** Points per cell of level 0, a power of two. At 80 bytes a cell, 64 keeps the index at 1.3 bytes per point. */
export const CELL_POINTS = 64;

/** Cells of one level that make one cell of the level above: an upper level costs a sixteenth of the one below. */
export const CELL_FAN_OUT = 16;

/** Numbers per cell. */
export const CELL_STRIDE = 10;

/** Smallest finite value; +Infinity when the cell has none. */
export const MIN = 0;
/** Largest finite value; −Infinity when the cell has none. */
export const MAX = 1;
/** Sum of the finite values, added in arrival order. */
export const SUM = 2;
/** First finite value in arrival order; NaN when the cell has none. */
export const FIRST = 3;
/** Last finite value in arrival order; NaN when the cell has none. */
export const LAST = 4;
/** Number of finite values. */
export const FINITE = 5;
/** Smallest step. */
export const MIN_STEP = 6;
/** Largest step. */
export const MAX_STEP = 7;
/** Smallest wall time, milliseconds since 1970. */
export const MIN_WALL = 8;
/** Largest wall time, milliseconds since 1970. */
export const MAX_WALL = 9;

const EMPTY = Float64Array.of(
  Infinity,
  -Infinity,
  0,
  Number.NaN,
  Number.NaN,
  0,
  Infinity,
  -Infinity,
  Infinity,
  -Infinity,
);

/** Makes the cell at `offset` the cell of nothing: merging it with any cell gives that cell. */
export function clearCell(cells: Float64Array, offset: number): void {
  cells.set(EMPTY, offset);
}

/**
 * Adds one point to the cell at `offset`.
 *
 * A wall time that is not finite makes the cell's extent unbounded, so that no query takes the cell whole and the point is judged by itself.
 */
export function addToCell(cells: Float64Array, offset: number, step: number, wallMs: number, value: number): void {
  if (Number.isFinite(value)) {
    if (value < cells[offset + MIN]!) cells[offset + MIN] = value;
    if (value > cells[offset + MAX]!) cells[offset + MAX] = value;
    cells[offset + SUM]! += value;
    if (cells[offset + FINITE] === 0) cells[offset + FIRST] = value;
    cells[offset + LAST] = value;
    cells[offset + FINITE]! += 1;
  }
  if (step < cells[offset + MIN_STEP]!) cells[offset + MIN_STEP] = step;
  if (step > cells[offset + MAX_STEP]!) cells[offset + MAX_STEP] = step;
  if (wallMs < cells[offset + MIN_WALL]!) cells[offset + MIN_WALL] = wallMs;
  if (wallMs > cells[offset + MAX_WALL]!) cells[offset + MAX_WALL] = wallMs;
  if (!Number.isFinite(wallMs)) unboundWall(cells, offset);
}

/** Adds the values `[from, to)` of points to the cell at `offset`, without their place on the axes; {@link addAxes} adds that. */
export function addValues(cells: Float64Array, offset: number, values: Float64Array, from: number, to: number): void {
  let min = cells[offset + MIN]!;
  let max = cells[offset + MAX]!;
  let sum = cells[offset + SUM]!;
  let last = cells[offset + LAST]!;
  let finite = cells[offset + FINITE]!;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    // True of NaN and of both infinities, and of nothing else.
    if (value - value !== 0) continue;
    if (finite === 0) cells[offset + FIRST] = value;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    last = value;
    finite++;
  }
  cells[offset + MIN] = min;
  cells[offset + MAX] = max;
  cells[offset + SUM] = sum;
  cells[offset + LAST] = last;
  cells[offset + FINITE] = finite;
}

/** Widens the extent of the cell at `offset` by the points `[from, to)` of the axes. */
export function addAxes(
  cells: Float64Array,
  offset: number,
  { steps, wallMs }: { readonly steps: Float64Array; readonly wallMs: Float64Array },
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const step = steps[i]!;
    const wall = wallMs[i]!;
    if (step < cells[offset + MIN_STEP]!) cells[offset + MIN_STEP] = step;
    if (step > cells[offset + MAX_STEP]!) cells[offset + MAX_STEP] = step;
    if (wall < cells[offset + MIN_WALL]!) cells[offset + MIN_WALL] = wall;
    if (wall > cells[offset + MAX_WALL]!) cells[offset + MAX_WALL] = wall;
    if (!Number.isFinite(wall)) unboundWall(cells, offset);
  }
}

function unboundWall(cells: Float64Array, offset: number): void {
  cells[offset + MIN_WALL] = -Infinity;
  cells[offset + MAX_WALL] = Infinity;
}

/** Joins the cell at `sourceOffset`, which comes later in arrival order, into the one at `offset`. Associative, with the cleared cell as identity. */
export function mergeCell(cells: Float64Array, offset: number, source: Float64Array, sourceOffset: number): void {
  if (source[sourceOffset + FINITE]! > 0) {
    cells[offset + MIN] = Math.min(cells[offset + MIN]!, source[sourceOffset + MIN]!);
    cells[offset + MAX] = Math.max(cells[offset + MAX]!, source[sourceOffset + MAX]!);
    cells[offset + SUM]! += source[sourceOffset + SUM]!;
    if (cells[offset + FINITE] === 0) cells[offset + FIRST] = source[sourceOffset + FIRST]!;
    cells[offset + LAST] = source[sourceOffset + LAST]!;
    cells[offset + FINITE]! += source[sourceOffset + FINITE]!;
  }
  cells[offset + MIN_STEP] = Math.min(cells[offset + MIN_STEP]!, source[sourceOffset + MIN_STEP]!);
  cells[offset + MAX_STEP] = Math.max(cells[offset + MAX_STEP]!, source[sourceOffset + MAX_STEP]!);
  cells[offset + MIN_WALL] = Math.min(cells[offset + MIN_WALL]!, source[sourceOffset + MIN_WALL]!);
  cells[offset + MAX_WALL] = Math.max(cells[offset + MAX_WALL]!, source[sourceOffset + MAX_WALL]!);
}
