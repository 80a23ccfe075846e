/** @file Lowerings of elementwise primitives. */
import type { Operand } from "../../primitives/primitive.ts";
import { sameShape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import type { KernelSet } from "../kernel-set.ts";
import { BroadcastLoops, broadcastSteps, forOuterAxes, mergeAxes } from "./axes.ts";
import { DTYPE_CODES, type KernelLowering } from "./kernel-lowering.ts";

/** Numbers of the operations of the kernel `unary_f32`. */
export const UNARY_CODES = {
  neg: 0,
  sqrt: 1,
  rsqrt: 2,
  reciprocal: 3,
  square: 4,
  relu: 5,
  abs: 6,
  sign: 7,
  floor: 8,
  barrier: 9,
  exp: 16,
  log: 17,
  log1p: 18,
  expm1: 19,
  tanh: 20,
  sigmoid: 21,
  sin: 22,
  cos: 23,
  erf: 24,
} as const;

/** Numbers of the operations of the kernel `binary`. */
export const BINARY_CODES = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  maximum: 4,
  minimum: 5,
  equal: 6,
  notEqual: 7,
  less: 8,
  lessEqual: 9,
  pow: 10,
} as const;

/** Operations whose rounding on integers the reference decides. */
const NOT_ON_INTEGERS: ReadonlySet<string> = new Set(["div", "pow"]);

/** More kernel calls than this for one instruction and the reference is as good. */
const MAX_CALLS = 4096;

function unary(code: number): KernelLowering {
  return (kernels, output, inputs) => {
    const x = inputs[0];
    if (x === undefined || output.dtype !== "float") return false;
    kernels.unary_f32(code, output.ptr, x.ptr, sizeOf(output.shape));
    return true;
  };
}

function binary(name: string, code: number): KernelLowering {
  const onIntegers = !NOT_ON_INTEGERS.has(name);
  return (kernels, output, inputs) => {
    const a = inputs[0];
    const b = inputs[1];
    if (a === undefined || b === undefined || (output.dtype === "int32" && !onIntegers)) return false;
    const dtype = DTYPE_CODES[output.dtype];
    const size = sizeOf(output.shape);
    if (size === 0) return true;
    const sizeA = sameShape(a.shape, output.shape) ? size : sizeOf(a.shape);
    const sizeB = sameShape(b.shape, output.shape) ? size : sizeOf(b.shape);
    // As many elements as the output: no axis is repeated.
    if (sizeA === size && (sizeB === size || sizeB === 1)) {
      kernels.binary(code, dtype, output.ptr, 1, 1, size, a.ptr, 0, 0, 1, b.ptr, 0, 0, sizeB === 1 && size > 1 ? 0 : 1);
    } else if (sizeA === 1 && sizeB === size) {
      kernels.binary(code, dtype, output.ptr, 1, 1, size, a.ptr, 0, 0, 0, b.ptr, 0, 0, 1);
    } else return broadcastBinary(kernels, code, output, a, b);
    return true;
  };
}

/** Filled in anew by every lowering that broadcasts. */
const loops = new BroadcastLoops();

function broadcastBinary(kernels: KernelSet, code: number, output: Operand, x: Operand, y: Operand): boolean {
  if (!loops.merge(output.shape, x.shape, y.shape)) return binaryOfManyAxes(kernels, code, output, x, y);
  const { sizes, a, b } = loops;
  const dtype = DTYPE_CODES[output.dtype];
  kernels.binary(
    code,
    dtype,
    output.ptr,
    sizes[2]!,
    sizes[1]!,
    sizes[0]!,
    x.ptr,
    a[2]!,
    a[1]!,
    a[0]!,
    y.ptr,
    b[2]!,
    b[1]!,
    b[0]!,
  );
  return true;
}

/** More than three axes even after merging: one kernel call per place of the outer ones. */
function binaryOfManyAxes(kernels: KernelSet, code: number, output: Operand, a: Operand, b: Operand): boolean {
  const { shape, dtype } = output;
  const axes = mergeAxes(
    shape,
    [output, a, b].map((operand) => broadcastSteps(operand.shape, shape)),
  );
  const bytes = BYTES_PER_ELEMENT[dtype];
  return forOuterAxes(axes, 3, MAX_CALLS, ({ sizes, steps }, offsets) => {
    const ptr = (operand: Operand, at: number): number => operand.ptr + (offsets[at] ?? 0) * bytes;
    const [stepsA, stepsB] = [triple(steps[1]), triple(steps[2])];
    kernels.binary(
      code,
      DTYPE_CODES[dtype],
      ptr(output, 0),
      ...triple(sizes),
      ptr(a, 1),
      ...stepsA,
      ptr(b, 2),
      ...stepsB,
    );
  });
}

function triple(list: readonly number[] | undefined): [number, number, number] {
  return [list?.[0] ?? 0, list?.[1] ?? 0, list?.[2] ?? 0];
}

const where: KernelLowering = (kernels, output, inputs) => {
  const [condition, x, y] = inputs;
  if (condition === undefined || x === undefined || y === undefined) return false;
  if (output.dtype === "f64" || condition.dtype === "f64") return false;
  if (sizeOf(output.shape) === 0) return true;
  const isInt = condition.dtype === "int32" ? 1 : 0;
  // The condition is operand a of the loops.
  if (!loops.merge(output.shape, condition.shape, x.shape, y.shape)) {
    return whereOfManyAxes(kernels, isInt, output, [condition, x, y]);
  }
  const { sizes, a, b, c } = loops;
  kernels.select_4(
    isInt,
    output.ptr,
    sizes[2]!,
    sizes[1]!,
    sizes[0]!,
    condition.ptr,
    a[2]!,
    a[1]!,
    a[0]!,
    x.ptr,
    b[2]!,
    b[1]!,
    b[0]!,
    y.ptr,
    c[2]!,
    c[1]!,
    c[0]!,
  );
  return true;
};

function whereOfManyAxes(
  kernels: KernelSet,
  isInt: number,
  output: Operand,
  [condition, a, b]: readonly [Operand, Operand, Operand],
): boolean {
  const { shape } = output;
  const axes = mergeAxes(
    shape,
    [output, condition, a, b].map((operand) => broadcastSteps(operand.shape, shape)),
  );
  return forOuterAxes(axes, 3, MAX_CALLS, ({ sizes, steps }, offsets) => {
    const ptr = (operand: Operand, at: number): number => operand.ptr + (offsets[at] ?? 0) * 4;
    const [stepsC, stepsA, stepsB] = [triple(steps[1]), triple(steps[2]), triple(steps[3])];
    const places = [ptr(condition, 1), ...stepsC, ptr(a, 2), ...stepsA, ptr(b, 3), ...stepsB] as const;
    kernels.select_4(isInt, ptr(output, 0), ...triple(sizes), ...places);
  });
}

const cast: KernelLowering = (kernels, output, inputs) => {
  const x = inputs[0];
  if (x === undefined) return false;
  const size = sizeOf(output.shape);
  const kinds = `${x.dtype} ${output.dtype}`;
  if (kinds === "float int32") kernels.cast_f32_i32(output.ptr, x.ptr, size);
  else if (kinds === "int32 float") kernels.cast_i32_f32(output.ptr, x.ptr, size);
  else if (kinds === "float f64") kernels.cast_f32_f64(output.ptr, x.ptr, size);
  else if (kinds === "f64 float") kernels.cast_f64_f32(output.ptr, x.ptr, size);
  else return false;
  return true;
};

/** By primitive name. */
export const elementwiseLowerings: Readonly<Record<string, KernelLowering>> = {
  ...Object.fromEntries(Object.entries(UNARY_CODES).map(([name, code]) => [name, unary(code)])),
  ...Object.fromEntries(Object.entries(BINARY_CODES).map(([name, code]) => [name, binary(name, code)])),
  where,
  cast,
};
