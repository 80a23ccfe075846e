/** @file Primitives that make tensors from nothing. */
import { apply } from "../engine/apply.ts";
import type { Shape } from "../shape/shape.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Primitive } from "./primitive.ts";

/** Attributes of {@link fillPrimitive}. */
export interface FillAttributes {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: DType;
}

/** Every element the same number. In a graph it is an instruction without inputs, so that constants fold into the chains that use them. */
export const fillPrimitive: Primitive<FillAttributes> = {
  name: "fill",
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  reference: (output, _, { value }) => {
    output.data.fill(value);
  },
};

/** A tensor of one number. */
export function fill(shape: Shape, value: number, dtype: DType): AnyTensor {
  return apply(fillPrimitive, [], { shape, value, dtype });
}
