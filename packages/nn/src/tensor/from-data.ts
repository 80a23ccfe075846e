/** @file Typed arrays by element type, and tensors from ones that a reader or a dataset has filled. */
import { allocate, viewOf } from "../engine/engine.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType, TypedArrayOf } from "./dtype.ts";
import { Tensor } from "./tensor.ts";

/** @internal A typed array of the element type, all 0. */
export function newArray<D extends DType>(dtype: D, length: number): TypedArrayOf<D> {
  const array =
    dtype === "float" ? new Float32Array(length) : dtype === "f64" ? new Float64Array(length) : new Int32Array(length);
  // Chosen by the same key that the type is computed from.
  return array as TypedArrayOf<D>;
}

/** @internal A tensor with a copy of `data`, which holds exactly as many elements as the shape has; nothing is checked. */
export function tensorFromData<const S extends Shape, D extends DType>(
  data: ArrayLike<number>,
  shape: S,
  dtype: D,
): Tensor<S, D> {
  const buffer = allocate(shape, dtype);
  viewOf(buffer, data.length, dtype).set(data);
  return new Tensor(buffer, shape, dtype);
}
