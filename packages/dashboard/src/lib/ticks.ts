/** @file Round places for the ticks of an axis that is drawn without a browser. */
import type { Domain } from "./plot-model.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between ticks of a time axis, in milliseconds: round in the units that people count in. */
export const DURATION_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * DAY),
];

/** Ticks at multiples of 1, 2 or 5 × a power of ten, at most `most` + 1 of them. */
export function linearTicks([from, to]: Domain, most: number): number[] {
  const least = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const distance = [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least) ?? 10 * power;
  return multiples(distance, [from, to]);
}

/** Ticks of a span of time, in milliseconds. */
export function timeTicks([from, to]: Domain, most: number): number[] {
  const distance = DURATION_STEPS.find((step) => (to - from) / step <= most);
  return distance === undefined ? linearTicks([from, to], most) : multiples(distance, [from, to]);
}

/** Ticks of a log axis: powers of ten; with 2 and 5 times each when there are fewer than two; evenly spaced ones where even those are too few. */
export function logTicks([from, to]: Domain): number[] {
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) powers.push(10 ** power);
  const inside = (tick: number): boolean => tick >= from && tick <= to;
  const decades = powers.filter(inside);
  if (decades.length >= 2) return every(decades, 8);
  const parts = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(inside);
  return parts.length >= 2 ? parts : linearTicks([from, to], 4);
}

function multiples(distance: number, [from, to]: Domain): number[] {
  if (!(distance > 0) || !Number.isFinite(distance)) return [from];
  const first = Math.ceil(from / distance);
  const count = Math.max(0, Math.floor(to / distance) - first + 1);
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: Math.min(count, 1000) }, (_, i) => Number(((first + i) * distance).toPrecision(12)));
}

function every(ticks: readonly number[], most: number): number[] {
  const step = Math.ceil(ticks.length / most);
  return ticks.filter((_, i) => i % step === 0);
}
