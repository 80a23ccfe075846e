/** @file Elementwise primitives as WGSL expressions. */
import type { DType } from "../../tensor/dtype.ts";

/** An expression of the operands' expressions; `dtype` is that of the first operand. */
type Write = (operands: readonly string[], dtype: DType, result: DType) => string;

const call =
  (name: string): Write =>
  (operands) =>
    `${name}(${operands.join(", ")})`;

const infix =
  (sign: string): Write =>
  ([a, b]) =>
    `(${a} ${sign} ${b})`;

/** 1 where a comparison holds. */
const comparison =
  (sign: string): Write =>
  ([a, b], dtype) =>
    dtype === "int32" ? `select(0, 1, ${a} ${sign} ${b})` : `select(0f, 1f, ${a} ${sign} ${b})`;

/** One function for floats and one for int32. */
const either =
  (float: Write, integer: Write): Write =>
  (operands, dtype, result) =>
    (dtype === "int32" ? integer : float)(operands, dtype, result);

const same: Write = ([x = ""]) => x;

const OPERATIONS: Readonly<Record<string, Write>> = {
  neg: ([x]) => `(-(${x}))`,
  exp: call("exp_f"),
  log: call("log_f"),
  log1p: call("log1p_f"),
  expm1: call("expm1_f"),
  sqrt: call("sqrt"),
  rsqrt: ([x]) => `(1f / sqrt(${x}))`,
  reciprocal: ([x]) => `(1f / ${x})`,
  square: ([x]) => `(${x} * ${x})`,
  tanh: call("tanh_f"),
  sigmoid: call("sigmoid_f"),
  relu: either(call("relu_f"), ([x]) => `max(${x}, 0)`),
  sin: call("sin_f"),
  cos: call("cos_f"),
  abs: call("abs"),
  sign: either(call("sign_f"), call("sign")),
  erf: call("erf_f"),
  floor: either(call("floor"), same),
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  pow: call("pow_f"),
  maximum: either(call("max_f"), call("max")),
  minimum: either(call("min_f"), call("min")),
  equal: comparison("=="),
  // Not by "!=", which is allowed to pass over NaN.
  notEqual: ([a, b], dtype) => (dtype === "int32" ? `select(1, 0, ${a} == ${b})` : `select(1f, 0f, ${a} == ${b})`),
  less: comparison("<"),
  lessEqual: comparison("<="),
  where: ([condition, a, b], dtype) => `select(${b}, ${a}, ${condition} != ${dtype === "int32" ? "0" : "0f"})`,
  cast: ([x], dtype, result) => {
    if (dtype === result) return `${x}`;
    return result === "int32" ? `to_int(${x})` : `f32(${x})`;
  },
  copy: same,
  broadcastTo: same,
  transpose: same,
};

/** An elementwise primitive's result; undefined when it is none. */
export function writeOperation(
  name: string,
  operands: readonly string[],
  dtype: DType,
  result: DType,
): string | undefined {
  return OPERATIONS[name]?.(operands, dtype, result);
}
