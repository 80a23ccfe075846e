/** @file Numbers as people read them: four significant digits, exponents where zeros would hide the size, NaN and ±Infinity by name. */

const GROUPED = new Intl.NumberFormat("en-US");

/** Most decimals of a tick. */
const MAX_DECIMALS = 12;

/** Formatters by number of decimals: making one costs more than a hundred uses. */
const DECIMALS = Array.from(
  { length: MAX_DECIMALS + 1 },
  (_, n) => new Intl.NumberFormat("en-US", { minimumFractionDigits: n, maximumFractionDigits: n }),
);

/** Below this magnitude a number is written with an exponent: `0.0001` still reads well, `0.00001` does not. */
const SMALLEST_PLAIN = 1e-4;

/** From this magnitude on a fraction is written with an exponent. */
const LARGEST_PLAIN = 1e7;

/** Formats a whole number with separators: `1234567` → `"1,234,567"`. */
export function formatCount(count: number): string {
  return GROUPED.format(count);
}

/**
 * Formats a metric value for a table or a legend.
 *
 * @param digits - Significant digits, 4 unless told. Whole numbers below 10^7 keep all their digits.
 *
 * @example
 * formatNumber(0.000012345); // "1.235e-5"
 * formatNumber(12.34567);    // "12.35"
 */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Object.is(value, -0)) return "−0";
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < SMALLEST_PLAIN || magnitude >= LARGEST_PLAIN)) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return withMinus(`${trimZeros(mantissa!)}e${Number(exponent)}`);
  }
  if (Number.isInteger(value)) return withMinus(GROUPED.format(value));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(magnitude)));
  return withMinus(groupThousands(trimZeros(value.toFixed(Math.min(decimals, 20)))));
}

/**
 * Formats the ticks of one axis alike: as many decimals as their spacing needs, so that neighbours never read the same.
 *
 * @param ticks - Tick positions, ascending, shape `[n]`.
 */
export function formatTicks(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs), 0);
  const spacing = smallestSpacing(ticks);
  if (largest >= LARGEST_PLAIN || (largest > 0 && largest < SMALLEST_PLAIN)) {
    const digits = Math.max(1, Math.min(12, Math.ceil(Math.log10(largest / spacing)) + 1));
    return ticks.map((tick) => (tick === 0 ? "0" : formatNumber(tick, digits)));
  }
  const decimals = decimalsOf(ticks, spacing);
  return ticks.map((tick) => withMinus(formatDecimals(tick, decimals)));
}

/** Formats bytes in binary units: `1536` → `"1.5 KiB"`. */
export function formatBytes(sizeBytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const power = sizeBytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(sizeBytes) / 10));
  const scaled = sizeBytes / 2 ** (10 * power);
  return `${power === 0 ? scaled : trimZeros(scaled.toFixed(1))} ${units[power]}`;
}

/** Fewest decimals that write every tick as it is, up to rounding far below the spacing. */
function decimalsOf(ticks: readonly number[], spacing: number): number {
  for (let decimals = 0; decimals < MAX_DECIMALS; decimals++) {
    const scale = 10 ** decimals;
    if (ticks.every((tick) => Math.abs(Math.round(tick * scale) / scale - tick) < spacing * 1e-6)) return decimals;
  }
  return MAX_DECIMALS;
}

function smallestSpacing(ticks: readonly number[]): number {
  let spacing = Number.POSITIVE_INFINITY;
  for (let i = 1; i < ticks.length; i++) {
    const gap = Math.abs(ticks[i]! - ticks[i - 1]!);
    if (gap > 0 && gap < spacing) spacing = gap;
  }
  return Number.isFinite(spacing) ? spacing : Math.max(Math.abs(ticks[0] ?? 1) / 1000, Number.MIN_VALUE);
}

function formatDecimals(value: number, decimals: number): string {
  return DECIMALS[decimals]!.format(value === 0 ? 0 : value);
}

/** Separates the thousands of a decimal number: `50375.9` → `50,375.9`. */
function groupThousands(text: string): string {
  const [whole = "", ...fraction] = text.split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

/** Removes zeros that say nothing: `12.50` → `12.5`, `12.00` → `12`. */
function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Typographic minus, which has the width of a digit. */
function withMinus(text: string): string {
  return text.replaceAll("-", "−");
}
