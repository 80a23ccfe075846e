/** @file Numbers for people. */

/** Four significant digits, without an exponent where that is readable. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3);
  return String(Number(value.toPrecision(4)));
}

/** A tensor's elements for people: one number, or a list that ends with `…` after eight. */
export function showNumbers(values: ArrayLike<number>): string {
  if (values.length === 1) return showNumber(values[0] ?? Number.NaN);
  const shown = Array.from({ length: Math.min(8, values.length) }, (_, i) => showNumber(values[i] ?? Number.NaN));
  return `[${shown.join(", ")}${values.length > 8 ? ", …" : ""}]`;
}
