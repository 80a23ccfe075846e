/**
 * @file Numbers that the vector library reads from memory.
 *
 * V8 builds a vector constant anew at every use, in three to five instructions; spread from memory it is one. e^x gains 40 % by that.
 */
import { CONSTANTS } from "./memory-map";

export const ONE: usize = CONSTANTS;
export const HALF: usize = CONSTANTS + 4;
export const LOG2_E: usize = CONSTANTS + 8;
/** 1.5 · 2^23: adding it rounds to a whole number and leaves that in the low bits. */
export const ROUNDER: usize = CONSTANTS + 12;
/** ln 2 in two parts, the first exact in few bits. */
export const LN2_HIGH: usize = CONSTANTS + 16;
export const LN2_LOW: usize = CONSTANTS + 20;
/** From the first on e^x is Infinity; below the second it is 0. */
export const EXP_MAX: usize = CONSTANTS + 24;
export const EXP_MIN: usize = CONSTANTS + 28;
/** 127, as an integer: what the exponent field of 2^0 holds. */
export const BIAS: usize = CONSTANTS + 32;
export const FOUR: usize = CONSTANTS + 36;
/** The bit of the sign. */
export const SIGN: usize = CONSTANTS + 40;
export const SQRT_HALF: usize = CONSTANTS + 44;
export const TWO_BY_SQRT_PI: usize = CONSTANTS + 48;

// Polynomials, highest power first.

/** (e^r − 1 − r) / r², |r| ≤ 0.35; 6 numbers. Cephes. */
export const EXP_TAIL: usize = CONSTANTS + 64;
/** (ln(1 + r) − r + r²/2) / r³, √½ ≤ 1 + r < √2; 9 numbers. Cephes. */
export const LOG_TAIL: usize = CONSTANTS + 88;
/** (tanh x − x) / x³ in x², |x| < 0.625; 5 numbers. Cephes. */
export const TANH_NEAR: usize = CONSTANTS + 124;
/** erf(x) / x in x², |x| ≤ 4, is the quotient of these: 6 numbers each, the last of the second is 1. `scripts/fit-erf.py`. */
export const ERF_NUMERATOR: usize = CONSTANTS + 144;
export const ERF_DENOMINATOR: usize = CONSTANTS + 168;
/** (sin r − r) / r³ in r², |r| ≤ π/4; 3 numbers. Cephes. */
export const SINE: usize = CONSTANTS + 200;
/** (cos r − 1 + r²/2) / r⁴ in r², |r| ≤ π/4; 3 numbers. Cephes. */
export const COSINE: usize = CONSTANTS + 212;

/** Writes the numbers; once per memory, before any other kernel. */
export function initialize(): void {
  store<f32>(ONE, 1);
  store<f32>(HALF, 0.5);
  store<f32>(LOG2_E, 1.44269504088896341);
  store<f32>(ROUNDER, 12582912.0);
  store<f32>(LN2_HIGH, 0.693359375);
  store<f32>(LN2_LOW, -2.12194440e-4);
  store<f32>(EXP_MAX, 90);
  store<f32>(EXP_MIN, -103.972084);
  store<i32>(BIAS, 127);
  store<f32>(FOUR, 4);
  store<i32>(SIGN, 0x80000000);
  store<f32>(SQRT_HALF, 0.70710678118654752);
  store<f32>(TWO_BY_SQRT_PI, 1.12837916709551257);
  six(EXP_TAIL, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1);
  six(LOG_TAIL, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1);
  three(LOG_TAIL + 24, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1);
  three(TANH_NEAR, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2);
  store<f32>(TANH_NEAR + 12, 1.33314422036e-1);
  store<f32>(TANH_NEAR + 16, -3.33332819422e-1);
  six(ERF_NUMERATOR, 1.9867982e-6, 0.00028456238, 0.0038832123, 0.053101338, 0.19354208, 1.1283792);
  six(ERF_DENOMINATOR, 3.742015e-5, 0.0011855381, 0.015206988, 0.115348754, 0.50485474, 1);
  three(SINE, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
  three(COSINE, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
}

function three(at: usize, c0: f32, c1: f32, c2: f32): void {
  store<f32>(at, c0);
  store<f32>(at, c1, 4);
  store<f32>(at, c2, 8);
}

function six(at: usize, c0: f32, c1: f32, c2: f32, c3: f32, c4: f32, c5: f32): void {
  three(at, c0, c1, c2);
  three(at + 12, c3, c4, c5);
}

/** One of the numbers in all lanes. */
export function constant(at: usize): v128 {
  return v128.load32_splat(at);
}
