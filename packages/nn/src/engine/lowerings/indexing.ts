/** @file Lowerings of lookups by index. */
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import type { Kernels } from "../kernels/kernels.generated.ts";
import type { KernelLowering } from "./kernel-lowering.ts";

interface AxisAttributes {
  readonly axis: number;
}

/** A shape around one of its axes. */
function around(
  shape: Shape,
  axis: number,
): { readonly outer: number; readonly length: number; readonly inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), length: shape[axis] ?? 1, inner: sizeOf(shape.slice(axis + 1)) };
}

type IndexKernel = "take_4" | "scatter_add_f32" | "take_along_4" | "scatter_along_f32";
/** Places of output, operand and indices; outer, length, inner, count. All four kernels take these. */
type IndexArguments = [number, number, number, number, number, number, number];

/**
 * Runs an indexing kernel. Where an index is bad it throws; the reference, which runs when this returns false, then says which operation and axis.
 */
function tryKernel(kernels: Kernels, name: IndexKernel, ...args: IndexArguments): boolean {
  try {
    kernels[name](...args);
    return true;
  } catch {
    return false;
  }
}

/** Reads x `[…, length, …]` by indices. */
function taking(name: "take_4" | "take_along_4", count: (indices: Shape, axis: number) => number): KernelLowering {
  return (kernels, output, inputs, { axis }: AxisAttributes) => {
    const [x, indices] = inputs;
    if (x === undefined || indices === undefined || BYTES_PER_ELEMENT[x.dtype] !== 4) return false;
    const { outer, length, inner } = around(x.shape, axis);
    return tryKernel(kernels, name, output.ptr, x.ptr, indices.ptr, outer, length, inner, count(indices.shape, axis));
  };
}

/** Adds updates into zeros `[…, length, …]` by indices. */
function scattering(
  name: "scatter_add_f32" | "scatter_along_f32",
  count: (indices: Shape, axis: number) => number,
): KernelLowering {
  return (kernels, output, inputs, { axis }: AxisAttributes) => {
    const [indices, updates] = inputs;
    if (indices === undefined || updates === undefined || output.dtype !== "float") return false;
    const { outer, length, inner } = around(output.shape, axis);
    return tryKernel(
      kernels,
      name,
      output.ptr,
      updates.ptr,
      indices.ptr,
      outer,
      length,
      inner,
      count(indices.shape, axis),
    );
  };
}

const alongAxis = (indices: Shape, axis: number): number => indices[axis] ?? 1;

const oneHot: KernelLowering = (kernels, output, inputs, { depth }: { readonly depth: number }) => {
  const indices = inputs[0];
  if (indices === undefined || output.dtype !== "float") return false;
  kernels.one_hot_f32(output.ptr, indices.ptr, sizeOf(indices.shape), depth);
  return true;
};

/** By primitive name. */
export const indexingLowerings: Readonly<Record<string, KernelLowering>> = {
  take: taking("take_4", sizeOf),
  takeAlong: taking("take_along_4", alongAxis),
  scatterAdd: scattering("scatter_add_f32", sizeOf),
  scatterAlong: scattering("scatter_along_f32", alongAxis),
  oneHot,
};
