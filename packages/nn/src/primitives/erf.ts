/** @file The error function in double precision, which `Math` does not have. */

/** From here on the complement is small enough to be subtracted from 1 without loss, and its continued fraction is short. */
const FAR = 2;
/** Depth of the continued fraction: at {@link FAR} it is good to the last bit. */
const DEPTH = 60;

/** Gauss error function, good to 8 units in the last place (1 beyond ±2). */
export function erfOf(x: number): number {
  if (x >= FAR) return 1 - complement(x);
  return x <= -FAR ? complement(-x) - 1 : series(x);
}

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)) (Abramowitz and Stegun 7.1.6). All terms have one sign, so nothing cancels. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * sum * Math.exp(-x * x);
}

/** 1 − erf(x) = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))) (Abramowitz and Stegun 7.1.14), from the inside out. */
function complement(x: number): number {
  let fraction = x;
  for (let k = DEPTH; k >= 1; k -= 1) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
