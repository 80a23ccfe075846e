/** @file The three element types: `float` to train, `f64` to check, `int32` for tokens, labels and indices. */

/** Element type of a tensor. `"float"` is IEEE binary32, `"f64"` binary64, `"int32"` two's complement. */
export type DType = "float" | "f64" | "int32";

/** The element types that gradients flow through. */
export type FloatDType = "float" | "f64";

/** Typed array that holds elements of a {@link DType}. */
export type TypedArrayOf<D extends DType> = D extends "float"
  ? Float32Array
  : D extends "f64"
    ? Float64Array
    : Int32Array;

/** Bytes per element. */
export const BYTES_PER_ELEMENT: Readonly<Record<DType, 4 | 8>> = { float: 4, f64: 8, int32: 4 };

/** Says whether gradients flow through this element type. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype !== "int32";
}
