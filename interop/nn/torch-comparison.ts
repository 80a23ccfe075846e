/** @file One comparison with PyTorch, and how it is told. */

/** A largest difference and how large it may be. */
export interface Comparison {
  readonly what: string;
  readonly difference: number;
  readonly tolerance: number;
  /** The error, where there is no difference because there is no answer. */
  readonly why?: string;
  /** The other side could not do it, so there is nothing to compare; `why` says it. */
  readonly skipped?: boolean;
}

/** Says whether the difference is within the tolerance; NaN is not. */
export function holds({ difference, tolerance }: Comparison): boolean {
  return difference <= tolerance;
}

/** One line for the terminal. */
export function showComparison(comparison: Comparison): string {
  const { what, difference, tolerance, why, skipped = false } = comparison;
  return `${skipped ? "skip" : holds(comparison) ? "ok  " : "FAIL"} ${what}: ${why ?? `${difference.toExponential(1)} (at most ${tolerance})`}`;
}
