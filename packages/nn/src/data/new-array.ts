/** @file Typed arrays by element type. */
import type { DType, TypedArrayOf } from "../tensor/dtype.ts";

/** A typed array of the element type. */
export function newArray<D extends DType>(dtype: D, length: number): TypedArrayOf<D> {
  const array =
    dtype === "float" ? new Float32Array(length) : dtype === "f64" ? new Float64Array(length) : new Int32Array(length);
  // Chosen by the same key that the type is computed from.
  return array as TypedArrayOf<D>;
}
