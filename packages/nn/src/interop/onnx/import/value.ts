/**
 * @file What flows along the edges of an imported graph: tensors, and small arrays that are known on the host.
 *
 * Exporters compute shapes inside the graph (Shape, Gather, Concat, … into Reshape). Here shapes are always known, so such chains are computed at once in
 * plain numbers and never become tensors; a tensor is made of them only where a tensor operation needs one.
 */
import { TrainlogError } from "../../../error.ts";
import type { Shape } from "../../../shape/shape.ts";
import type { DType, FloatDType } from "../../../tensor/dtype.ts";
import { tensorFromData } from "../../../tensor/from-data.ts";
import { type AnyTensor, Tensor } from "../../../tensor/tensor.ts";

/** Numbers known while the graph is being run: sizes, axes, constants. */
export interface HostArray {
  readonly shape: Shape;
  readonly data: readonly number[];
  readonly kind: "int" | "float" | "bool";
  /** The same as a tensor, where one was made beforehand. */
  readonly tensor?: AnyTensor;
}

/** Value of an edge. */
export type Value = AnyTensor | HostArray;

/** Says whether a value is known on the host. */
export function isHost(value: Value): value is HostArray {
  return !(value instanceof Tensor);
}

/** A one-dimensional array of whole numbers. */
export function hostInts(data: readonly number[]): HostArray {
  return { shape: [data.length], data, kind: "int" };
}

/**
 * A value as a tensor.
 *
 * @param dtype - Element type for floats; whole numbers and booleans become int32.
 * @throws TrainlogError `onnx/out-of-range` for a 64-bit number that int32 does not hold.
 */
export function toTensor(value: Value, dtype: FloatDType): AnyTensor {
  if (!isHost(value)) return value;
  if (value.tensor !== undefined && (value.kind !== "float" || value.tensor.dtype === dtype)) return value.tensor;
  const wanted: DType = value.kind === "float" ? dtype : "int32";
  const misfit = wanted === "int32" ? value.data.find((item) => item > 2 ** 31 - 1 || item < -(2 ** 31)) : undefined;
  if (misfit !== undefined) {
    throw new TrainlogError(
      "onnx/out-of-range",
      `the graph computes with the 64-bit number ${misfit}, which int32 does not hold`,
    );
  }
  return tensorFromData(value.data, value.shape, wanted);
}
