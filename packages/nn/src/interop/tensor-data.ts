/** @file Tensors from typed arrays of the right element type, for the readers of files. */
import { allocate, viewOf } from "../engine/engine.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType, TypedArrayOf } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** An empty typed array of an element type. */
export function emptyArray(size: number, dtype: DType): TypedArrayOf<DType> {
  return dtype === "float" ? new Float32Array(size) : dtype === "f64" ? new Float64Array(size) : new Int32Array(size);
}

/** A tensor with a copy of `data`, which holds exactly as many elements as the shape has. */
export function tensorFromData<D extends DType>(data: ArrayLike<number>, shape: Shape, dtype: D): Tensor<Shape, D> {
  const buffer = allocate(shape, dtype);
  viewOf(buffer, data.length, dtype).set(data);
  return new Tensor(buffer, shape, dtype);
}
