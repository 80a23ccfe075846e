/** @file The same elements in another order or shape: reshape, transpose, broadcastTo, flip. */
import { apply } from "../engine/apply.ts";
import { permutation, reshapeTo } from "../shape/reshape.ts";
import { checkShape, type Shape, sameShape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchAligned, batchFirst, inFront } from "./batching.ts";
import { broadcastStrides, indexMap, rowMajorStrides } from "./index-map.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { risingAxes } from "./shape-rules.ts";
import { unbroadcast } from "./unbroadcast.ts";

/** Attributes that hold the shape of the output. */
export interface ShapeAttributes {
  readonly shape: Shape;
}

/** Copies `input[start + coordinates · strides]` for every element of the output. */
export function gather(output: ReferenceView, input: ReferenceView, strides: readonly number[], start = 0): void {
  const from = indexMap(output.shape, strides, start);
  for (let i = 0; i < from.length; i += 1) output.data[i] = input.data[from[i]!]!;
}

/** The same elements in row-major order under another shape. */
export const reshapePrimitive: Primitive<ShapeAttributes> = definePrimitive({
  name: "reshape",
  infer: (inputs, { shape }) => {
    const x = operand(inputs, 0);
    return { shape: reshapeTo(x.shape, shape), dtype: x.dtype };
  },
  vjp: (g, inputs) => [reshape(g, operand(inputs, 0).shape)],
  reference: (output, inputs) => output.data.set(operand(inputs, 0).data),
  batch: (inputs, { shape }) => {
    const x = batchFirst(operand(inputs, 0));
    return inFront(reshape(x, [x.shape[0] ?? 1, ...shape]));
  },
});

/**
 * The same elements in row-major order under another shape; the same tensor when it has the shape already.
 *
 * @param shape - One of the sizes may be −1: what is left.
 * @throws TrainlogError `shape/mismatch` when the numbers of elements differ, `shape/bad-size`.
 */
export function reshape(x: AnyTensor, shape: Shape): AnyTensor {
  return sameShape(x.shape, shape) ? x : apply(reshapePrimitive, [x], { shape: reshapeTo(x.shape, shape) });
}

/** Attributes of {@link transposePrimitive}. */
export interface TransposeAttributes {
  /** For each axis of the output, the axis of the input that it is. */
  readonly perm: readonly number[];
}

/** Axes in another order. */
export const transposePrimitive: Primitive<TransposeAttributes> = definePrimitive({
  name: "transpose",
  infer: (inputs, { perm }) => {
    const { shape, dtype } = operand(inputs, 0);
    return { shape: perm.map((axis) => shape[axis] ?? 1), dtype };
  },
  vjp: (g, _, __, { perm }) => [transpose(g, inverse(perm))],
  reference: (output, inputs, { perm }) => {
    const x = operand(inputs, 0);
    const strides = rowMajorStrides(x.shape);
    const permuted = perm.map((axis) => strides[axis] ?? 0);
    gather(output, x, permuted);
  },
  batch: (inputs, { perm }) => {
    const { tensor, axis = 0 } = operand(inputs, 0);
    return inFront(transpose(tensor, [axis, ...perm.map((from) => (from < axis ? from : from + 1))]));
  },
});

function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length);
  perm.forEach((from, to) => {
    result[from] = to;
  });
  return result;
}

/**
 * The axes in another order: axis i of the result is axis `perm[i]` of x.
 *
 * @param perm - Every axis once; negative ones count from the end. Reversed order when left out.
 * @throws TrainlogError `shape/bad-axis`.
 */
export function transpose(x: AnyTensor, perm: readonly number[] = x.shape.map((_, axis) => -1 - axis)): AnyTensor {
  const counted = permutation("transpose", x.shape, perm);
  return counted.every((axis, i) => axis === i) ? x : apply(transposePrimitive, [x], { perm: counted });
}

/** Elements repeated along axes of length 1 and along new axes in front. */
export const broadcastToPrimitive: Primitive<ShapeAttributes> = definePrimitive({
  name: "broadcastTo",
  elementwise: true,
  infer: (inputs, { shape }) => {
    const x = operand(inputs, 0);
    const missing = shape.length - x.shape.length;
    const fits = missing >= 0 && x.shape.every((length, axis) => length === 1 || length === shape[axis + missing]);
    if (fits) return { shape, dtype: x.dtype };
    throw shapeError(
      "broadcastTo: the shape must stretch to the other one",
      `sizes of ${showShape(shape)} or 1, from the last axis on`,
      showShape(x.shape),
    );
  },
  vjp: (g, inputs) => [unbroadcast(g, operand(inputs, 0).shape)],
  reference: (output, inputs) => {
    const x = operand(inputs, 0);
    gather(output, x, broadcastStrides(x.shape, output.shape));
  },
  batch: (inputs, { shape }) => {
    const x = batchAligned(operand(inputs, 0), shape.length);
    return inFront(broadcastTo(x, [x.shape[0] ?? 1, ...shape]));
  },
});

/**
 * The tensor repeated by NumPy's rules until it has the shape; the same tensor when it has it already.
 *
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 */
export function broadcastTo(x: AnyTensor, shape: Shape): AnyTensor {
  return sameShape(x.shape, shape) ? x : apply(broadcastToPrimitive, [x], { shape: checkShape(shape) });
}

/** Attributes of {@link flipPrimitive}. */
export interface FlipAttributes {
  /** Rising, counted from 0. */
  readonly axes: readonly number[];
}

/** Elements in reverse order along some axes. */
export const flipPrimitive: Primitive<FlipAttributes> = definePrimitive({
  name: "flip",
  infer: (inputs) => operand(inputs, 0),
  vjp: (g, _, __, { axes }) => [flip(g, axes)],
  reference: (output, inputs, { axes }) => {
    const strides = rowMajorStrides(output.shape);
    let start = 0;
    for (const axis of axes) {
      start += ((output.shape[axis] ?? 1) - 1) * (strides[axis] ?? 0);
      strides[axis] = -(strides[axis] ?? 0);
    }
    gather(output, operand(inputs, 0), strides, start);
  },
  batch: (inputs, { axes }) =>
    inFront(
      flip(
        batchFirst(operand(inputs, 0)),
        axes.map((axis) => axis + 1),
      ),
    ),
});

/**
 * The elements in reverse order along the given axes.
 *
 * @throws TrainlogError `shape/bad-axis`.
 */
export function flip(x: AnyTensor, axes: number | readonly number[]): AnyTensor {
  return apply(flipPrimitive, [x], { axes: risingAxes("flip", axes, x.shape) });
}
