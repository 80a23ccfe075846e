/** @file A tensor's elements in memory of its own. */
import { allocate, viewOf } from "../../engine/engine.ts";
import { type AnyTensor, concrete, Tensor } from "../../tensor/tensor.ts";

/** A concrete tensor with the same elements. */
export function copyTensor(tensor: AnyTensor): AnyTensor {
  const target = allocate(tensor.shape, tensor.dtype);
  // Views are taken after the allocation, which may move the memory.
  viewOf(target, tensor.size, tensor.dtype).set(viewOf(concrete(tensor, "a copy"), tensor.size, tensor.dtype));
  return new Tensor(target, tensor.shape, tensor.dtype);
}
