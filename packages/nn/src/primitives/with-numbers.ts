/** @file Arithmetic of tensors with numbers of the host. */
import type { AnyTensor } from "../tensor/tensor.ts";
import { add, mul } from "./binary.ts";
import { scalar } from "./create.ts";

/** x · number. */
export function times(x: AnyTensor, factor: number): AnyTensor {
  return mul(x, scalar(factor, x.dtype));
}

/** x + number. */
export function plus(x: AnyTensor, term: number): AnyTensor {
  return add(x, scalar(term, x.dtype));
}
