/** @file Lowerings of matrix multiplication, whole and of triangles. */
import type { Operand } from "../../primitives/primitive.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import type { KernelSet } from "../kernel-set.ts";
import { broadcastSteps, forOuterAxes, mergeAxes } from "./axes.ts";
import type { KernelLowering } from "./kernel-lowering.ts";

interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const MAX_CALLS = 4096;

/**
 * One kernel call where the leading axes are equal, missing or repeated as a whole; several where they broadcast in a pattern. A stack of A over one B is
 * one tall matrix.
 */
export const matmul: KernelLowering = (kernels, output, inputs, attributes: MatmulAttributes) => {
  const a = inputs[0];
  const b = inputs[1];
  if (a === undefined || b === undefined || output.dtype === "int32") return false;
  const { shape } = output;
  const rank = shape.length;
  const m = shape[rank - 2] ?? 1;
  const n = shape[rank - 1] ?? 1;
  const k = a.shape[a.shape.length - (attributes.transposeA ? 2 : 1)] ?? 1;
  if (m === 0 || n === 0) return true;
  const flagA = attributes.transposeA ? 1 : 0;
  const flagB = attributes.transposeB ? 1 : 0;
  const stack = rank === 2 ? 1 : tallStack(shape, a.shape, b.shape, attributes);
  const isDouble = output.dtype === "f64";
  if (stack === undefined) {
    const multiply = (isDouble ? kernels.matmul_f64 : kernels.matmul_f32).bind(kernels);
    return broadcastMatmul(multiply, output, [a, b], [m, n, k], attributes);
  }
  const rows = stack * m;
  // Two calls and not one of either kernel: a call that always goes to the same place costs a fraction, which small networks notice.
  if (isDouble) kernels.matmul_f64(output.ptr, a.ptr, b.ptr, rows, n, k, flagA, flagB, 1, 0, 0);
  else kernels.matmul_f32(output.ptr, a.ptr, b.ptr, rows, n, k, flagA, flagB, 1, 0, 0);
  return true;
};

/** Number of matrices of A that lie over one B, so that they are one tall matrix; undefined when it is not so. */
function tallStack(shape: Shape, a: Shape, b: Shape, { transposeA }: MatmulAttributes): number | undefined {
  const lead = sizeOf(shape.slice(0, -2));
  return !transposeA && sizeOf(b.slice(0, -2)) === 1 && sizeOf(a.slice(0, -2)) === lead ? lead : undefined;
}

/** The arguments that all matrix products have in common: those of the kernel `matmul_f32`. */
type Multiply = KernelSet["matmul_f32"];

function broadcastMatmul(
  multiply: Multiply,
  output: Operand,
  [a, b]: readonly [Operand, Operand],
  [m, n, k]: readonly [number, number, number],
  { transposeA, transposeB }: MatmulAttributes,
): boolean {
  const bytes = BYTES_PER_ELEMENT[output.dtype];
  const lead = output.shape.slice(0, -2);
  const axes = mergeAxes(lead, [
    steps(lead, lead, m * n),
    steps(a.shape.slice(0, -2), lead, m * k),
    steps(b.shape.slice(0, -2), lead, k * n),
  ]);
  return forOuterAxes(axes, 1, MAX_CALLS, (inner, offsets) => {
    const ptr = (operand: Operand, at: number): number => operand.ptr + (offsets[at] ?? 0) * bytes;
    const [batch = 1] = inner.sizes;
    const [stepA = 0, stepB = 0] = [inner.steps[1]?.[0], inner.steps[2]?.[0]];
    const flags = [transposeA ? 1 : 0, transposeB ? 1 : 0] as const;
    multiply(ptr(output, 0), ptr(a, 1), ptr(b, 2), m, n, k, ...flags, batch, stepA, stepB);
  });
}

/** Steps of whole matrices along the leading axes. */
function steps(own: Shape, lead: Shape, elements: number): number[] {
  return broadcastSteps(own, lead).map((step) => step * elements);
}

/** Which matrix is 0 above the diagonal, as the kernel `matmul_tril_f32` numbers it. */
const TRIANGLE = { result: 1, first: 2 } as const;

/** A product with a triangular matrix. Of f64 the reference. */
function triangular<A>(triangle: number, flagsOf: (attributes: A) => MatmulAttributes): KernelLowering {
  return (kernels, output, inputs, attributes: A) => {
    const [a, b] = inputs;
    if (a === undefined || b === undefined || output.dtype !== "float") return false;
    const flags = flagsOf(attributes);
    const [m = 0, n = 0] = output.shape.slice(-2);
    const k = a.shape.at(flags.transposeA ? -2 : -1) ?? 0;
    if (m === 0 || n === 0) return true;
    const multiply: Multiply = (...args) => kernels.matmul_tril_f32(triangle, ...args);
    return broadcastMatmul(multiply, output, [a, b], [m, n, k], flags);
  };
}

/** a·bᵀ, with zeros above the diagonal. */
export const matmulTril: KernelLowering = triangular(TRIANGLE.result, () => ({ transposeA: false, transposeB: true }));

/** The lower triangle of the first operand, or its transpose, times the second. */
export const trilMatmul: KernelLowering = triangular(
  TRIANGLE.first,
  ({ transpose }: { readonly transpose: boolean }) => ({ transposeA: transpose, transposeB: false }),
);
