/** @file Lowering of matrix multiplication. */
import type { Shape } from "../../shape/shape.ts";
import { sizeOf } from "../../shape/shape.ts";
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
  const [a, b] = inputs;
  if (a === undefined || b === undefined || output.dtype === "int32") return false;
  const multiply = output.dtype === "f64" ? kernels.matmul_f64 : kernels.matmul_f32;
  const bytes = output.dtype === "f64" ? 8 : 4;
  const transposeA = attributes.transposeA === true;
  const transposeB = attributes.transposeB === true;
  const rank = output.shape.length;
  const m = output.shape[rank - 2] ?? 1;
  const n = output.shape[rank - 1] ?? 1;
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)] ?? 1;
  if (m === 0 || n === 0) return true;
  const flags = [transposeA ? 1 : 0, transposeB ? 1 : 0] as const;
  if (rank === 2) {
    multiply.call(kernels, output.ptr, a.ptr, b.ptr, m, n, k, ...flags, 1, 0, 0);
    return true;
  }
  const lead = output.shape.slice(0, -2);
  const leadA = a.shape.slice(0, -2);
  const leadB = b.shape.slice(0, -2);
  if (!transposeA && sizeOf(leadB) === 1 && sizeOf(leadA) === sizeOf(lead)) {
    multiply.call(kernels, output.ptr, a.ptr, b.ptr, m * sizeOf(lead), n, k, ...flags, 1, 0, 0);
    return true;
  }
  const axes = mergeAxes(lead, [steps(lead, lead, m * n), steps(leadA, lead, m * k), steps(leadB, lead, k * n)]);
  return forOuterAxes(axes, 1, MAX_CALLS, (inner, offsets) => {
    const ptr = (base: number, operand: number): number => base + (offsets[operand] ?? 0) * bytes;
    const batch = inner.sizes[0] ?? 1;
    const step = (operand: number): number => inner.steps[operand]?.[0] ?? 0;
    multiply.call(
      kernels,
      ptr(output.ptr, 0),
      ptr(a.ptr, 1),
      ptr(b.ptr, 2),
      m,
      n,
      k,
      ...flags,
      batch,
      step(1),
      step(2),
    );
  });
};

/** Steps of whole matrices along the leading axes. */
function steps(own: Shape, lead: Shape, elements: number): number[] {
  return broadcastSteps(own, lead).map((step) => step * elements);
}
