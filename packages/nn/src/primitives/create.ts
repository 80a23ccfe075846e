/** @file Primitives that make tensors from nothing. */
import { apply } from "../engine/apply.ts";
import { normalAxis } from "../shape/axes.ts";
import { checkShape, type Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { axisView } from "./index-map.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";

/** Attributes of {@link fillPrimitive}. */
export interface FillAttributes {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: DType;
}

/** Every element the same number. In a graph it is an instruction without inputs, so that constants fold into the chains that use them. */
export const fillPrimitive: Primitive<FillAttributes> = definePrimitive({
  name: "fill",
  infer: (_, attributes) => attributes,
  reference: (output, _, { value }) => {
    output.data.fill(value);
  },
});

/**
 * A tensor of one number.
 *
 * @throws TrainlogError `shape/bad-size`.
 */
export function fill(shape: Shape, value: number, dtype: DType): AnyTensor {
  return shape.length === 0
    ? scalar(value, dtype)
    : apply(fillPrimitive, [], { shape: checkShape(shape), value, dtype });
}

const SCALAR: Shape = [];
const NO_INPUTS: readonly AnyTensor[] = [];

/** A number as a tensor of shape `[]`. */
export function scalar(value: number, dtype: DType): AnyTensor {
  return apply(fillPrimitive, NO_INPUTS, { shape: SCALAR, value, dtype });
}

/** Attributes of {@link iotaPrimitive}. */
export interface IotaAttributes {
  readonly shape: Shape;
  readonly axis: number;
  readonly dtype: DType;
}

/** Each element its own place along one axis. */
export const iotaPrimitive: Primitive<IotaAttributes> = definePrimitive({
  name: "iota",
  infer: (_, attributes) => attributes,
  reference: ({ shape, data }, _, { axis }) => {
    const { length, inner } = axisView(shape, axis);
    for (let i = 0; i < data.length; i += 1) data[i] = Math.floor(i / inner) % length;
  },
});

/**
 * A tensor whose elements count 0, 1, 2, … along `axis` and are the same along the others.
 *
 * @throws TrainlogError `shape/bad-size`, `shape/bad-axis`.
 *
 * @example
 * iota([2, 3], 1, "int32");   // [[0, 1, 2], [0, 1, 2]]
 */
export function iota(shape: Shape, axis: number, dtype: DType): AnyTensor {
  checkShape(shape);
  return apply(iotaPrimitive, [], { shape, axis: normalAxis("iota", axis, shape), dtype });
}
