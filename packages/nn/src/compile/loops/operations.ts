/** @file How each elementwise primitive is computed on vectors: 4 lanes of f32 and int32, or 2 lanes where f64 takes part. */
import { powOf } from "../../primitives/binary.ts";
import { erfOf } from "../../primitives/erf.ts";
import { BYTES_PER_ELEMENT, type DType } from "../../tensor/dtype.ts";
import type { FunctionType } from "../wasm/code.ts";
import { binary, type Expression, f32, f64, i32, select, unary } from "../wasm/expression.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { type SimdName, ValueType } from "../wasm/opcodes.ts";

/** What an operation may look at. */
export interface OperationContext {
  readonly module: ModuleBuilder;
  /** Element type of the result. */
  readonly dtype: DType;
  /** Element types of the operands. */
  readonly inputs: readonly DType[];
  /** Lanes that differ: 1 where all lanes of the operands are equal, or only the first is wanted. */
  readonly activeLanes: number;
}

/** Computes the result from the operands. Operands may be written more than once. */
export type Operation = (context: OperationContext, operands: readonly Expression[]) => Expression;

/** Operations of one element type each; a missing one is left to the primitive's kernel or reference. */
type ByDType = Readonly<Partial<Record<DType, Operation>>>;

const PREFIX = { float: "f32x4", f64: "f64x2", int32: "i32x4" } as const;
const CONSTANT: Readonly<Record<DType, (value: number) => Expression>> = { float: f32, f64, int32: i32 };

/** A vector with every lane the same number. */
export function constantVector(value: number, dtype: DType): Expression {
  return CONSTANT[dtype](value);
}

const none: Expression = () => {
  throw new RangeError("an operation has too few operands");
};

function one(compute: (x: Expression, context: OperationContext) => Expression): Operation {
  return (context, [x = none]) => compute(x, context);
}

function two(compute: (a: Expression, b: Expression, context: OperationContext) => Expression): Operation {
  return (context, [a = none, b = none]) => compute(a, b, context);
}

/** The same SIMD instruction for f32 and f64, and int32 where it has one. */
function unaryFloats(name: "neg" | "abs" | "sqrt" | "floor"): ByDType {
  return { float: one(unary(`f32x4.${name}`)), f64: one(unary(`f64x2.${name}`)) };
}

function binaryFloats(name: "add" | "sub" | "mul" | "div" | "min" | "max"): ByDType {
  return { float: two(binary(`f32x4.${name}`)), f64: two(binary(`f64x2.${name}`)) };
}

type HostFunction = "exp" | "expm1" | "log" | "log1p" | "tanh" | "sin" | "cos" | "pow" | "sigmoid" | "erf";

/** Functions in double precision that generated modules may import, as `math.<name>`. */
export const HOST_FUNCTIONS: Readonly<Record<HostFunction, (...args: number[]) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  pow: powOf,
  sigmoid: (x: number): number => 1 / (1 + Math.exp(-x)),
  erf: erfOf,
};

const VECTOR_FUNCTION: FunctionType = { params: [ValueType.v128], results: [ValueType.v128] };

/** The kernels' own vector function for f32, so that a loop gives the same bits as the kernel; a function of `Math` for f64. */
function transcendental(name: HostFunction): ByDType {
  const call = one((x, { module }) => (code) => {
    x(code);
    code.call(module.importFunction("kernels", `v_${name}`, VECTOR_FUNCTION));
  });
  return { float: call, f64: perLane(name) };
}

/** Calls a function of the host for every lane, in double precision: slow, for checking and for what is rare. */
function perLane(name: HostFunction): Operation {
  return ({ module, dtype, activeLanes }, operands) =>
    (code) => {
      const f64s = operands.map(() => ValueType.f64);
      const target = module.importFunction("math", name, { params: f64s, results: [ValueType.f64] });
      const single = dtype === "float";
      const callLane = (lane: number): void => {
        for (const operand of operands) {
          operand(code);
          code.simdLane(single ? "f32x4.extract_lane" : "f64x2.extract_lane", lane);
          if (single) code.op("f64.promote_f32");
        }
        code.call(target);
        if (single) code.op("f32.demote_f64");
      };
      callLane(0);
      code.simd(single ? "f32x4.splat" : "f64x2.splat");
      for (let lane = 1; lane < Math.min(activeLanes, single ? 4 : 2); lane += 1) {
        callLane(lane);
        code.simdLane(single ? "f32x4.replace_lane" : "f64x2.replace_lane", lane);
      }
    };
}

/** 1 where the comparison holds, 0 elsewhere, in the operands' element type. */
function comparison(name: "eq" | "ne" | "lt" | "le"): ByDType {
  const compare = (simd: SimdName): Operation =>
    two((a, b, { dtype }) => binary("v128.and")(binary(simd)(a, b), constantVector(1, dtype)));
  const signed = name === "lt" || name === "le" ? (`i32x4.${name}_s` as const) : (`i32x4.${name}` as const);
  return { float: compare(`f32x4.${name}`), f64: compare(`f64x2.${name}`), int32: compare(signed) };
}

/** Bits of 1 where an element is not 0, in lanes as wide as the result's. */
function conditionMask(condition: Expression, from: DType, to: DType): Expression {
  const mask = binary(`${PREFIX[from]}.ne`)(condition, constantVector(0, from));
  const [fromBytes, toBytes] = [BYTES_PER_ELEMENT[from], BYTES_PER_ELEMENT[to]];
  if (fromBytes === toBytes) return mask;
  if (fromBytes < toBytes) return unary("i64x2.extend_low_i32x4_s")(mask);
  return (code) => {
    mask(code);
    code.i32(0);
    code.simd("i32x4.splat");
    code.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 16, 16, 16, 16, 16, 16, 16]);
  };
}

const where: Operation = ({ dtype, inputs }, [condition = none, a = none, b = none]) =>
  select(conditionMask(condition, inputs[0] ?? dtype, dtype), a, b);

const CAST: Readonly<Record<DType, Readonly<Record<DType, SimdName | undefined>>>> = {
  float: { float: undefined, f64: "f64x2.promote_low_f32x4", int32: "i32x4.trunc_sat_f32x4_s" },
  f64: { float: "f32x4.demote_f64x2_zero", f64: undefined, int32: "i32x4.trunc_sat_f64x2_s_zero" },
  int32: { float: "f32x4.convert_i32x4_s", f64: "f64x2.convert_low_i32x4_s", int32: undefined },
};

const cast: Operation = one((x, { dtype, inputs }) => {
  const name = CAST[inputs[0] ?? dtype][dtype];
  return name === undefined ? x : unary(name)(x);
});

const identity: Operation = one((x) => x);

/** ±1 with the sign of x; 0 and NaN are their own sign. */
function signOf(dtype: "float" | "f64"): Operation {
  const p = PREFIX[dtype];
  return one((x) => {
    const zero = constantVector(0, dtype);
    const nonzero = binary("v128.or")(binary(`${p}.gt`)(x, zero), binary(`${p}.lt`)(x, zero));
    const unit = binary("v128.or")(constantVector(1, dtype), binary("v128.and")(x, constantVector(-0, dtype)));
    return select(nonzero, unit, x);
  });
}

function reciprocalOf(dtype: "float" | "f64"): (x: Expression) => Expression {
  return (x) => binary(`${PREFIX[dtype]}.div`)(constantVector(1, dtype), x);
}

/** By primitive name. */
const OPERATIONS: Readonly<Record<string, ByDType | undefined>> = {
  neg: { ...unaryFloats("neg"), int32: one(unary("i32x4.neg")) },
  abs: { ...unaryFloats("abs"), int32: one(unary("i32x4.abs")) },
  sqrt: unaryFloats("sqrt"),
  floor: unaryFloats("floor"),
  add: { ...binaryFloats("add"), int32: two(binary("i32x4.add")) },
  sub: { ...binaryFloats("sub"), int32: two(binary("i32x4.sub")) },
  mul: { ...binaryFloats("mul"), int32: two(binary("i32x4.mul")) },
  div: binaryFloats("div"),
  maximum: { ...binaryFloats("max"), int32: two(binary("i32x4.max_s")) },
  minimum: { ...binaryFloats("min"), int32: two(binary("i32x4.min_s")) },
  relu: {
    float: one((x) => binary("f32x4.max")(x, f32(0))),
    f64: one((x) => binary("f64x2.max")(x, f64(0))),
    int32: one((x) => binary("i32x4.max_s")(x, i32(0))),
  },
  square: {
    float: one((x) => binary("f32x4.mul")(x, x)),
    f64: one((x) => binary("f64x2.mul")(x, x)),
    int32: one((x) => binary("i32x4.mul")(x, x)),
  },
  reciprocal: { float: one(reciprocalOf("float")), f64: one(reciprocalOf("f64")) },
  rsqrt: {
    float: one((x) => reciprocalOf("float")(unary("f32x4.sqrt")(x))),
    f64: one((x) => reciprocalOf("f64")(unary("f64x2.sqrt")(x))),
  },
  sign: { float: signOf("float"), f64: signOf("f64") },
  exp: transcendental("exp"),
  expm1: transcendental("expm1"),
  log: transcendental("log"),
  log1p: transcendental("log1p"),
  tanh: transcendental("tanh"),
  sigmoid: transcendental("sigmoid"),
  sin: transcendental("sin"),
  cos: transcendental("cos"),
  erf: transcendental("erf"),
  pow: { float: perLane("pow"), f64: perLane("pow") },
  equal: comparison("eq"),
  notEqual: comparison("ne"),
  less: comparison("lt"),
  lessEqual: comparison("le"),
  where: { float: where, f64: where, int32: where },
  cast: { float: cast, f64: cast, int32: cast },
  copy: { float: identity, f64: identity, int32: identity },
  broadcastTo: { float: identity, f64: identity, int32: identity },
  transpose: { float: identity, f64: identity, int32: identity },
};

/** How a primitive is computed in a loop; undefined when it is not for this element type of result and operands. */
export function operationFor(name: string, dtype: DType, inputs: readonly DType[]): Operation | undefined {
  const byDType = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (byDType === undefined) return undefined;
  // All but these two have operands of the result's type; a primitive that allows more says so by not being computed here.
  const mixed = name === "cast" || (name === "where" && inputs.slice(1).every((input) => input === dtype));
  return mixed || inputs.every((input) => input === dtype) ? byDType[dtype] : undefined;
}
