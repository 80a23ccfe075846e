/** @file Tensors from numbers of the host. */
import { allocate, viewOf } from "../engine/engine.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A concrete tensor of row-major elements, rounded to `dtype`. */
export function hostTensor<D extends DType>(elements: ArrayLike<number>, shape: Shape, dtype: D): Tensor<Shape, D> {
  const tensor = new Tensor(allocate(shape, dtype), shape, dtype);
  viewOf(tensor.value as never, tensor.size, dtype).set(elements);
  return tensor;
}
