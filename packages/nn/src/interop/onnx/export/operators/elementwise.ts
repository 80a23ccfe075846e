/** @file Elementwise primitives as ONNX nodes. */
import type { CastAttributes } from "../../../../primitives/select.ts";
import type { DType } from "../../../../tensor/dtype.ts";
import { type Exporter, exporter, input, names } from "../call.ts";
import type { GraphWriter } from "../graph-writer.ts";

/** A primitive that ONNX has as one operator. */
const same =
  (opType: string): Exporter =>
  (write, call) =>
    write.node(opType, names(call));

/** A comparison: 0 and 1 in the operands' element type from ONNX's booleans. */
const comparison =
  (opType: string, negated = false): Exporter =>
  (write, call) => {
    const holds = write.node(opType, names(call));
    return write.fromCondition(negated ? write.node("Not", [holds]) : holds, call.dtype);
  };

/** A function of one edge. */
const unary =
  (fn: (write: GraphWriter, x: string, dtype: DType) => string): Exporter =>
  (write, call) =>
    fn(write, input(call, 0).name, call.dtype);

/** log(1 + x) without the loss of small x: log(u)·x/(u − 1) for u = 1 + x (W. Kahan's form), and x where u is 1. */
function log1p(write: GraphWriter, x: string, dtype: DType): string {
  const one = write.scalar(1, dtype);
  const u = write.node("Add", [x, one]);
  const isOne = write.node("Equal", [u, one]);
  const distance = write.node("Where", [isOne, one, write.node("Sub", [u, one])]);
  const exact = write.node("Div", [write.node("Mul", [write.node("Log", [u]), x]), distance]);
  return write.node("Where", [isOne, x, exact]);
}

/** exp(x) − 1 without the loss of small x: (u − 1)·x/log(u) for u = exp(x), x where u is 1, −1 where u is 0 and u − 1 where u is large. */
function expm1(write: GraphWriter, x: string, dtype: DType): string {
  const one = write.scalar(1, dtype);
  const u = write.node("Exp", [x]);
  const difference = write.node("Sub", [u, one]);
  // Beyond |x| = 1 nothing is lost, and log(u) may be 0 or infinite.
  const isSmall = write.node("Less", [write.node("Abs", [x]), one]);
  const isOne = write.node("Equal", [u, one]);
  const usable = write.node("And", [isSmall, write.node("Not", [isOne])]);
  const logarithm = write.node("Where", [usable, write.node("Log", [u]), one]);
  const exact = write.node("Div", [write.node("Mul", [difference, x]), logarithm]);
  return write.node("Where", [isOne, x, write.node("Where", [isSmall, exact, difference])]);
}

/** Elementwise primitives by name. */
export const ELEMENTWISE: Readonly<Record<string, Exporter>> = {
  neg: same("Neg"),
  exp: same("Exp"),
  log: same("Log"),
  sqrt: same("Sqrt"),
  reciprocal: same("Reciprocal"),
  tanh: same("Tanh"),
  sigmoid: same("Sigmoid"),
  relu: same("Relu"),
  sin: same("Sin"),
  cos: same("Cos"),
  abs: same("Abs"),
  sign: same("Sign"),
  erf: same("Erf"),
  floor: same("Floor"),
  log1p: unary(log1p),
  expm1: unary(expm1),
  rsqrt: unary((write, x) => write.node("Reciprocal", [write.node("Sqrt", [x])])),
  square: unary((write, x) => write.node("Mul", [x, x])),
  add: same("Add"),
  sub: same("Sub"),
  mul: same("Mul"),
  div: same("Div"),
  pow: same("Pow"),
  maximum: same("Max"),
  minimum: same("Min"),
  equal: comparison("Equal"),
  notEqual: comparison("Equal", true),
  less: comparison("Less"),
  lessEqual: comparison("LessOrEqual"),
  where: (write, call) => {
    const [condition = "", a = "", b = ""] = names(call);
    return write.node("Where", [write.toCondition(condition), a, b]);
  },
  cast: exporter<CastAttributes>((write, call) => {
    const from = input(call, 0);
    if (write.typeOf(from.dtype) === write.typeOf(call.dtype)) return from.name;
    return write.cast(from.name, call.dtype);
  }),
  // What it keeps apart at our compiler is of no concern to others.
  barrier: (_, call) => input(call, 0).name,
  stopGradient: (_, call) => input(call, 0).name,
  customVjp: (_, call) => input(call, 0).name,
};
