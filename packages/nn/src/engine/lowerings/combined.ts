/**
 * @file Lowerings of steps that eager execution takes in one go: several kernels one after the other.
 *
 * No graph holds these steps, so no plan records them, and they may read and write single numbers themselves.
 */
import { sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import { view } from "../engine.ts";
import type { KernelSet } from "../kernel-set.ts";
import { scalarConstant } from "../scalar-constants.ts";
import { BINARY_CODES, UNARY_CODES } from "./elementwise.ts";
import { DTYPE_CODES, type KernelLowering } from "./kernel-lowering.ts";
import { matmul } from "./matmul.ts";

const WEIGHT_TRANSPOSED = { transposeA: false, transposeB: true } as const;
const FLOAT = DTYPE_CODES.float;
const FLOAT_BYTES = BYTES_PER_ELEMENT.float;
/** Number of x·Φ(x) in the kernel `unary_f32`, and of its gradient in `binary`. */
const GELU = 25;
const GELU_GRAD = 11;

const linear: KernelLowering = (kernels, output, inputs) => {
  const bias = inputs[2];
  if (bias === undefined || !matmul(kernels, output, inputs, WEIGHT_TRANSPOSED)) return false;
  const rows = output.shape[0] ?? 1;
  const columns = output.shape[1] ?? 1;
  const dtype = DTYPE_CODES[output.dtype];
  if (rows > 0 && columns > 0) {
    // In place: a row of the result at a time, the bias again for each.
    kernels.binary(BINARY_CODES.add, dtype, output.ptr, 1, rows, columns, output.ptr, 0, columns, 1, bias.ptr, 0, 0, 1);
  }
  return true;
};

/** out = operation(a, b) over `size` floats; a step of 0 repeats the one number of a. */
function combine(
  kernels: KernelSet,
  operation: number,
  out: number,
  size: number,
  a: number,
  stepA: 0 | 1,
  b: number,
): void {
  kernels.binary(operation, FLOAT, out, 1, 1, size, a, 0, 0, stepA, b, 0, 0, 1);
}

const meanSquaredError: KernelLowering = (kernels, output, inputs) => {
  const [a, b] = inputs;
  if (a === undefined || b === undefined || output.dtype !== "float") return false;
  const size = sizeOf(a.shape);
  if (size === 0) return false;
  const squares = kernels.scratch(size * 4);
  combine(kernels, BINARY_CODES.sub, squares, size, a.ptr, 1, b.ptr);
  kernels.unary_f32(UNARY_CODES.square, squares, squares, size);
  kernels.reduce_f32(0, output.ptr, squares, 1, size, 1);
  // One division, so here: rounded to float it is the one that a kernel would do.
  const [floats, at] = [view("float"), output.ptr / FLOAT_BYTES];
  floats[at] = (floats[at] ?? Number.NaN) / Math.fround(size);
  return true;
};

const meanSquaredErrorGrad: KernelLowering = (kernels, output, inputs) => {
  const [g, a, b] = inputs;
  if (g === undefined || a === undefined || b === undefined || output.dtype !== "float") return false;
  const size = sizeOf(output.shape);
  if (size === 0) return true;
  const scale = kernels.scratch(FLOAT_BYTES);
  const floats = view("float");
  floats[scale / FLOAT_BYTES] = (floats[g.ptr / FLOAT_BYTES] ?? Number.NaN) / Math.fround(size);
  combine(kernels, BINARY_CODES.sub, output.ptr, size, a.ptr, 1, b.ptr);
  combine(kernels, BINARY_CODES.add, output.ptr, size, output.ptr, 1, output.ptr);
  combine(kernels, BINARY_CODES.mul, output.ptr, size, scale, 0, output.ptr);
  return true;
};

const gelu: KernelLowering = (kernels, output, inputs) => {
  const x = inputs[0];
  if (x === undefined || output.dtype !== "float") return false;
  kernels.unary_f32(GELU, output.ptr, x.ptr, sizeOf(output.shape));
  return true;
};

const geluGrad: KernelLowering = (kernels, output, inputs) => {
  const [g, x] = inputs;
  if (g === undefined || x === undefined || output.dtype !== "float") return false;
  const size = sizeOf(output.shape);
  if (size > 0) combine(kernels, GELU_GRAD, output.ptr, size, g.ptr, 1, x.ptr);
  return true;
};

const reluGrad: KernelLowering = (kernels, output, inputs) => {
  const [g, y] = inputs;
  if (g === undefined || y === undefined || output.dtype !== "float") return false;
  const size = sizeOf(output.shape);
  if (size === 0) return true;
  const { ptr } = scalarConstant(0, "float");
  kernels.select_4(0, output.ptr, 1, 1, size, y.ptr, 0, 0, 1, g.ptr, 0, 0, 1, ptr, 0, 0, 0);
  return true;
};

/** By primitive name. */
export const combinedLowerings: Readonly<Record<string, KernelLowering>> = {
  linear,
  meanSquaredError,
  meanSquaredErrorGrad,
  reluGrad,
  gelu,
  geluGrad,
};
