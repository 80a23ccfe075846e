/**
 * @file Axes: from values to positions between 0 and 1, and the round numbers that are marked on the way.
 */

/** One axis. */
export interface Scale {
  /** Position of a value: 0 at the start of the axis, 1 at its end; outside for values beyond. NaN where the axis has no place for the value. */
  readonly position: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** A marked value. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Least and greatest value of a range. */
export interface Extent {
  readonly min: number;
  readonly max: number;
}

/**
 * The extent of all finite values of `columns`, or `undefined` when there is none.
 *
 * @param positiveOnly - For a logarithmic axis, which has no place for 0 and below.
 */
export function extentOf(
  columns: Iterable<ArrayLike<number>>,
  { positiveOnly = false }: { readonly positiveOnly?: boolean } = {},
): Extent | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const values of columns) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value) || (positiveOnly && value <= 0)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { min, max } : undefined;
}

/** Widens an extent for display: some air at both ends, and a range of more than one value. */
export function padExtent({ min, max }: Extent): Extent {
  const air = min === max ? Math.abs(min) * 0.1 || 1 : (max / 2 - min / 2) * 0.08;
  return { min: Math.max(min - air, -Number.MAX_VALUE), max: Math.min(max + air, Number.MAX_VALUE) };
}

/**
 * A linear axis.
 *
 * @param tickCount - About how many ticks to mark.
 */
export function linearScale(extent: Extent, tickCount: number): Scale {
  return { position: linearPosition(extent), ticks: linearTicks(extent, tickCount) };
}

/** A logarithmic axis over a positive extent. Values of 0 and below have no position (NaN). */
export function logScale({ min, max }: Extent, tickCount: number): Scale {
  const decades = { min: Math.log10(min), max: Math.log10(max) };
  const wide = min === max ? { min: decades.min - 0.5, max: decades.max + 0.5 } : padExtent(decades);
  const place = linearPosition(wide);
  return {
    position: (value) => (value > 0 ? place(Math.log10(value)) : Number.NaN),
    ticks: logTicks(wide, tickCount),
  };
}

function linearPosition({ min, max }: Extent): (value: number) => number {
  // Halves, because max − min overflows when both are near the ends of float64.
  const [half, span] = Number.isFinite(max - min) ? [1, max - min] : [0.5, max / 2 - min / 2];
  return (value) => (span === 0 ? 0.5 : (value * half - min * half) / span);
}

/** Round values (1, 2 or 5 times a power of ten apart) inside an extent. */
export function linearTicks({ min, max }: Extent, tickCount: number): Tick[] {
  const step = roundStep(max / tickCount - min / tickCount);
  if (!(step > 0) || !Number.isFinite(step)) return [{ value: min, label: formatNumber(min) }];
  // An end that is a tick but for rounding is one.
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const values = Array.from(
    { length: Math.max(0, Math.min(last - first + 1, 3 * tickCount)) },
    (_, i) => (first + i) * step,
  );
  const distinct = values.filter((value, i) => value !== values[i - 1]);
  return distinct.map((value) => ({ value: value === 0 ? 0 : value, label: formatTick(value, step) }));
}

/** The least 1, 2, 5 or 10 times a power of ten that is not below `rough`; 0 when float64 has no such number. */
function roundStep(rough: number): number {
  const exponent = Math.floor(Math.log10(rough));
  // Read from text, because a computed power of ten is off by a bit and so would be the ticks.
  const candidates = [1, 2, 5, 10].map((factor) => Number(`${factor}e${exponent}`));
  return candidates.find((candidate) => candidate >= rough * (1 - 1e-9)) ?? 0;
}

function logTicks(decades: Extent, tickCount: number): Tick[] {
  const first = Math.ceil(decades.min);
  const last = Math.floor(decades.max);
  // Under two whole decades there are too few powers of ten to read the axis by.
  if (last - first < 1) return shortLogTicks(decades, tickCount);
  const every = Math.max(1, Math.ceil((last - first + 1) / (tickCount + 1)));
  const exponents = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => first + i * every);
  // The air around the extent may reach beyond what float64 holds.
  const values = exponents.map((exponent) => Number(`1e${exponent}`)).filter((value) => value > 0 && value < Infinity);
  return values.map((value) => ({ value, label: formatNumber(value) }));
}

function shortLogTicks(decades: Extent, tickCount: number): Tick[] {
  const range = { min: 10 ** decades.min, max: 10 ** decades.max };
  return linearTicks(range, tickCount).filter((tick) => tick.value > 0);
}

function formatTick(value: number, step: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 && step < 1e-4) return "0";
  if (magnitude >= 1e6 || step < 1e-4) {
    const digits = Math.floor(Math.log10(magnitude)) - Math.floor(Math.log10(step));
    return shortenExponent(value.toExponential(Math.min(Math.max(digits, 0), 12)));
  }
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace(/^-0(\.0+)?$/, "0$1");
}

/** A number for people: about four significant digits, in exponent form when very large or small; NaN and ±∞ as such. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e6) return String(value === 0 ? 0 : value);
  if (magnitude < 1e-3 || magnitude >= 1e6) return shortenExponent(value.toExponential(3));
  return String(Number(value.toPrecision(4)));
}

function shortenExponent(text: string): string {
  return text.replace(/\.?0*e\+?/, "e");
}
