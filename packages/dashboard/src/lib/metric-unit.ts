/** @file Values in the unit that a metric's name says: `system/memory_available_bytes` reads "24.35 GB", everything else as a plain number. */
import { formatNumber, formatTicks } from "./number-format.ts";

/** Names that say bytes: `disk_free_bytes`, `memoryBytes`, `net/bytes`; or bytes per second: `network_in_bytes_per_s`. */
const BYTES = /(?:(?:^|[_./ -])b|[a-z]B)ytes(_per_s(?:ec(?:ond)?)?)?$/;

/** Decimal units, because the ticks of an axis stand at decimal distances. */
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/**
 * Formats a value of a metric, or of a configuration key.
 *
 * @param key - Its name.
 * @param digits - Significant digits; see {@link formatNumber}.
 *
 * @example
 * formatMetricValue("memoryBytes", 25_276_500_000); // "25.28 GB"
 */
export function formatMetricValue(key: string, value: number, digits = 4): string {
  const unit = unitFor(key, Math.abs(value));
  return unit === undefined ? formatNumber(value, digits) : `${formatNumber(value / unit.size, digits)} ${unit.name}`;
}

/** Formats the ticks of a metric's axis alike; all in one unit. */
export function formatMetricTicks(key: string, ticks: readonly number[]): string[] {
  const unit = unitFor(key, Math.max(0, ...ticks.map(Math.abs)));
  if (unit === undefined) return formatTicks(ticks);
  return formatTicks(ticks.map((tick) => tick / unit.size)).map((text) => `${text} ${unit.name}`);
}

/** The unit that suits a magnitude; undefined when the metric is no number of bytes. */
function unitFor(key: string, magnitude: number): { readonly size: number; readonly name: string } | undefined {
  const match = BYTES.exec(key);
  if (match === null || !Number.isFinite(magnitude)) return undefined;
  const power = magnitude < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(magnitude) / 3 + 1e-9));
  return { size: 1000 ** power, name: `${UNITS[power]}${match[1] === undefined ? "" : "/s"}` };
}
