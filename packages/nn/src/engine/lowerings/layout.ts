/** @file Lowerings of primitives that only move elements: all are strided copies. */
import type { Operand } from "../../primitives/primitive.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { BYTES_PER_ELEMENT } from "../../tensor/dtype.ts";
import type { KernelSet } from "../kernel-set.ts";
import { BroadcastLoops, broadcastSteps, contiguousSteps, forOuterAxes, mergeAxes } from "./axes.ts";
import { DTYPE_CODES, type KernelLowering } from "./kernel-lowering.ts";

/** More kernel calls than this for one instruction and the reference is as good. */
const MAX_CALLS = 1024;

/** A strided walk: where it begins, and how far neighbours are apart, in elements. */
interface Walk {
  readonly start: number;
  readonly steps: readonly number[];
}

/** Copies `shape` elements from one walk to another. */
function copyWalk(kernels: KernelSet, shape: Shape, output: Operand, to: Walk, x: Operand, from: Walk): boolean {
  if (sizeOf(shape) === 0) return true;
  const bytes = BYTES_PER_ELEMENT[output.dtype];
  const axes = mergeAxes(shape, [to.steps, from.steps]);
  return forOuterAxes(axes, 4, MAX_CALLS, ({ sizes, steps }, offsets) => {
    const four = (list: readonly number[] | undefined): [number, number, number, number] => [
      list?.[0] ?? 0,
      list?.[1] ?? 0,
      list?.[2] ?? 0,
      list?.[3] ?? 0,
    ];
    kernels.copy(
      bytes,
      output.ptr + (to.start + (offsets[0] ?? 0)) * bytes,
      ...four(steps[0]),
      x.ptr + (from.start + (offsets[1] ?? 0)) * bytes,
      ...four(steps[1]),
      ...four(sizes),
    );
  });
}

/** Steps through the axes of a shape, each scaled; begins at the given places. */
function walk(shape: Shape, starts: readonly number[] = [], scales: readonly number[] = []): Walk {
  const steps = contiguousSteps(shape);
  let start = 0;
  for (let axis = 0; axis < steps.length; axis += 1) start += (steps[axis] ?? 0) * (starts[axis] ?? 0);
  return { start, steps: steps.map((step, axis) => step * (scales[axis] ?? 1)) };
}

/** A primitive that reads one operand by a walk and writes its output in order. */
function reading<A>(walkOf: (x: Operand, output: Operand, attributes: A) => Walk): KernelLowering {
  return (kernels, output, inputs, attributes: A) => {
    const x = inputs[0];
    if (x === undefined) return false;
    return copyWalk(kernels, output.shape, output, walk(output.shape), x, walkOf(x, output, attributes));
  };
}

/** A primitive that fills its output with one number and writes an operand into it by a walk. */
function writing<A>(
  fillerOf: (attributes: A) => number,
  walkOf: (output: Operand, attributes: A) => Walk,
): KernelLowering {
  return (kernels, output, inputs, attributes: A) => {
    const x = inputs[0];
    if (x === undefined) return false;
    kernels.fill(DTYPE_CODES[output.dtype], output.ptr, fillerOf(attributes), sizeOf(output.shape));
    return copyWalk(kernels, x.shape, output, walkOf(output, attributes), x, walk(x.shape));
  };
}

interface SliceAttributes {
  readonly starts: readonly number[];
  readonly strides: readonly number[];
}

/** One copy per input. */
const concat: KernelLowering = (kernels, output, inputs, { axis }: { readonly axis: number }) => {
  if (output.shape.length > 5) return false;
  let place = 0;
  for (const x of inputs) {
    const starts = output.shape.map((_, at) => (at === axis ? place : 0));
    copyWalk(kernels, x.shape, output, walk(output.shape, starts), x, walk(x.shape));
    place += x.shape[axis] ?? 0;
  }
  return true;
};

const fill: KernelLowering = (kernels, output, _, { value }: { readonly value: number }) => {
  kernels.fill(DTYPE_CODES[output.dtype], output.ptr, value, sizeOf(output.shape));
  return true;
};

/** Filled in anew by every call. */
const loops = new BroadcastLoops();

/** Gradients of all reductions come through here, so the common shapes allocate nothing. */
const broadcastTo: KernelLowering = (kernels, output, inputs) => {
  const x = inputs[0];
  if (x === undefined) return false;
  const { shape } = output;
  if (sizeOf(shape) === 0) return true;
  if (!loops.merge(shape, x.shape)) {
    return copyWalk(kernels, shape, output, walk(shape), x, { start: 0, steps: broadcastSteps(x.shape, shape) });
  }
  const { sizes, a } = loops;
  const [n0, n1, n2] = [sizes[0]!, sizes[1]!, sizes[2]!];
  kernels.copy(
    BYTES_PER_ELEMENT[output.dtype],
    output.ptr,
    0,
    n1 * n0,
    n0,
    1,
    x.ptr,
    0,
    a[2]!,
    a[1]!,
    a[0]!,
    1,
    n2,
    n1,
    n0,
  );
  return true;
};

/** Of matrices without detours; of more axes by merging what stays together. */
const transpose: KernelLowering = (kernels, output, inputs, { perm }: { readonly perm: readonly number[] }) => {
  const x = inputs[0];
  if (x === undefined) return false;
  if (perm.length === 2 && perm[0] === 1) {
    const [rows = 0, columns = 0] = output.shape;
    kernels.copy(BYTES_PER_ELEMENT[x.dtype], output.ptr, 0, 0, columns, 1, x.ptr, 0, 0, 1, rows, 1, 1, rows, columns);
    return true;
  }
  const own = contiguousSteps(x.shape);
  const from = { start: 0, steps: perm.map((axis) => own[axis] ?? 0) };
  return copyWalk(kernels, output.shape, output, walk(output.shape), x, from);
};

/** Where a plan cannot share the memory. */
const reshape: KernelLowering = (kernels, output, inputs) => {
  const x = inputs[0];
  if (x === undefined) return false;
  const size = sizeOf(output.shape);
  kernels.copy(BYTES_PER_ELEMENT[output.dtype], output.ptr, 0, 0, 0, 1, x.ptr, 0, 0, 0, 1, 1, 1, 1, size);
  return true;
};

/** By primitive name. */
export const layoutLowerings: Readonly<Record<string, KernelLowering>> = {
  fill,
  concat,
  reshape,
  broadcastTo,
  transpose,
  flip: reading((x, _, { axes }: { readonly axes: readonly number[] }) =>
    walk(
      x.shape,
      x.shape.map((length, axis) => (axes.includes(axis) ? length - 1 : 0)),
      x.shape.map((_length, axis) => (axes.includes(axis) ? -1 : 1)),
    ),
  ),
  slice: reading((x, _, { starts, strides }: SliceAttributes) => walk(x.shape, starts, strides)),
  unslice: writing(
    () => 0,
    (output, { starts, strides }: SliceAttributes) => walk(output.shape, starts, strides),
  ),
  pad: writing(
    ({ value }: { readonly value: number; readonly before: readonly number[] }) => value,
    (output, { before }) => walk(output.shape, before),
  ),
};
