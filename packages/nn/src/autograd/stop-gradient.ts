/** @file `stopGradient`: a value that counts as a constant. */
import { apply } from "../engine/apply.ts";
import { operand } from "../primitives/operands.ts";
import { definePrimitive, type Primitive } from "../primitives/primitive.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import { isSymbolic, Tensor } from "../tensor/tensor.ts";

/** The same value without a gradient rule. Only graphs need it: there the end of the gradient must survive being evaluated again (by `vmap`). */
export const stopGradientPrimitive: Primitive<undefined> = definePrimitive({
  name: "stopGradient",
  identity: true,
  infer: (inputs) => operand(inputs, 0),
  reference: (output, inputs) => output.data.set(operand(inputs, 0).data),
  batch: (inputs) => {
    const { tensor, axis = 0 } = operand(inputs, 0);
    return { output: stopGradient(tensor), axis };
  },
});

/**
 * The same value, through which no gradient flows.
 *
 * @example
 * grad((x: Tensor<[]>) => mul(x, stopGradient(x)))(tensor(3));   // 3, not 6
 */
export function stopGradient<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  // Same shape and dtype by the primitive's rule.
  if (isSymbolic(x)) return apply(stopGradientPrimitive, [x], undefined) as unknown as Tensor<S, D>;
  return new Tensor(x.value, x.shape, x.dtype);
}
