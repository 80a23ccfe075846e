/** @file Arithmetic of tensors with numbers of the host, as the formulas of optimisers need it. */
import { add, mul, scalar, sub } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** x · number. */
export function times(x: AnyTensor, factor: number): AnyTensor {
  return mul(x, scalar(factor, x.dtype));
}

/** x + number. */
export function plus(x: AnyTensor, term: number): AnyTensor {
  return add(x, scalar(term, x.dtype));
}

/** The exponential average after one more value: `average + (value − average) · (1 − factor)`, as PyTorch's `lerp`. */
export function averageWith(average: AnyTensor, value: AnyTensor, factor: number): AnyTensor {
  return add(average, times(sub(value, average), 1 - factor));
}

/** `a·number + b`; `b` alone for 0. */
export function plusTimes(b: AnyTensor, a: AnyTensor, factor: number): AnyTensor {
  return factor === 0 ? b : add(b, times(a, factor));
}
