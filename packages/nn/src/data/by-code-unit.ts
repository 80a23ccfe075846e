/** @file An order of texts that does not depend on the machine's language. */

/** Compares by UTF-16 code units, for `sort`. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
