/** @file The normal distribution's quantiles, to the same bits on every machine. */

/**
 * The x below which a standard normal number lies with probability `p`, 0 < p < 1; relative error below 1e-15.
 *
 * Algorithm AS 241, PPND16 (Wichura, 1988, Applied Statistics 37(3)). Only + − × ÷, the square root (all exactly rounded by IEEE 754) and the
 * logarithm below, because the language leaves the last bits of `Math.log` open and a seed must give the same parameters everywhere.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(QUANTILE_COEFFICIENTS.centreOver, r)) / polynomial(QUANTILE_COEFFICIENTS.centreUnder, r);
  }
  const r = Math.sqrt(-portableLog(q < 0 ? p : 1 - p));
  const x =
    r <= 5
      ? polynomial(QUANTILE_COEFFICIENTS.middleOver, r - 1.6) / polynomial(QUANTILE_COEFFICIENTS.middleUnder, r - 1.6)
      : polynomial(QUANTILE_COEFFICIENTS.tailOver, r - 5) / polynomial(QUANTILE_COEFFICIENTS.tailUnder, r - 5);
  return q < 0 ? -x : x;
}

/**
 * Natural logarithm of a normal positive number, by arithmetic alone: relative error below 1e-15 away from 1.
 *
 * x = m·2^e with m in [√½, √2); log m = 2·artanh((m − 1)/(m + 1)) by its series, whose argument is at most 0.172.
 */
export function portableLog(x: number): number {
  let exponent = 0;
  let mantissa = x;
  while (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  const zSquared = z * z;
  let sum = 0;
  // 0.172^25/25 is below 1e-20: the series ends beyond the last bit.
  for (let odd = 25; odd >= 1; odd -= 2) sum = sum * zSquared + 1 / odd;
  return exponent * Math.LN2 + 2 * z * sum;
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

/** The algorithm's coefficients, each polynomial from the highest power down. */
export const QUANTILE_COEFFICIENTS: Readonly<
  Record<"centreOver" | "centreUnder" | "middleOver" | "middleUnder" | "tailOver" | "tailUnder", readonly number[]>
> = {
  centreOver: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  centreUnder: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
  middleOver: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  middleUnder: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
  tailOver: [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  tailUnder: [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
};
