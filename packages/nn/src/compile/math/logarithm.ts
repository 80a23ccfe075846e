/**
 * @file log and log1p of four f32 at a time, as functions of the generated module.
 *
 * As in Cephes (Moshier): x = m·2ᵉ with m between √½ and √2, and a polynomial for log(m). Within 2 ulp of the exact result (tested); subnormal
 * arguments included, −∞ at 0, NaN below.
 */
import type { FunctionRef } from "../wasm/code.ts";
import {
  add,
  and,
  binary,
  div,
  type Expression,
  f32,
  i32,
  keep,
  less,
  mul,
  or,
  polynomial,
  read,
  select,
  shift,
  sub,
  unary,
} from "../wasm/expression.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { VECTOR_FUNCTION } from "./signature.ts";

const LOG_TAIL = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
const SMALLEST_NORMAL = 2 ** -126;
const MANTISSA_BITS = 0x007fffff;
const EXPONENT_OF_HALF = 0x3f000000;

const equal = binary("f32x4.eq");
const toFloat = unary("f32x4.convert_i32x4_s");

/** log(x). */
export function logFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("log", VECTOR_FUNCTION, (code) => {
    const x = read(0);
    const subnormal = keep(code, less(x, f32(SMALLEST_NORMAL)));
    const normal = keep(code, select(subnormal, mul(x, f32(2 ** 24)), x));
    const rawExponent = binary("i32x4.sub")(shift("i32x4.shr_u", normal, 23), i32(126));
    const e0 = keep(code, sub(toFloat(rawExponent), and(subnormal, f32(24))));
    const m0 = keep(code, or(and(normal, i32(MANTISSA_BITS)), i32(EXPONENT_OF_HALF)));
    const low = keep(code, less(m0, f32(Math.SQRT1_2)));
    const e = keep(code, sub(e0, and(low, f32(1))));
    const m = keep(code, sub(add(m0, and(low, m0)), f32(1)));
    const square = keep(code, mul(m, m));
    const tail = sub(add(mul(mul(m, square), polynomial(m, LOG_TAIL)), mul(e, f32(LN2_LOW))), mul(square, f32(0.5)));
    const result = keep(code, add(add(m, tail), mul(e, f32(LN2_HIGH))));
    specialCases(x, result)(code);
  });
}

/** ∞ and NaN stay, 0 gives −∞, what is negative gives NaN. */
function specialCases(x: Expression, result: Expression): Expression {
  const finite = select(less(x, f32(Number.POSITIVE_INFINITY)), result, x);
  const atZero = select(equal(x, f32(0)), f32(Number.NEGATIVE_INFINITY), finite);
  return select(less(x, f32(0)), f32(Number.NaN), atZero);
}

/** log(1 + x) without cancellation near 0: log(u) with u = fl(1 + x), and a first-order correction for what rounding u lost. */
export function log1pFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("log1p", VECTOR_FUNCTION, (code) => {
    const x = read(0);
    const u = keep(code, add(x, f32(1)));
    const logarithm: Expression = (c) => {
      u(c);
      c.call(logFunction(module));
    };
    const correction = div(sub(x, sub(u, f32(1))), u);
    const applies = and(less(f32(0), u), less(u, f32(Number.POSITIVE_INFINITY)));
    add(logarithm, and(applies, correction))(code);
  });
}
