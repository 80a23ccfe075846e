/** @file Whole slices by index: take (a lookup), its transpose scatterAdd, and oneHot. */
import { apply } from "../engine/apply.ts";
import { normalAxis } from "../shape/axes.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchFirst, batchRepeated, batchSize, inFront, moveAxis } from "./batching.ts";
import { axisView } from "./index-map.ts";
import { broadcastTo, reshape } from "./layout.ts";
import { operand } from "./operands.ts";
import { type BatchedInput, definePrimitive, type Primitive } from "./primitive.ts";
import { checkInt32, checkShapeIs } from "./shape-rules.ts";
import { scatterAlong, takeAlong } from "./take-along.ts";

/** Attributes of {@link takePrimitive}. */
export interface TakeAttributes {
  readonly axis: number;
}

/** Slices of a tensor by their place along an axis. */
export const takePrimitive: Primitive<TakeAttributes> = definePrimitive({
  name: "take",
  infer: (inputs, { axis }) => {
    const x = operand(inputs, 0);
    const indices = operand(inputs, 1);
    checkInt32("take", "indices", indices);
    return { shape: x.shape.toSpliced(axis, 1, ...indices.shape), dtype: x.dtype };
  },
  vjp: (g, inputs, _, { axis }) => [scatterAdd(operand(inputs, 0).shape, operand(inputs, 1), g, axis), undefined],
  reference: ({ data }, inputs, { axis }) => {
    const x = operand(inputs, 0);
    const indices = operand(inputs, 1);
    const { outer, length, inner } = axisView(x.shape, axis);
    const count = indices.data.length;
    for (let i = 0; i < outer * count; i += 1) {
      const index = checkIndex("take", indices.data[i % count]!, x.shape, axis);
      const from = (Math.floor(i / count) * length + index) * inner;
      data.set(x.data.subarray(from, from + inner), i * inner);
    }
  },
  batch: ([x, indices], { axis }) => takeOfExamples(x!, indices!, axis),
});

function takeOfExamples(x: BatchedInput, indices: BatchedInput, axis: number): ReturnType<typeof inFront> {
  if (indices.axis === undefined) return inFront(take(batchFirst(x), indices.tensor, axis + 1));
  const rows = batchFirst(indices);
  if (x.axis === undefined) return { output: take(x.tensor, rows, axis), axis };
  const examples = batchFirst(x);
  const [size = 1, ...indexShape] = rows.shape;
  const along = takeAlong(examples, spread(rows, examples.shape, axis + 1), axis + 1);
  return inFront(reshape(along, [size, ...x.tensor.shape.toSpliced(x.axis, 1).toSpliced(axis, 1, ...indexShape)]));
}

/** Per-example indices `[batch, …]` as one list along `axis`, repeated along the other axes of `shape`: what `takeAlong` wants. */
function spread(rows: AnyTensor, shape: Shape, axis: number): AnyTensor {
  const [size = 1, ...indexShape] = rows.shape;
  const count = sizeOf(indexShape);
  const thin = shape
    .map(() => 1)
    .with(0, size)
    .with(axis, count);
  return broadcastTo(reshape(rows, thin), shape.with(axis, count));
}

/** @internal Refuses an index that is not a place along the axis. */
export function checkIndex(operation: string, index: number, shape: Shape, axis: number): number {
  const length = shape[axis] ?? 0;
  if (index >= 0 && index < length) return index;
  throw shapeError(
    `${operation}: there is no index ${index} on axis ${axis}`,
    length === 0 ? "an axis that is not empty" : `an index from 0 to ${length - 1}`,
    showShape(shape),
    "shape/bad-index",
  );
}

/**
 * The slices of x at the given places along an axis, for example rows of an embedding by token.
 *
 * @param indices - int32, any shape; each from 0 to the axis' size − 1.
 * @returns Shape of x with the axis replaced by the shape of `indices`.
 * @throws TrainlogError `shape/bad-axis`, `dtype/mismatch`; `shape/bad-index` when the elements are computed.
 */
export function take(x: AnyTensor, indices: AnyTensor, axis: number): AnyTensor {
  return apply(takePrimitive, [x, indices], { axis: normalAxis("take", axis, x.shape) });
}

/** Attributes of {@link scatterAddPrimitive}. */
export interface ScatterAddAttributes {
  readonly shape: Shape;
  readonly axis: number;
}

/** The transpose of {@link takePrimitive}: slices added up at their places among zeros. */
export const scatterAddPrimitive: Primitive<ScatterAddAttributes> = definePrimitive({
  name: "scatterAdd",
  infer: (inputs, { shape, axis }) => {
    const indices = operand(inputs, 0);
    const updates = operand(inputs, 1);
    checkInt32("scatterAdd", "indices", indices);
    checkShapeIs("scatterAdd", "the updates", updates.shape, shape.toSpliced(axis, 1, ...indices.shape));
    return { shape, dtype: updates.dtype };
  },
  vjp: (g, inputs, _, { axis }) => [undefined, take(g, operand(inputs, 0), axis)],
  reference: ({ data, shape }, inputs, { axis }) => {
    const indices = operand(inputs, 0);
    const updates = operand(inputs, 1);
    const { outer, length, inner } = axisView(shape, axis);
    const count = indices.data.length;
    data.fill(0);
    for (let i = 0; i < outer * count; i += 1) {
      const index = checkIndex("scatterAdd", indices.data[i % count]!, shape, axis);
      const to = (Math.floor(i / count) * length + index) * inner;
      for (let k = 0; k < inner; k += 1) data[to + k] = data[to + k]! + updates.data[i * inner + k]!;
    }
  },
  batch: ([indices, updates], { shape, axis }) => scatterOfExamples(indices!, updates!, shape, axis),
});

function scatterOfExamples(
  indices: BatchedInput,
  updates: BatchedInput,
  shape: Shape,
  axis: number,
): ReturnType<typeof inFront> {
  const size = batchSize([indices, updates]);
  const examples = batchRepeated(updates, size);
  const all = [size, ...shape];
  if (indices.axis === undefined) return inFront(scatterAdd(all, indices.tensor, examples, axis + 1));
  const rows = spread(batchFirst(indices), all, axis + 1);
  return inFront(scatterAlong(all, rows, reshape(examples, rows.shape), axis + 1));
}

/**
 * Zeros of the given shape, to which slices are added at the given places along an axis. Slices for the same place are added up, in their order.
 *
 * @param indices - int32, any shape.
 * @param updates - `shape` with the axis replaced by the shape of `indices`.
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch`, `dtype/mismatch`; `shape/bad-index` when the elements are computed.
 */
export function scatterAdd(shape: Shape, indices: AnyTensor, updates: AnyTensor, axis: number): AnyTensor {
  checkShape(shape);
  return apply(scatterAddPrimitive, [indices, updates], { shape, axis: normalAxis("scatterAdd", axis, shape) });
}

/** Attributes of {@link oneHotPrimitive}. */
export interface OneHotAttributes {
  readonly depth: number;
  readonly dtype: DType;
}

/** Rows of zeros with a single 1. */
export const oneHotPrimitive: Primitive<OneHotAttributes> = definePrimitive({
  name: "oneHot",
  infer: (inputs, { depth, dtype }) => {
    const indices = operand(inputs, 0);
    checkInt32("oneHot", "indices", indices);
    return { shape: [...indices.shape, depth], dtype };
  },
  reference: ({ data }, inputs, { depth }) => {
    data.fill(0);
    operand(inputs, 0).data.forEach((index, row) => {
      if (index >= 0 && index < depth) data[row * depth + index] = 1;
    });
  },
  batch: (inputs, { depth, dtype }) => {
    const { tensor, axis = 0 } = operand(inputs, 0);
    return inFront(oneHot(moveAxis(tensor, axis, 0), depth, dtype));
  },
});

/**
 * For each index a row of zeros with a 1 at that place; only zeros for an index outside of 0 … depth − 1 (which is how losses ignore a label).
 *
 * @param indices - int32, any shape.
 * @returns Shape of `indices` with one more axis of length `depth` at the end.
 * @throws TrainlogError `dtype/mismatch`, `shape/bad-size`.
 */
export function oneHot(indices: AnyTensor, depth: number, dtype: DType): AnyTensor {
  checkShape([depth]);
  return apply(oneHotPrimitive, [indices], { depth, dtype });
}
