/** @file Lowerings of reductions and of what works on rows. */
import { type Shape, sizeOf } from "../../shape/shape.ts";
import type { KernelLowering } from "./kernel-lowering.ts";

interface ReduceAttributes {
  readonly axes: readonly number[];
}

/** Numbers of the operations of the kernel `reduce_f32`. */
const REDUCE_CODES = { sum: 0, max: 1, min: 2 } as const;

/** Neighbouring axes that are all reduced, or all kept. */
interface AxisRun {
  size: number;
  readonly reduced: boolean;
}

/** The axes of a shape in alternating runs. */
function axisRuns(shape: Shape, axes: readonly number[]): AxisRun[] {
  const runs: AxisRun[] = [];
  for (let axis = 0; axis < shape.length; axis += 1) {
    const size = shape[axis] ?? 1;
    if (size === 1) continue;
    const reduced = axes.includes(axis);
    const last = runs[runs.length - 1];
    if (last !== undefined && last.reduced === reduced) last.size *= size;
    else runs.push({ size, reduced });
  }
  return runs;
}

function product(runs: readonly AxisRun[]): number {
  let size = 1;
  for (const run of runs) size *= run.size;
  return size;
}

function sizeOfAxes(shape: Shape, first: number, end: number): number {
  let size = 1;
  for (let axis = first; axis < end; axis += 1) size *= shape[axis] ?? 1;
  return size;
}

/** One kernel call per run of reduced axes, the innermost first; what lies between goes through working memory. */
function reduce(operation: number): KernelLowering {
  return (kernels, output, inputs, { axes }: ReduceAttributes) => {
    const x = inputs[0];
    if (x === undefined || output.dtype !== "float") return false;
    if (axes.length === x.shape.length) {
      kernels.reduce_f32(operation, output.ptr, x.ptr, 1, sizeOf(x.shape), 1);
      return true;
    }
    if (sizeOf(output.shape) === 0) return true;
    if (axes.length === 1) {
      const axis = axes[0] ?? 0;
      kernels.reduce_f32(
        operation,
        output.ptr,
        x.ptr,
        sizeOfAxes(x.shape, 0, axis),
        x.shape[axis] ?? 1,
        sizeOfAxes(x.shape, axis + 1, x.shape.length),
      );
      return true;
    }
    let runs = axisRuns(x.shape, axes);
    if (!runs.some(({ reduced }) => reduced)) runs = [...runs, { size: 1, reduced: true }];
    let from = x.ptr;
    for (let at = runs.length - 1; at >= 0; at -= 1) {
      const run = runs[at];
      if (run === undefined || !run.reduced) continue;
      const outer = runs.slice(0, at);
      const inner = product(runs.slice(at + 1));
      const isLast = !outer.some(({ reduced }) => reduced);
      const to = isLast ? output.ptr : kernels.scratch(product(outer) * inner * 4);
      kernels.reduce_f32(operation, to, from, product(outer), run.size, inner);
      runs = [...outer, ...runs.slice(at + 1)];
      from = to;
    }
    return true;
  };
}

/** Rows of the last axis. */
function rowsOf(shape: Shape): { readonly rows: number; readonly length: number } {
  const length = shape[shape.length - 1] ?? 1;
  return { rows: length === 0 ? 0 : sizeOf(shape) / length, length };
}

function softmax(logarithm: number): KernelLowering {
  return (kernels, output, inputs) => {
    const x = inputs[0];
    if (x === undefined || output.dtype !== "float") return false;
    const { rows, length } = rowsOf(output.shape);
    kernels.softmax_f32(logarithm, output.ptr, x.ptr, rows, length);
    return true;
  };
}

const causalSoftmax: KernelLowering = (kernels, output, inputs) => {
  const x = inputs[0];
  if (x === undefined || output.dtype !== "float") return false;
  const { rows, length } = rowsOf(output.shape);
  kernels.causal_softmax_f32(output.ptr, x.ptr, rows, length, output.shape.at(-2) ?? 1);
  return true;
};

function softmaxGrad(logarithm: number): KernelLowering {
  return (kernels, output, inputs) => {
    const [y, g] = inputs;
    if (y === undefined || g === undefined || output.dtype !== "float") return false;
    const { rows, length } = rowsOf(output.shape);
    kernels.softmax_grad_f32(logarithm, output.ptr, g.ptr, y.ptr, rows, length);
    return true;
  };
}

interface LayerNormAttributes {
  readonly eps: number;
}

const layerNorm: KernelLowering = (kernels, output, inputs, { eps }: LayerNormAttributes) => {
  const x = inputs[0];
  if (x === undefined || output.dtype !== "float") return false;
  const { rows, length } = rowsOf(output.shape);
  kernels.layer_norm_f32(output.ptr, x.ptr, rows, length, eps);
  return true;
};

const layerNormGrad: KernelLowering = (kernels, output, inputs, { eps }: LayerNormAttributes) => {
  const [x, g] = inputs;
  if (x === undefined || g === undefined || output.dtype !== "float") return false;
  const { rows, length } = rowsOf(output.shape);
  kernels.layer_norm_grad_f32(output.ptr, x.ptr, g.ptr, rows, length, eps);
  return true;
};

/** By primitive name. */
export const reduceLowerings: Readonly<Record<string, KernelLowering>> = {
  ...Object.fromEntries(Object.entries(REDUCE_CODES).map(([name, code]) => [name, reduce(code)])),
  softmax: softmax(0),
  logSoftmax: softmax(1),
  softmaxGrad: softmaxGrad(0),
  logSoftmaxGrad: softmaxGrad(1),
  causalSoftmax,
  layerNorm,
  layerNormGrad,
};
