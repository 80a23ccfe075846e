/** @file Single elements by index along an axis (takeAlong), and its transpose. */
import { apply } from "../engine/apply.ts";
import { normalAxis } from "../shape/axes.ts";
import { checkShape, type Shape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchRepeated, batchSize, inFront } from "./batching.ts";
import { axisView } from "./index-map.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkInt32, checkShapeIs } from "./shape-rules.ts";
import { checkIndex, type ScatterAddAttributes, type TakeAttributes } from "./take.ts";

function checkAlong(operation: string, shape: Shape, indices: Shape, axis: number): void {
  if (shape.length === indices.length && shape.every((length, at) => at === axis || length === indices[at])) return;
  throw shapeError(
    `${operation}: the indices must have the tensor's sizes beside axis ${axis}`,
    showShape(shape),
    showShape(indices),
  );
}

/** Calls `visit(place among the indices, place in the tensor)` for each index. */
function eachAlong(
  operation: string,
  shape: Shape,
  axis: number,
  indices: ArrayLike<number>,
  count: number,
  visit: (at: number, place: number) => void,
): void {
  const { length, inner } = axisView(shape, axis);
  for (let at = 0; at < indices.length; at += 1) {
    const index = checkIndex(operation, indices[at]!, shape, axis);
    visit(at, (Math.floor(at / (count * inner)) * length + index) * inner + (at % inner));
  }
}

/** Elements of a tensor by their place along an axis. */
export const takeAlongPrimitive: Primitive<TakeAttributes> = definePrimitive({
  name: "takeAlong",
  infer: (inputs, { axis }) => {
    const x = operand(inputs, 0);
    const indices = operand(inputs, 1);
    checkInt32("takeAlong", "indices", indices);
    checkAlong("takeAlong", x.shape, indices.shape, axis);
    return { shape: indices.shape, dtype: x.dtype };
  },
  vjp: (g, inputs, _, { axis }) => [scatterAlong(operand(inputs, 0).shape, operand(inputs, 1), g, axis), undefined],
  reference: ({ data, shape }, inputs, { axis }) => {
    const x = operand(inputs, 0);
    eachAlong("takeAlong", x.shape, axis, operand(inputs, 1).data, shape[axis] ?? 0, (at, place) => {
      data[at] = x.data[place]!;
    });
  },
  batch: (inputs, { axis }) => {
    const size = batchSize(inputs);
    return inFront(takeAlong(batchRepeated(inputs[0]!, size), batchRepeated(inputs[1]!, size), axis + 1));
  },
});

/**
 * For each index the element of x at that place along the axis and at the index's own place along the others, as `numpy.take_along_axis`.
 *
 * @param indices - int32, as many axes as x, the same sizes but along `axis`.
 * @returns Shape of `indices`.
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch`, `dtype/mismatch`; `shape/bad-index` when the elements are computed.
 */
export function takeAlong(x: AnyTensor, indices: AnyTensor, axis: number): AnyTensor {
  return apply(takeAlongPrimitive, [x, indices], { axis: normalAxis("takeAlong", axis, x.shape) });
}

/** The transpose of {@link takeAlongPrimitive}: elements added up at their places among zeros. */
export const scatterAlongPrimitive: Primitive<ScatterAddAttributes> = definePrimitive({
  name: "scatterAlong",
  infer: (inputs, { shape, axis }) => {
    const indices = operand(inputs, 0);
    const updates = operand(inputs, 1);
    checkInt32("scatterAlong", "indices", indices);
    checkAlong("scatterAlong", shape, indices.shape, axis);
    checkShapeIs("scatterAlong", "the updates", updates.shape, indices.shape);
    return { shape, dtype: updates.dtype };
  },
  vjp: (g, inputs, _, { axis }) => [undefined, takeAlong(g, operand(inputs, 0), axis)],
  reference: ({ data }, inputs, { shape, axis }) => {
    const indices = operand(inputs, 0);
    const updates = operand(inputs, 1).data;
    data.fill(0);
    eachAlong("scatterAlong", shape, axis, indices.data, indices.shape[axis] ?? 0, (at, place) => {
      data[place] = data[place]! + updates[at]!;
    });
  },
  batch: (inputs, { shape, axis }) => {
    const size = batchSize(inputs);
    const [indices, updates] = inputs.map((input) => batchRepeated(input, size));
    return inFront(scatterAlong([size, ...shape], indices!, updates!, axis + 1));
  },
});

/**
 * Zeros of the given shape, to which elements are added at the given places along an axis; those for the same place are added up, in their order.
 *
 * @param indices - int32, as many axes as `shape`, the same sizes but along `axis`.
 * @param updates - Shape of `indices`.
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch`, `dtype/mismatch`; `shape/bad-index` when the elements are computed.
 */
export function scatterAlong(shape: Shape, indices: AnyTensor, updates: AnyTensor, axis: number): AnyTensor {
  checkShape(shape);
  return apply(scatterAlongPrimitive, [indices, updates], {
    shape,
    axis: normalAxis("scatterAlong", axis, shape),
  });
}
