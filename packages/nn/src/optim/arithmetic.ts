/** @file What the formulas of optimisers have in common. */
import { add, sub, times } from "../primitives/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** The exponential average after one more value: `average + (value − average) · (1 − factor)`, as PyTorch's `lerp`. */
export function averageWith(average: AnyTensor, value: AnyTensor, factor: number): AnyTensor {
  return add(average, times(sub(value, average), 1 - factor));
}

/** `a·number + b`; `b` alone for 0. */
export function plusTimes(b: AnyTensor, a: AnyTensor, factor: number): AnyTensor {
  return factor === 0 ? b : add(b, times(a, factor));
}
