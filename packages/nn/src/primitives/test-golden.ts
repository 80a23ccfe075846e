/** @file The golden cases that `golden/primitives.py` made with PyTorch, as tensors and functions, and how to compare with them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluateGraph } from "../ir/evaluate.ts";
import type { Instruction } from "../ir/graph.ts";
import { trace } from "../ir/trace.ts";
import { type Shape, sizeOf } from "../shape/shape.ts";
import { fromNumbers } from "../tensor/create.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as p from "./index.ts";

/** A tensor in the file. Numbers that JSON cannot hold are text. */
export interface GoldenTensor {
  readonly shape: Shape;
  readonly dtype: "float" | "int32";
  readonly data: readonly (number | "NaN" | "Infinity" | "-Infinity" | "-0")[];
}

/** One application of one operation. */
export interface GoldenCase {
  readonly op: string;
  readonly args: GoldenArguments;
  readonly note?: string;
  readonly inputs: readonly GoldenTensor[];
  readonly output: GoldenTensor;
  /** Cotangent of the output, and the cotangents of the inputs of floats that it gives. */
  readonly cotangent?: GoldenTensor;
  readonly gradients?: readonly GoldenTensor[];
  /** One vector per input of floats, and the gradients of Σ vector · gradient by these inputs and by the cotangent. */
  readonly vectors?: readonly GoldenTensor[];
  readonly seconds?: readonly GoldenTensor[];
}

/** Arguments that are not tensors; each operation has some of them. */
interface GoldenArguments {
  readonly shape: number[];
  readonly perm: number[];
  readonly axes?: number | number[];
  readonly axis: number;
  readonly keepDims?: boolean;
  readonly correction?: number;
  readonly starts: number[];
  readonly ends: number[];
  readonly strides?: number[];
  readonly before: number[];
  readonly after: number[];
  readonly value: number;
  readonly depth: number;
  readonly dtype: DType;
  readonly eps: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly stride: [number, number];
  readonly padding: [[number, number], [number, number]];
  readonly dilation: [number, number];
  readonly groups: number;
  readonly window: [number, number];
  readonly countPadding: boolean;
}

/** All cases of the file. */
export function goldenCases(): GoldenCase[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../../golden/primitives.json"), "utf8"));
}

/** What a case is called. */
export function titleOf({ op, args, note, inputs }: GoldenCase): string {
  const shapes = inputs.map(({ shape, dtype }) => `${dtype === "int32" ? "int32" : ""}[${shape.join(", ")}]`).join(" ");
  return `${op} ${shapes} ${JSON.stringify(args)}${note === undefined ? "" : ` (${note})`}`;
}

/** A tensor of the file; floats as `dtype`. */
export function tensorOf(golden: GoldenTensor, dtype: FloatDType): AnyTensor {
  return fromNumbers(golden.shape, golden.data.map(Number), golden.dtype === "int32" ? "int32" : dtype);
}

type Apply = (xs: AnyTensor[], args: GoldenArguments) => AnyTensor;

const unary =
  (f: (x: AnyTensor) => AnyTensor): Apply =>
  ([x]) =>
    f(x!);
const binary =
  (f: (a: AnyTensor, b: AnyTensor) => AnyTensor): Apply =>
  ([a, b]) =>
    f(a!, b!);
const reduce = (f: (x: AnyTensor, axes?: number | number[], keepDims?: boolean) => AnyTensor): Apply => {
  return ([x], { axes, keepDims }) => f(x!, axes, keepDims);
};

const { neg, exp, log, log1p, expm1, sqrt, rsqrt, reciprocal, square, tanh, sigmoid, relu, sin, cos, abs, sign, erf } =
  p;
const { add, sub, mul, div, pow, maximum, minimum, equal, notEqual, less, lessEqual } = p;
const unaries = {
  neg,
  exp,
  log,
  log1p,
  expm1,
  sqrt,
  rsqrt,
  reciprocal,
  square,
  tanh,
  sigmoid,
  relu,
  sin,
  cos,
  abs,
  sign,
  erf,
};
const binaries = { add, sub, mul, div, pow, maximum, minimum, equal, notEqual, less, lessEqual };
const rows = { floor: p.floor, barrier: p.barrier, softmax: p.softmax, logSoftmax: p.logSoftmax };
const reductions = { sum: p.sum, mean: p.mean, max: p.max, min: p.min };
const eachOf = <F>(functions: Readonly<Record<string, F>>, wrap: (f: F) => Apply): Record<string, Apply> =>
  Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, wrap(f)]));

/** How the file's operations are called. */
const APPLY: Readonly<Record<string, Apply>> = {
  ...eachOf({ ...unaries, ...rows }, unary),
  ...eachOf(binaries, binary),
  ...eachOf(reductions, reduce),
  where: ([c, a, b]) => p.where(c!, a!, b!),
  cast: ([x], { dtype }) => p.cast(x!, dtype),
  reshape: ([x], { shape }) => p.reshape(x!, shape),
  transpose: ([x], { perm }) => p.transpose(x!, perm),
  broadcastTo: ([x], { shape }) => p.broadcastTo(x!, shape),
  slice: ([x], { starts, ends, strides }) => p.slice(x!, starts, ends, strides),
  pad: ([x], { before, after, value }) => p.pad(x!, before, after, value),
  concat: (xs, { axis }) => p.concat(xs, axis),
  flip: ([x], { axes }) => p.flip(x!, axes!),
  variance: ([x], { axes, keepDims, correction }) => p.variance(x!, axes, keepDims, correction),
  argmax: ([x], { axis }) => p.argmax(x!, axis),
  cumsum: ([x], { axis }) => p.cumsum(x!, axis),
  take: ([x, i], { axis }) => p.take(x!, i!, axis),
  scatterAdd: ([i, u], { shape, axis }) => p.scatterAdd(shape, i!, u!, axis),
  takeAlong: ([x, i], { axis }) => p.takeAlong(x!, i!, axis),
  scatterAlong: ([i, u], { shape, axis }) => p.scatterAlong(shape, i!, u!, axis),
  oneHot: ([i], { depth, dtype }) => p.oneHot(i!, depth, dtype),
  matmul: ([a, b], options) => p.matmul(a!, b!, options),
  conv2d: ([x, w], attributes) => p.conv2d(x!, w!, attributes),
  maxPool2d: ([x], attributes) => p.maxPool2d(x!, attributes),
  avgPool2d: ([x], attributes) => p.avgPool2d(x!, attributes),
  layerNorm: ([x], { eps }) => p.layerNorm(x!, eps),
};

/** The function of tensors that a case applies. */
export function functionOf({ op, args }: GoldenCase): (inputs: AnyTensor[]) => AnyTensor {
  const apply = APPLY[op];
  if (apply === undefined) throw new Error(`the golden file has an operation ${op} that the tests do not know`);
  return (inputs) => apply(inputs, args);
}

/** What a function gives when every primitive is computed by its reference, without any kernel. */
export function byReference(f: (inputs: AnyTensor[]) => AnyTensor, inputs: readonly AnyTensor[]): AnyTensor {
  const graph = trace(inputs, (symbols) => [f([...symbols])]);
  return evaluateGraph(graph, inputs, runReference)[0]!;
}

function runReference({ primitive, attributes, output }: Instruction, inputs: readonly AnyTensor[]): AnyTensor {
  const { shape, dtype } = output;
  const data = emptyData(dtype, sizeOf(shape));
  const views = inputs.map((input) => ({ shape: input.shape, dtype: input.dtype, data: input.data() }));
  primitive.reference({ shape, dtype, data }, views, attributes);
  return fromNumbers(shape, data, dtype);
}

function emptyData(dtype: DType, size: number): Float32Array | Float64Array | Int32Array {
  // Filled with what is easily seen, because kernels get memory that was used before.
  if (dtype === "int32") return new Int32Array(size).fill(-123_456_789);
  return (dtype === "float" ? new Float32Array(size) : new Float64Array(size)).fill(-1.2345e30);
}

/** The largest difference of two tensors, in units of the largest finite number of the golden one or 1; Infinity when NaN or Infinity differ. */
export function difference(got: AnyTensor, golden: GoldenTensor): number {
  const expected = golden.data.map(Number);
  if (String(got.shape) !== String(golden.shape)) return Number.POSITIVE_INFINITY;
  const scale = expected.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  const data = got.data();
  return expected.reduce(
    (most, x, i) => Math.max(most, Object.is(x, data[i]) || x === data[i] ? 0 : distance(x, data[i]!) / scale),
    0,
  );
}

function distance(a: number, b: number): number {
  const far = Math.abs(a - b);
  return Number.isNaN(far) ? Number.POSITIVE_INFINITY : far;
}
