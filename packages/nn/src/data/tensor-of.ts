/** @file A tensor from a typed array that a reader has filled. */
import { allocate, viewOf } from "../engine/engine.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType, TypedArrayOf } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A tensor with a copy of `data`, which holds exactly the elements of `shape`. */
export function tensorOf<const S extends Shape, D extends DType>(
  data: TypedArrayOf<D>,
  shape: S,
  dtype: D,
): Tensor<S, D> {
  const buffer = allocate(shape, dtype);
  viewOf(buffer, data.length, dtype).set(data);
  return new Tensor(buffer, shape, dtype);
}
