/** @file Elementwise arithmetic, broadcasting by NumPy's rules. */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Primitive } from "./primitive.ts";

const addPrimitive: Primitive<undefined> = {
  name: "add",
  elementwise: true,
  infer: ([a]) => a as never,
  vjp: (g) => [g, g],
  reference: (output, [a, b]) => {
    for (let i = 0; i < output.data.length; i += 1) output.data[i] = (a?.data[i] ?? 0) + (b?.data[i] ?? 0);
  },
};

/** a + b. */
export function add(a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(addPrimitive, [a, b], undefined);
}
