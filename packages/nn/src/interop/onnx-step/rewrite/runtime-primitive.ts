/** @file Primitives that only graphs for onnxruntime have. */
import type { Abstract, Primitive } from "../../../primitives/primitive.ts";

/**
 * A primitive without a reference and without a gradient: it comes into graphs after differentiation, and only onnxruntime computes it.
 *
 * @param infer - Shape and element type of the output.
 */
export function runtimePrimitive(
  name: string,
  infer: (inputs: readonly Abstract[], attributes: unknown) => Abstract,
): Primitive {
  return {
    name,
    infer,
    reference: () => {
      throw new RangeError(`${name} is computed in onnxruntime only`);
    },
  };
}
