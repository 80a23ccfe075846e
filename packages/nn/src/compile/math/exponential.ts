/**
 * @file exp, expm1, tanh and sigmoid of four f32 at a time, as functions of the generated module.
 *
 * Range reduction and polynomials follow Cephes (Moshier): exp(x) = 2ⁿ·exp(r) with |r| ≤ ln 2 / 2. Within 2 ulp of the exact result (tested), with
 * NaN, infinities, overflow and subnormal results as in IEEE arithmetic.
 */
import type { Code, FunctionRef } from "../wasm/code.ts";
import {
  abs,
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
  neg,
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

/** (exp(r) − 1 − r) / r² for |r| ≤ ln 2 / 2. */
const EXP_TAIL = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
/** ln 2 in two parts: the first has so few bits that its product with a whole number is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
/** Beyond these the result is 0 or infinite. */
const LOWEST = -104;
const HIGHEST = 89;
const SIGN_BIT = -0x80000000;

const nearest = unary("f32x4.nearest");
const toInt = unary("i32x4.trunc_sat_f32x4_s");
const addInt = binary("i32x4.add");
const subInt = binary("i32x4.sub");

/** r + r²·P(r) = exp(r) − 1 for a reduced argument. */
function expm1Reduced(r: Expression): Expression {
  return add(mul(mul(r, r), polynomial(r, EXP_TAIL)), r);
}

/** 2ⁿ for whole n between −126 and 127. */
function powerOfTwo(n: Expression): Expression {
  return shift("i32x4.shl", addInt(n, i32(127)), 23);
}

/** exp of an expression, written in place. */
function exp(code: Code, value: Expression): Expression {
  const clamped = keep(code, binary("f32x4.min")(binary("f32x4.max")(value, f32(LOWEST)), f32(HIGHEST)));
  const n = keep(code, nearest(mul(clamped, f32(Math.LOG2E))));
  const r = keep(code, sub(sub(clamped, mul(n, f32(LN2_HIGH))), mul(n, f32(LN2_LOW))));
  // 2ⁿ in two factors: n reaches from −150 to 128, further than one exponent does.
  const whole = keep(code, toInt(n));
  const half = keep(code, shift("i32x4.shr_s", whole, 1));
  const mantissa = add(expm1Reduced(r), f32(1));
  return mul(mul(mantissa, powerOfTwo(half)), powerOfTwo(subInt(whole, half)));
}

/** exp(x). */
export function expFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("exp", VECTOR_FUNCTION, (code) => exp(code, read(0))(code));
}

/** exp(x) of an expression by a call. */
function callExp(module: ModuleBuilder, value: Expression): Expression {
  return (code) => {
    value(code);
    code.call(expFunction(module));
  };
}

/** exp(x) − 1 without cancellation near 0. */
export function expm1Function(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("expm1", VECTOR_FUNCTION, (code) => {
    const x = read(0);
    const far = keep(code, sub(callExp(module, x), f32(1)));
    select(less(abs(x), f32(Math.LN2 / 2)), expm1Reduced(x), far)(code);
  });
}

/** tanh(x): an odd polynomial for |x| < 0.625, 1 − 2/(exp(2|x|) + 1) with the sign of x elsewhere. */
export function tanhFunction(module: ModuleBuilder): FunctionRef {
  const near = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1];
  return module.defineOnce("tanh", VECTOR_FUNCTION, (code) => {
    const x = read(0);
    const size = keep(code, abs(x));
    const power = callExp(module, add(size, size));
    const far = keep(code, or(sub(f32(1), div(f32(2), add(power, f32(1)))), and(x, i32(SIGN_BIT))));
    const square = keep(code, mul(x, x));
    select(less(size, f32(0.625)), add(mul(mul(polynomial(square, near), square), x), x), far)(code);
  });
}

/** 1 / (1 + exp(−x)), as exp(x) / (1 + exp(x)) for negative x so that small results keep their digits. */
export function sigmoidFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("sigmoid", VECTOR_FUNCTION, (code) => {
    const x = read(0);
    const power = keep(code, callExp(module, neg(abs(x))));
    div(select(less(x, f32(0)), power, f32(1)), add(power, f32(1)))(code);
  });
}
