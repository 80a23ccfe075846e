/**
 * @file erf of four f32 at a time, as a function of the generated module.
 *
 * Two minimax polynomials fitted with Lawson's algorithm: erf(x)/x in x² for |x| < 1 (relative error 1.3e-9), log(1 − erf |x|) for 1 ≤ |x| ≤ 4 (error of
 * the result 1.1e-9); beyond 4 erf rounds to ±1. Within 3 ulp of the exact result (tested).
 */
import type { FunctionRef } from "../wasm/code.ts";
import { abs, and, binary, f32, i32, keep, less, mul, or, polynomial, read, select, sub } from "../wasm/expression.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { ValueType } from "../wasm/opcodes.ts";
import { expFunction } from "./exponential.ts";
import { VECTOR_FUNCTION } from "./signature.ts";

const NEAR = [
  7.854026391178448e-5, -8.010247677165405e-4, 5.18833450403595e-3, -2.685381607105775e-2, 1.1283585270832508e-1,
  -3.761262583975115e-1, 1.128379165732346,
];
const FAR = [
  1.8557489319151658e-4, -2.9396157353124286e-3, 2.1805351154217348e-2, -1.030374355149088e-1, -6.382256023725664e-1,
  -1.1270400799760585, -3.537089287620227e-4,
];
const SIGN_BIT = -0x80000000;

/** erf(x) = 2/√π ∫₀ˣ exp(−t²) dt. */
export function erfFunction(module: ModuleBuilder): FunctionRef {
  return module.defineOnce("erf", VECTOR_FUNCTION, (code) => {
    const x = read(0);
    const size = keep(code, binary("f32x4.min")(abs(x), f32(4)));
    polynomial(size, FAR)(code);
    code.call(expFunction(module));
    const complement = code.local(ValueType.v128);
    code.set(complement);
    const far = keep(code, or(sub(f32(1), read(complement)), and(x, i32(SIGN_BIT))));
    const square = keep(code, mul(x, x));
    select(less(size, f32(1)), mul(x, polynomial(square, NEAR)), far)(code);
  });
}
