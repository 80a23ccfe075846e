/** @file log(1 + eˣ), which is an activation and a part of binary cross-entropy. */
import { add, exp, less, log1p, neg, scalar, where } from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";

/**
 * log(1 + eˣ) as max(x, 0) + log1p(e^−|x|), which does not overflow. Shape as given.
 *
 * By `where` and not by `abs` and `maximum`: their gradients at 0 are not those of a smooth function, this one's are (all orders).
 */
export function softplusOf(x: AnyTensor): AnyTensor {
  const zero = scalar(0, x.dtype);
  const negative = less(x, zero);
  return add(where(negative, zero, x), log1p(exp(where(negative, x, neg(x)))));
}
