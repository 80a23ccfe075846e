/** @file The place of the largest number. */

/** Where the largest of `length` numbers from `start` on is, counted from `start`; the first of equal ones. */
export function argmaxOf(values: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i += 1) if ((values[start + i] ?? 0) > (values[start + best] ?? 0)) best = i;
  return best;
}
