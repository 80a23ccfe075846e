/** @file Vector expressions: what a run of stack instructions computes, as a value that composes. */
import type { Code, Local } from "./code.ts";
import { type SimdName, ValueType } from "./opcodes.ts";

/** Writes the instructions that leave one value on the stack. */
export type Expression = (code: Code) => void;

/** A SIMD instruction of one operand. */
export function unary(name: SimdName): (a: Expression) => Expression {
  return (a) => (code) => {
    a(code);
    code.simd(name);
  };
}

/** A SIMD instruction of two operands. */
export function binary(name: SimdName): (a: Expression, b: Expression) => Expression {
  return (a, b) => (code) => {
    a(code);
    b(code);
    code.simd(name);
  };
}

/** The value of a local. */
export function read(local: Local): Expression {
  return (code) => code.get(local);
}

/** Computes an expression now and keeps its vector in a local, to use it more than once. */
export function keep(code: Code, value: Expression): Expression {
  const local = code.local(ValueType.v128);
  value(code);
  code.set(local);
  return read(local);
}

/** Four equal f32. */
export function f32(value: number): Expression {
  return (code) => code.v128(Float32Array.of(value, value, value, value));
}

/** Two equal f64. */
export function f64(value: number): Expression {
  return (code) => code.v128(Float64Array.of(value, value));
}

/** Four equal i32. */
export function i32(value: number): Expression {
  return (code) => code.v128(Int32Array.of(value, value, value, value));
}

/** Bits of `a` where the mask's are 1, of `b` where they are 0. */
export function select(mask: Expression, a: Expression, b: Expression): Expression {
  return (code) => {
    a(code);
    b(code);
    mask(code);
    code.simd("v128.bitselect");
  };
}

/** Shifts each 32-bit lane by a constant. */
export function shift(name: "i32x4.shl" | "i32x4.shr_s" | "i32x4.shr_u", a: Expression, bits: number): Expression {
  return (code) => {
    a(code);
    code.i32(bits);
    code.simd(name);
  };
}

/** c₀ + x·(c₁ + x·(c₂ + …)) with f32 coefficients from the highest power to the constant term (Horner). */
export function polynomial(x: Expression, coefficients: readonly number[]): Expression {
  const [highest = 0, ...rest] = coefficients;
  return rest.reduce<Expression>((sum, coefficient) => add(mul(sum, x), f32(coefficient)), f32(highest));
}

export const add: (a: Expression, b: Expression) => Expression = binary("f32x4.add");
export const sub: (a: Expression, b: Expression) => Expression = binary("f32x4.sub");
export const mul: (a: Expression, b: Expression) => Expression = binary("f32x4.mul");
export const div: (a: Expression, b: Expression) => Expression = binary("f32x4.div");
export const and: (a: Expression, b: Expression) => Expression = binary("v128.and");
export const or: (a: Expression, b: Expression) => Expression = binary("v128.or");
export const xor: (a: Expression, b: Expression) => Expression = binary("v128.xor");
export const abs: (a: Expression) => Expression = unary("f32x4.abs");
export const neg: (a: Expression) => Expression = unary("f32x4.neg");
export const less: (a: Expression, b: Expression) => Expression = binary("f32x4.lt");
