/** @file Points of one metric side by side: steps, wall times, values. */

/** Steps, wall times and values of one stretch of points. Of equal length; not to be changed. */
export interface PointColumns {
  readonly steps: Float64Array;
  /** Milliseconds since 1970. */
  readonly wallMs: Float64Array;
  readonly values: Float64Array;
  /** True when steps nowhere go back and none is NaN: then a step is found by search. */
  readonly stepsAscend: boolean;
  /** The same of wall times. */
  readonly wallMsAscend: boolean;
}

/** Steps and wall times of a stretch of points, and whether they ascend. */
export type PointAxes = Omit<PointColumns, "values">;

/** No points. */
export const NO_POINTS: PointColumns = pointColumns(new Float64Array(0), new Float64Array(0), new Float64Array(0));

/**
 * Puts columns of equal length together.
 *
 * @param whole - What `steps` and `wallMs` are parts of, if anything. A part of an ascending axis ascends; so the metrics of one table are not
 *   looked through one by one.
 */
export function pointColumns(
  steps: Float64Array,
  wallMs: Float64Array,
  values: Float64Array,
  whole?: PointAxes,
): PointColumns {
  return {
    steps,
    wallMs,
    values,
    stepsAscend: whole?.stepsAscend === true || isAscending(steps),
    wallMsAscend: whole?.wallMsAscend === true || isAscending(wallMs),
  };
}

/** Says whether the numbers nowhere go back and all are numbers. */
export function isAscending(at: Float64Array): boolean {
  let previous = -Infinity;
  for (let i = 0; i < at.length; i++) {
    if (!(at[i]! >= previous)) return false;
    previous = at[i]!;
  }
  return true;
}
