/** @file One comparison with PyTorch, and how it is told. */

/** A largest difference and how large it may be. */
export interface Comparison {
  readonly what: string;
  readonly difference: number;
  readonly tolerance: number;
}

/** Says whether the difference is within the tolerance; NaN is not. */
export function holds({ difference, tolerance }: Comparison): boolean {
  return difference <= tolerance;
}

/** One line for the terminal. */
export function showComparison(comparison: Comparison): string {
  const { what, difference, tolerance } = comparison;
  return `${holds(comparison) ? "ok  " : "FAIL"} ${what}: ${difference.toExponential(1)} (at most ${tolerance})`;
}
