/** @file Matrix products with a row added: one operation of ONNX. */
import type { GraphValue } from "../../../ir/graph.ts";
import { type MatmulAttributes, matmulPrimitive } from "../../../primitives/matmul.ts";
import type { Rule } from "./rule.ts";
import { runtimePrimitive } from "./runtime-primitive.ts";

/** Name of the primitive. */
export const MATMUL_WITH_BIAS = "matmulWithBias";

/** matmul of two matrices, plus a row `[columns]`. */
const matmulWithBiasPrimitive = runtimePrimitive(MATMUL_WITH_BIAS, (inputs, attributes) =>
  // The attributes are those of the matmul that it replaces.
  matmulPrimitive.infer(inputs.slice(0, 2), attributes as MatmulAttributes),
);

/** a·b + row as one operation, if nothing else needs the product. */
export const matmulWithBias: Rule = ({ rewriter, isUsedOnce }, { primitive, inputs }) => {
  const [first, second] = inputs;
  if (primitive.name !== "add" || first === undefined || second === undefined) return undefined;
  const isProduct = (value: GraphValue): boolean =>
    rewriter.makerOf(value)?.primitive.name === "matmul" && value.shape.length === 2 && value.dtype !== "int32";
  const [product, row] = isProduct(first) ? [first, second] : [second, first];
  const matmul = rewriter.makerOf(product);
  const fits = row.shape.length === 1 && row.shape[0] === product.shape[1] && !product.shape.includes(0);
  if (matmul === undefined || !isProduct(product) || !fits || !isUsedOnce(product)) return undefined;
  return rewriter.emit(matmulWithBiasPrimitive, [...matmul.inputs, row], matmul.attributes);
};
