/**
 * @file exp, log and their kin for four floats at once.
 *
 * Range reduction and minimax polynomials after Cephes (S. Moshier, public domain). Errors against correctly rounded results, measured over the whole
 * range by `src/engine/kernels.test.ts`: at most 4 ulp, so within 5e-7 relative; 0, ±Infinity, NaN and subnormal results as IEEE has them. The functions are
 * exported to the compiler's chains too (`v_exp`, …), so eager and compiled code agree to the bit.
 */
import {
  BIAS, constant, COSINE, ERF_DENOMINATOR, ERF_NUMERATOR, EXP_MAX, EXP_MIN, EXP_TAIL, FOUR, HALF, LN2_HIGH, LN2_LOW, LOG2_E, LOG_TAIL, ONE, ROUNDER,
  SIGN, SINE, SQRT_HALF, TANH_NEAR, TWO_BY_SQRT_PI,
} from "./constants";
import { madd, nmadd } from "./lanes";

@external("math", "sin")
declare function hostSin(x: f64): f64;
@external("math", "cos")
declare function hostCos(x: f64): f64;

/** Polynomials by Horner's rule; coefficients from the highest power on. */
function cubicTerms(x: v128, at: usize): v128 {
  return madd(madd(constant(at), x, constant(at + 4)), x, constant(at + 8));
}

function sixTerms(x: v128, at: usize): v128 {
  return madd(madd(madd(cubicTerms(x, at), x, constant(at + 12)), x, constant(at + 16)), x, constant(at + 20));
}

/** r²·p(r) of e^r ≈ 1 + r + r²·p(r), |r| ≤ 0.35. */
function expTail(r: v128): v128 {
  return f32x4.mul(sixTerms(r, EXP_TAIL), f32x4.mul(r, r));
}

/** e^x. Infinity above 88.72, subnormal below −87.3, 0 below −103.97. */
export function exp(x: v128): v128 {
  return inlineExp(x);
}

/** Inlined where it is a part of another function: a call costs half as much as the function itself. */
// @ts-ignore: decorators of functions are AssemblyScript's own.
@inline
function inlineExp(x: v128): v128 {
  // Lanes whose result is 0 go on as 0: an x86 processor takes 150 cycles for a product that underflows, and masked scores are full of them. NaN compares
  // false and stays; pmin keeps it when it comes first.
  const vanishes = f32x4.lt(x, constant(EXP_MIN));
  const clamped = v128.andnot(f32x4.pmin(x, constant(EXP_MAX)), vanishes);
  const rounder = constant(ROUNDER);
  const shifted = madd(clamped, constant(LOG2_E), rounder);
  const whole = f32x4.sub(shifted, rounder);
  const r = nmadd(whole, constant(LN2_LOW), nmadd(whole, constant(LN2_HIGH), clamped));
  const y = f32x4.add(f32x4.add(expTail(r), r), constant(ONE));
  // 2^n as two factors, so that n = 128 and subnormal results come out right.
  const n = i32x4.sub(shifted, rounder);
  const half = i32x4.shr_s(n, 1);
  return v128.andnot(f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half))), vanishes);
}

/** 2^n for −126 ≤ n ≤ 127, from integer lanes. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, constant(BIAS)), 23);
}

/** ln x. −Infinity at 0, NaN below. */
export function log(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  // x = 2^e · m with √½ ≤ m < √2: subtracting the bits of √½ makes the exponent field count from there.
  const bits = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), v128.and(subnormal, i32x4.splat(23)));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const e = f32x4.convert_i32x4_s(exponent);
  const r = f32x4.sub(m, constant(ONE));
  const square = f32x4.mul(r, r);
  const p = madd(madd(madd(sixTerms(r, LOG_TAIL), r, constant(LOG_TAIL + 24)), r, constant(LOG_TAIL + 28)), r, constant(LOG_TAIL + 32));
  let y = f32x4.mul(f32x4.mul(p, r), square);
  y = madd(e, constant(LN2_LOW), y);
  y = nmadd(constant(HALF), square, y);
  y = madd(e, constant(LN2_HIGH), f32x4.add(r, y));
  // Infinity and NaN come back as they are, 0 gives −Infinity, negative gives NaN.
  y = v128.bitselect(y, x, f32x4.lt(x, f32x4.splat(Infinity)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, f32x4.splat(0)));
  return v128.bitselect(f32x4.splat(NaN), y, f32x4.lt(x, f32x4.splat(0)));
}

/** ln(1 + x) without losing small x: what rounding 1 + x lost is put back as a factor (W. Kahan). */
export function log1p(x: v128): v128 {
  const u = f32x4.add(x, f32x4.splat(1)), d = f32x4.sub(u, f32x4.splat(1));
  const y = f32x4.mul(log(u), f32x4.div(x, d));
  const tiny = f32x4.eq(d, f32x4.splat(0));
  return v128.bitselect(x, y, v128.or(tiny, f32x4.eq(x, f32x4.splat(Infinity))));
}

/** e^x − 1 without losing small x. */
export function expm1(x: v128): v128 {
  const small = f32x4.lt(f32x4.abs(x), f32x4.splat(0.35));
  return v128.bitselect(f32x4.add(expTail(x), x), f32x4.sub(exp(x), f32x4.splat(1)), small);
}

/** Hyperbolic tangent. */
export function tanh(x: v128): v128 {
  const magnitude = f32x4.abs(x), square = f32x4.mul(x, x);
  const p = madd(madd(cubicTerms(square, TANH_NEAR), square, constant(TANH_NEAR + 12)), square, constant(TANH_NEAR + 16));
  const near = madd(f32x4.mul(p, square), x, x);
  const e = inlineExp(f32x4.add(magnitude, magnitude));
  const one = constant(ONE);
  const far = f32x4.sub(one, f32x4.div(f32x4.add(one, one), f32x4.add(e, one)));
  const signed = v128.or(far, v128.and(x, constant(SIGN)));
  return v128.bitselect(near, signed, f32x4.lt(magnitude, f32x4.splat(0.625)));
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: v128): v128 {
  const one = constant(ONE);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** Error function: a quotient of polynomials, from 4 on 1 to the last bit. Fitted by `scripts/fit-erf.py`. */
export function erf(x: v128): v128 {
  return inlineErf(x);
}

// @ts-ignore: as above.
@inline
function inlineErf(x: v128): v128 {
  const sign = v128.and(x, constant(SIGN));
  // pmin keeps NaN when it comes first.
  const magnitude = f32x4.pmin(v128.xor(x, sign), constant(FOUR)), square = f32x4.mul(magnitude, magnitude);
  const numerator = f32x4.mul(sixTerms(square, ERF_NUMERATOR), magnitude);
  const y = f32x4.div(numerator, sixTerms(square, ERF_DENOMINATOR));
  return v128.or(f32x4.pmin(y, constant(ONE)), sign);
}

/** x·Φ(x), Φ the normal distribution: rounded as x · 0.5 · (erf(x · √½) + 1). */
export function gelu(x: v128): v128 {
  const twicePhi = f32x4.add(inlineErf(f32x4.mul(x, constant(SQRT_HALF))), constant(ONE));
  return f32x4.mul(f32x4.mul(x, constant(HALF)), twicePhi);
}

/** g · (Φ(x) + x·φ(x)). */
export function geluGrad(g: v128, x: v128): v128 {
  const half = constant(HALF);
  const u = f32x4.mul(x, constant(SQRT_HALF));
  const twicePhi = f32x4.add(inlineErf(u), constant(ONE));
  // x·φ(x) = u · e^−u² / √π.
  const density = f32x4.mul(f32x4.mul(constant(TWO_BY_SQRT_PI), u), inlineExp(f32x4.neg(f32x4.mul(u, u))));
  return f32x4.mul(g, f32x4.mul(half, f32x4.add(twicePhi, density)));
}

/** Above this the host's own function is called, lane by lane: 33 bits of π/2 no longer reach. */
const MAX_REDUCED: f32 = 100_000;

/** Sine; the reduction by π/2 runs in double precision. */
export function sine(x: v128): v128 {
  return sineOrCosine(x, 0);
}

/** Cosine. */
export function cosine(x: v128): v128 {
  return sineOrCosine(x, 1);
}

function sineOrCosine(x: v128, quarterTurns: i32): v128 {
  const high = v128.shuffle<f32>(x, x, 2, 3, 2, 3);
  const k0 = nearestQuarter(f64x2.promote_low_f32x4(x)), k1 = nearestQuarter(f64x2.promote_low_f32x4(high));
  const r = v128.shuffle<f64>(
    f32x4.demote_f64x2_zero(reduce(f64x2.promote_low_f32x4(x), k0)),
    f32x4.demote_f64x2_zero(reduce(f64x2.promote_low_f32x4(high), k1)),
    0,
    2,
  );
  const k = v128.shuffle<f64>(i32x4.trunc_sat_f64x2_s_zero(k0), i32x4.trunc_sat_f64x2_s_zero(k1), 0, 2);
  const quarter = i32x4.add(k, i32x4.splat(quarterTurns));
  const odd = i32x4.ne(v128.and(quarter, i32x4.splat(1)), i32x4.splat(0));
  const y = v128.bitselect(cosinePolynomial(r), sinePolynomial(r), odd);
  const signed = v128.xor(y, i32x4.shl(v128.and(quarter, i32x4.splat(2)), 30));
  const far = f32x4.gt(f32x4.abs(x), f32x4.splat(MAX_REDUCED));
  return v128.any_true(far) ? withHost(x, signed, quarterTurns) : signed;
}

function nearestQuarter(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(0.6366197723675814)));
}

/** x − k·π/2, with π/2 in two parts of which the first has 33 bits. */
function reduce(x: v128, k: v128): v128 {
  const near = f64x2.sub(x, f64x2.mul(k, f64x2.splat(1.57079632673412561417)));
  return f64x2.sub(near, f64x2.mul(k, f64x2.splat(6.07710050650619224932e-11)));
}

function sinePolynomial(r: v128): v128 {
  const square = f32x4.mul(r, r);
  return madd(f32x4.mul(cubicTerms(square, SINE), square), r, r);
}

function cosinePolynomial(r: v128): v128 {
  const square = f32x4.mul(r, r);
  return madd(f32x4.mul(cubicTerms(square, COSINE), square), square, nmadd(constant(HALF), square, constant(ONE)));
}

function withHost(x: v128, y: v128, quarterTurns: i32): v128 {
  let fixed = y;
  if (isFar(f32x4.extract_lane(x, 0))) fixed = f32x4.replace_lane(fixed, 0, byHost(f32x4.extract_lane(x, 0), quarterTurns));
  if (isFar(f32x4.extract_lane(x, 1))) fixed = f32x4.replace_lane(fixed, 1, byHost(f32x4.extract_lane(x, 1), quarterTurns));
  if (isFar(f32x4.extract_lane(x, 2))) fixed = f32x4.replace_lane(fixed, 2, byHost(f32x4.extract_lane(x, 2), quarterTurns));
  if (isFar(f32x4.extract_lane(x, 3))) fixed = f32x4.replace_lane(fixed, 3, byHost(f32x4.extract_lane(x, 3), quarterTurns));
  return fixed;
}

function isFar(x: f32): bool {
  return abs<f32>(x) > MAX_REDUCED;
}

function byHost(x: f32, quarterTurns: i32): f32 {
  return <f32>(quarterTurns ? hostCos(x) : hostSin(x));
}

// For generated modules (`src/compile`): the same functions under names that cannot be mistaken for kernels.
export { exp as v_exp, log as v_log, log1p as v_log1p, expm1 as v_expm1, tanh as v_tanh, sigmoid as v_sigmoid, erf as v_erf, sine as v_sin, cosine as v_cos };
