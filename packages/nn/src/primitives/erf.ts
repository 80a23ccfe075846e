/** @file The error function in double precision, which `Math` does not have. */
/** From here on erf rounds to ±1. */
const SATURATES = 6;

/**
 * Gauss error function.
 *
 * erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)) (Abramowitz and Stegun 7.1.6). All terms have one sign, so nothing cancels: the result is good
 * to a few units in the last place everywhere. It takes about 2x² + 40 terms.
 */
export function erfOf(x: number): number {
  if (Math.abs(x) >= SATURATES) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * sum * Math.exp(-x * x);
}
