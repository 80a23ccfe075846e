/** @file From the values of an axis to places in a picture. */
import type { Domain } from "./plot-model.ts";

/**
 * Maps a domain to a range of places.
 *
 * @param log - Then values from 0 downwards have no place: NaN.
 *
 * @example
 * placeOn([1, 100], [0, 10], true)(10); // 5
 */
export function placeOn([low, high]: Domain, [from, to]: Domain, log: boolean): (value: number) => number {
  if (!log) {
    // Between the ends of the number line, differences overflow; those of halves do not.
    const part = Number.isFinite(high - low) ? 1 : 0.5;
    const length = high * part - low * part;
    // The share first: units per place overflow where the domain is the least that there is.
    return (value) => from + ((value * part - low * part) / length) * (to - from);
  }
  const start = Math.log10(low);
  const perDecade = (to - from) / (Math.log10(high) - start);
  return (value) => (value > 0 ? from + (Math.log10(value) - start) * perDecade : Number.NaN);
}
