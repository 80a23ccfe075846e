/** @file Lowerings of elementwise primitives. */
import type { Operand } from "../../primitives/primitive.ts";
import { sameShape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import { broadcastSteps, forOuterAxes, mergeAxes } from "./axes.ts";
import { DTYPE_CODES, type KernelLowering } from "./kernel-lowering.ts";

/** Numbers of the operations of the kernel `unary_f32`. */
const UNARY_CODES = {
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
const BINARY_CODES = {
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
    } else return broadcastBinary(kernels, code, dtype, output, a, b);
    return true;
  };
}

function broadcastBinary(
  kernels: Parameters<KernelLowering>[0],
  code: number,
  dtype: number,
  output: Operand,
  a: Operand,
  b: Operand,
): boolean {
  const { shape } = output;
  const axes = mergeAxes(shape, [
    broadcastSteps(shape, shape),
    broadcastSteps(a.shape, shape),
    broadcastSteps(b.shape, shape),
  ]);
  const bytes = BYTES_PER_ELEMENT[output.dtype];
  return forOuterAxes(axes, 3, MAX_CALLS, ({ sizes, steps }, offsets) => {
    const [, stepsA, stepsB] = steps;
    kernels.binary(
      code,
      dtype,
      output.ptr + (offsets[0] ?? 0) * bytes,
      ...triple(sizes),
      a.ptr + (offsets[1] ?? 0) * bytes,
      ...triple(stepsA),
      b.ptr + (offsets[2] ?? 0) * bytes,
      ...triple(stepsB),
    );
  });
}

function triple(list: readonly number[] | undefined): [number, number, number] {
  return [list?.[0] ?? 0, list?.[1] ?? 0, list?.[2] ?? 0];
}

const where: KernelLowering = (kernels, output, inputs) => {
  const [condition, a, b] = inputs;
  if (condition === undefined || a === undefined || b === undefined) return false;
  if (output.dtype === "f64" || condition.dtype === "f64") return false;
  const { shape } = output;
  if (sizeOf(shape) === 0) return true;
  const axes = mergeAxes(
    shape,
    [shape, condition.shape, a.shape, b.shape].map((own) => broadcastSteps(own, shape)),
  );
  return forOuterAxes(axes, 3, MAX_CALLS, ({ sizes, steps }, offsets) => {
    const ptr = (operand: Operand, at: number): number => operand.ptr + (offsets[at] ?? 0) * 4;
    kernels.select_4(
      condition.dtype === "int32" ? 1 : 0,
      ptr(output, 0),
      ...triple(sizes),
      ptr(condition, 1),
      ...triple(steps[1]),
      ptr(a, 2),
      ...triple(steps[2]),
      ptr(b, 3),
      ...triple(steps[3]),
    );
  });
};

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
