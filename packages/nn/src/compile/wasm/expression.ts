/** @file Vector expressions: what a run of stack instructions computes, as a value that composes. */
import type { Code, Local } from "./code.ts";
import type { SimdName } from "./opcodes.ts";

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
