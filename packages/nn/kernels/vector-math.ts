/**
 * @file exp, log and their kin for four floats at once.
 *
 * Range reduction and minimax polynomials after Cephes (S. Moshier, public domain). Errors against correctly rounded results, measured over the whole
 * range by `src/engine/kernels.test.ts`: below 3 ulp, so within 4e-7 relative; 0, ±Infinity, NaN and subnormal results as IEEE has them. The functions are
 * exported to the compiler's chains too (`v_exp`, …), so eager and compiled code agree to the bit.
 */
import { madd, nmadd } from "./lanes";

@external("math", "sin")
declare function hostSin(x: f64): f64;
@external("math", "cos")
declare function hostCos(x: f64): f64;

/** 1.5 · 2^23: adding it rounds to a whole number and leaves that in the low bits. */
const ROUNDER: f32 = 12582912.0;
const ROUNDER_BITS: i32 = 0x4b400000;

/** r²·p(r) of e^r ≈ 1 + r + r²·p(r), |r| ≤ 0.35. */
function expTail(r: v128): v128 {
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  return f32x4.mul(p, f32x4.mul(r, r));
}

/** e^x. Infinity above 88.72, subnormal below −87.3, 0 below −103.97. */
export function exp(x: v128): v128 {
  // pmin and pmax keep NaN when it comes first.
  const clamped = f32x4.pmax(f32x4.pmin(x, f32x4.splat(90)), f32x4.splat(-105));
  const shifted = madd(clamped, f32x4.splat(1.44269504088896341), f32x4.splat(ROUNDER));
  const whole = f32x4.sub(shifted, f32x4.splat(ROUNDER));
  // ln 2 in two parts, the first exact in few bits.
  let r = nmadd(whole, f32x4.splat(0.693359375), clamped);
  r = nmadd(whole, f32x4.splat(-2.12194440e-4), r);
  const y = f32x4.add(f32x4.add(expTail(r), r), f32x4.splat(1));
  // 2^n as two factors, so that n = 128 and subnormal results come out right.
  const n = i32x4.sub(shifted, i32x4.splat(ROUNDER_BITS));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** 2^n for −126 ≤ n ≤ 127, from integer lanes. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
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
  const r = f32x4.sub(m, f32x4.splat(1));
  const square = f32x4.mul(r, r);
  let p = madd(f32x4.splat(7.0376836292e-2), r, f32x4.splat(-1.1514610310e-1));
  p = madd(p, r, f32x4.splat(1.1676998740e-1));
  p = madd(p, r, f32x4.splat(-1.2420140846e-1));
  p = madd(p, r, f32x4.splat(1.4249322787e-1));
  p = madd(p, r, f32x4.splat(-1.6668057665e-1));
  p = madd(p, r, f32x4.splat(2.0000714765e-1));
  p = madd(p, r, f32x4.splat(-2.4999993993e-1));
  p = madd(p, r, f32x4.splat(3.3333331174e-1));
  let y = f32x4.mul(f32x4.mul(p, r), square);
  y = madd(e, f32x4.splat(-2.12194440e-4), y);
  y = nmadd(f32x4.splat(0.5), square, y);
  y = madd(e, f32x4.splat(0.693359375), f32x4.add(r, y));
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
  let p = madd(f32x4.splat(-5.70498872745e-3), square, f32x4.splat(2.06390887954e-2));
  p = madd(p, square, f32x4.splat(-5.37397155531e-2));
  p = madd(p, square, f32x4.splat(1.33314422036e-1));
  p = madd(p, square, f32x4.splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, square), x, x);
  const e = exp(f32x4.add(magnitude, magnitude));
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(e, f32x4.splat(1))));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(magnitude, f32x4.splat(0.625)));
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))));
}

/** Error function. Polynomials fitted by `scripts/fit-erf.py`. */
export function erf(x: v128): v128 {
  const magnitude = f32x4.abs(x), square = f32x4.mul(x, x);
  let p = madd(f32x4.splat(7.853857e-5), square, f32x4.splat(-0.00080101925));
  p = madd(p, square, f32x4.splat(0.0051883277));
  p = madd(p, square, f32x4.splat(-0.026853811));
  p = madd(p, square, f32x4.splat(0.112835854));
  p = madd(p, square, f32x4.splat(-0.37612626));
  p = madd(p, square, f32x4.splat(1.1283791));
  const near = f32x4.mul(p, x);
  const t = f32x4.pmin(magnitude, f32x4.splat(4));
  let q = madd(f32x4.splat(0.0001915036), t, f32x4.splat(-0.002999536));
  q = madd(q, t, f32x4.splat(0.02205198));
  q = madd(q, t, f32x4.splat(-0.10356686));
  q = madd(q, t, f32x4.splat(-0.63760006));
  q = madd(q, t, f32x4.splat(-1.127426));
  q = madd(q, t, f32x4.splat(-0.0002564493));
  const far = v128.or(f32x4.sub(f32x4.splat(1), exp(q)), v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, far, f32x4.lt(magnitude, f32x4.splat(1)));
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
  let p = madd(f32x4.splat(-1.9515295891e-4), square, f32x4.splat(8.3321608736e-3));
  p = madd(p, square, f32x4.splat(-1.6666654611e-1));
  return madd(f32x4.mul(p, square), r, r);
}

function cosinePolynomial(r: v128): v128 {
  const square = f32x4.mul(r, r);
  let p = madd(f32x4.splat(2.443315711809948e-5), square, f32x4.splat(-1.388731625493765e-3));
  p = madd(p, square, f32x4.splat(4.166664568298827e-2));
  return madd(f32x4.mul(p, square), square, nmadd(f32x4.splat(0.5), square, f32x4.splat(1)));
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
