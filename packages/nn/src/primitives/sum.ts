/** @file Sums over axes, and what is made of them: mean and variance. Running sums. */
import { apply } from "../engine/apply.ts";
import { normalAxis } from "../shape/axes.ts";
import type { Shape } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchFirst, inFront } from "./batching.ts";
import { div, sub } from "./binary.ts";
import { scalar } from "./create.ts";
import { axisView, broadcastStrides, indexMap } from "./index-map.ts";
import { broadcastTo, reshape } from "./layout.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkFloat, risingAxes } from "./shape-rules.ts";
import { square } from "./unary.ts";

/** Attributes of a reduction. */
export interface ReduceAttributes {
  /** Rising, counted from 0. */
  readonly axes: readonly number[];
  /** Reduced axes stay, with length 1. */
  readonly keepDims: boolean;
}

/** The shape with the reduced axes of length 1. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

const SCALAR: Shape = [];

/** The shape after a reduction. */
export function reducedShape(shape: Shape, { axes, keepDims }: ReduceAttributes): Shape {
  if (axes.length === shape.length && !keepDims) return SCALAR;
  if (keepDims) return keptShape(shape, axes);
  const left: number[] = [];
  for (let axis = 0; axis < shape.length; axis += 1) if (!axes.includes(axis)) left.push(shape[axis] ?? 1);
  return left;
}

/** What a reduction gave, or its cotangent, repeated along the reduced axes. */
export function broadcastReduced(reduced: AnyTensor, shape: Shape, { axes }: ReduceAttributes): AnyTensor {
  // Axes in front are added by broadcasting itself.
  const areInFront = axes.every((axis, i) => axis === i);
  return broadcastTo(areInFront ? reduced : reshape(reduced, keptShape(shape, axes)), shape);
}

/** For each element of the input, which element of the output it is reduced into. */
export function reducedInto(shape: Shape, axes: readonly number[]): Int32Array {
  return indexMap(shape, broadcastStrides(keptShape(shape, axes), shape));
}

/** Attributes of the same reduction of examples with a batch axis in front. */
export function behindBatch({ axes, keepDims }: ReduceAttributes): ReduceAttributes {
  return { axes: axes.map((axis) => axis + 1), keepDims };
}

/** Sum over axes. */
export const sumPrimitive: Primitive<ReduceAttributes> = definePrimitive({
  name: "sum",
  infer: (inputs, attributes) => {
    const { shape, dtype } = operand(inputs, 0);
    return { shape: reducedShape(shape, attributes), dtype };
  },
  vjp: (g, inputs, _, attributes) => [broadcastReduced(g, operand(inputs, 0).shape, attributes)],
  reference: ({ data }, inputs, { axes }) => {
    const x = operand(inputs, 0);
    const into = reducedInto(x.shape, axes);
    // In double precision: sums of f32 are rounded once.
    const sums = new Float64Array(data.length);
    for (let i = 0; i < into.length; i += 1) sums[into[i]!] = sums[into[i]!]! + x.data[i]!;
    data.set(sums);
  },
  batch: (inputs, attributes) =>
    inFront(apply(sumPrimitive, [batchFirst(operand(inputs, 0))], behindBatch(attributes))),
});

/**
 * The sum over axes; over all of them when none are given. int32 wraps around.
 *
 * @param keepDims - Keep the reduced axes, with length 1. Default false.
 * @throws TrainlogError `shape/bad-axis`.
 */
export function sum(x: AnyTensor, axes?: number | readonly number[], keepDims = false): AnyTensor {
  return apply(sumPrimitive, [x], { axes: risingAxes("sum", axes, x.shape), keepDims });
}

/**
 * The mean over axes, of floats; over all of them when none are given. NaN where nothing is averaged.
 *
 * @throws TrainlogError `shape/bad-axis`, `dtype/mismatch`.
 */
export function mean(x: AnyTensor, axes?: number | readonly number[], keepDims = false): AnyTensor {
  checkFloat("mean", x);
  const counted = risingAxes("mean", axes, x.shape);
  return meanOver(x, { axes: counted, keepDims });
}

function meanOver(x: AnyTensor, attributes: ReduceAttributes): AnyTensor {
  return div(apply(sumPrimitive, [x], attributes), scalar(countOf(x.shape, attributes), x.dtype));
}

/** Number of elements that are reduced into one. */
function countOf(shape: Shape, { axes }: ReduceAttributes): number {
  let count = 1;
  for (const axis of axes) count *= shape[axis] ?? 1;
  return count;
}

/**
 * The mean squared distance from the mean over axes, of floats: Σ(x − mean)² / (n − correction).
 *
 * @param correction - 0 (default) for the variance of these numbers, as NumPy; 1 to estimate that of what they are drawn from, as PyTorch.
 * @throws TrainlogError `shape/bad-axis`, `dtype/mismatch`.
 */
export function variance(x: AnyTensor, axes?: number | readonly number[], keepDims = false, correction = 0): AnyTensor {
  checkFloat("variance", x);
  const attributes = { axes: risingAxes("variance", axes, x.shape), keepDims };
  const distance = sub(x, meanOver(x, { ...attributes, keepDims: true }));
  const squares = apply(sumPrimitive, [square(distance)], attributes);
  return div(squares, scalar(Math.max(0, countOf(x.shape, attributes) - correction), x.dtype));
}

/** Attributes of {@link cumsumPrimitive}. */
export interface CumsumAttributes {
  readonly axis: number;
  /** From the last element to the first. */
  readonly reverse: boolean;
}

/** Running sum along an axis. */
export const cumsumPrimitive: Primitive<CumsumAttributes> = definePrimitive({
  name: "cumsum",
  infer: (inputs) => operand(inputs, 0),
  vjp: (g, _, __, { axis, reverse }) => [apply(cumsumPrimitive, [g], { axis, reverse: !reverse })],
  reference: ({ data, shape }, inputs, { axis, reverse }) => {
    const x = operand(inputs, 0).data;
    const { outer, length, inner } = axisView(shape, axis);
    for (let column = 0; column < outer * inner; column += 1) {
      const first = Math.floor(column / inner) * length * inner + (column % inner);
      let running = 0;
      for (let along = 0; along < length; along += 1) {
        const at = first + (reverse ? length - 1 - along : along) * inner;
        running += x[at]!;
        data[at] = running;
      }
    }
  },
  batch: (inputs, { axis, reverse }) =>
    inFront(apply(cumsumPrimitive, [batchFirst(operand(inputs, 0))], { axis: axis + 1, reverse })),
});

/**
 * The running sum along an axis: element i is the sum of elements 0 … i.
 *
 * @throws TrainlogError `shape/bad-axis`.
 */
export function cumsum(x: AnyTensor, axis: number): AnyTensor {
  return apply(cumsumPrimitive, [x], { axis: normalAxis("cumsum", axis, x.shape), reverse: false });
}
