/**
 * @file sin and cos of four f32 at a time, as functions of the generated module.
 *
 * The argument is reduced to |r| ≤ π/4 in double precision, which keeps r exact to f32 up to |x| ≈ 10⁹ (above, f32 itself no longer knows the angle;
 * results stay within ±1). Polynomials from Cephes (Moshier). Within 2 ulp, or 2⁻²⁵ near the zeros (tested).
 */
import type { Code, FunctionRef } from "../wasm/code.ts";
import {
  add,
  and,
  binary,
  type Expression,
  f32,
  f64,
  i32,
  keep,
  mul,
  polynomial,
  read,
  select,
  shift,
  sub,
  unary,
  xor,
} from "../wasm/expression.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { VECTOR_FUNCTION } from "./signature.ts";

const SIN_TAIL = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COS_TAIL = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

const promote = unary("f64x2.promote_low_f32x4");
const demote = unary("f32x4.demote_f64x2_zero");
const toInt = unary("i32x4.trunc_sat_f64x2_s_zero");
const floor64 = unary("f64x2.floor");
const add64 = binary("f64x2.add");
const sub64 = binary("f64x2.sub");
const mul64 = binary("f64x2.mul");

/** Bytes of `a` and `b` in a new order. */
function shuffled(a: Expression, b: Expression, order: readonly number[]): Expression {
  return (code) => {
    a(code);
    b(code);
    code.shuffle(order);
  };
}

/** x = n·π/2 + r: the two lanes of the low half of `x`, or of the high half. */
function reduceHalf(code: Code, x: Expression): { readonly n: Expression; readonly r: Expression } {
  const wide = keep(code, promote(x));
  const n = keep(code, floor64(add64(mul64(wide, f64(2 / Math.PI)), f64(0.5))));
  return { n: keep(code, toInt(n)), r: keep(code, demote(sub64(wide, mul64(n, f64(Math.PI / 2))))) };
}

/** sin(x + quarters·π/2). */
function sine(code: Code, x: Expression, quarters: 0 | 1): Expression {
  const low = reduceHalf(code, x);
  const high = reduceHalf(code, shuffled(x, x, HIGH_HALF));
  const r = keep(code, shuffled(low.r, high.r, LOW_HALVES));
  const quadrant = keep(code, binary("i32x4.add")(shuffled(low.n, high.n, LOW_HALVES), i32(quarters)));
  const square = keep(code, mul(r, r));
  const sin = add(mul(mul(polynomial(square, SIN_TAIL), square), r), r);
  const cosTail = mul(mul(polynomial(square, COS_TAIL), square), square);
  const cos = add(sub(cosTail, mul(square, f32(0.5))), f32(1));
  const odd = binary("i32x4.eq")(and(quadrant, i32(1)), i32(1));
  const sign = shift("i32x4.shl", and(quadrant, i32(2)), 30);
  const signed = xor(select(odd, cos, sin), sign);
  return binary("f32x4.max")(binary("f32x4.min")(signed, f32(1)), f32(-1));
}

/** sin(x). */
export function sinFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("sin", VECTOR_FUNCTION, (code) => sine(code, read(0), 0)(code));
}

/** cos(x). */
export function cosFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("cos", VECTOR_FUNCTION, (code) => sine(code, read(0), 1)(code));
}
