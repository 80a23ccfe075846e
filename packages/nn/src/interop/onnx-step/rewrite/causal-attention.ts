/**
 * @file Causal attention in one operation of onnxruntime, which takes half of the scores and gives the weights, too.
 *
 * Its softmax leaves out what lies above the diagonal. ONNX's own softmax of masked scores makes numbers there that are too small for normal floats, and
 * calculating with those takes a processor ten times as long.
 */
import type { GraphValue } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import { operand } from "../../../primitives/operands.ts";
import { sameShape } from "../../../shape/shape.ts";
import { type Facts, operandsOf, primitiveNamed, type Rule } from "./rule.ts";
import { runtimePrimitive } from "./runtime-primitive.ts";

/** Names of the primitives: of queries, keys and values `[batch, heads, length, size]` the weights, and their product with the values. */
export const CAUSAL_WEIGHTS = "causalWeights";
export const CAUSAL_ATTENTION = "causalAttention";

const weightsPrimitive = runtimePrimitive(CAUSAL_WEIGHTS, (inputs) => {
  const { shape, dtype } = operand(inputs, 0);
  const [batch = 0, heads = 0, length = 0] = shape;
  return { shape: [batch, heads, length, length], dtype };
});
const attentionPrimitive = runtimePrimitive(CAUSAL_ATTENTION, (inputs) => operand(inputs, 0));

/** Sizes of heads must be multiples of this. */
const HEAD_SIZE_STEP = 8;

/** The softmax of products of queries and keys. The values that the weights are multiplied with come along. */
export const causalWeights: Rule = (facts, { primitive, inputs, output }) => {
  const { rewriter } = facts;
  if (primitive.name !== "causalSoftmax") return undefined;
  const [q, k] = operandsOf(rewriter, inputs[0], "matmulTril");
  if (q === undefined || k === undefined || !fits(q) || !sameShape(q.shape, k.shape)) return undefined;
  return rewriter.emit(weightsPrimitive, [q, k, valuesOf(facts, output, q) ?? k], undefined);
};

function fits({ shape, dtype }: GraphValue): boolean {
  return shape.length === 4 && dtype === "float" && (shape[3] ?? 1) % HEAD_SIZE_STEP === 0 && !shape.includes(0);
}

/** What weights are multiplied with, if it is there already. */
function valuesOf({ rewriter, usersOf }: Facts, weights: GraphValue, q: GraphValue): GraphValue | undefined {
  for (const { primitive, inputs, attributes } of usersOf(weights)) {
    const [triangle, old] = inputs;
    if (primitive.name !== "trilMatmul" || triangle !== weights || old === undefined || isTurned(attributes)) continue;
    const values = rewriter.resolve(old);
    if (rewriter.makerOf(values) !== undefined && sameShape(values.shape, q.shape)) return values;
  }
  return undefined;
}

function isTurned(attributes: unknown): boolean {
  return (
    typeof attributes === "object" && attributes !== null && "transpose" in attributes && attributes.transpose === true
  );
}

/** Weights times values; and products with other triangles that hold zeros above the diagonal as they are. */
export const trianglesTimes: Rule = ({ rewriter }, { primitive, inputs, attributes }) => {
  const [triangle, x] = inputs;
  if (primitive.name !== "trilMatmul" || triangle === undefined || x === undefined) return undefined;
  const operands = operandsOf(rewriter, triangle, CAUSAL_WEIGHTS);
  if (operands[2] === x && !isTurned(attributes)) return rewriter.emit(attentionPrimitive, operands, undefined);
  if (!isTriangle(rewriter, triangle)) return undefined;
  const flags = { transposeA: isTurned(attributes), transposeB: false };
  return rewriter.emit(primitiveNamed("matmul"), [triangle, x], flags);
};

/** Says whether a value is surely 0 above the diagonal. */
function isTriangle(rewriter: GraphRewriter, value: GraphValue): boolean {
  if (rewriter.makerOf(value)?.primitive.name === CAUSAL_WEIGHTS) return true;
  return operandsOf(rewriter, value, "mul").some((factor) => isTriangle(rewriter, factor));
}

/**
 * The softmax's gradient w·(c − Σ c·w). The weights w are 0 above the diagonal, so whatever the cotangent c = g·vᵀ is there does not matter. And the sum
 * over a row is that of g times the attention's result, which is a shorter one (T. Dao et al., FlashAttention, 2022).
 */
export const causalGradient: Rule = ({ rewriter }, { primitive, inputs }) => {
  const [weights, cotangent] = inputs;
  if (primitive.name !== "softmaxGrad" || weights === undefined) return undefined;
  const operands = operandsOf(rewriter, weights, CAUSAL_WEIGHTS);
  const [g, v] = operandsOf(rewriter, cotangent, "matmulTril");
  if (g === undefined || v === undefined || operands[2] !== v || !sameShape(g.shape, v.shape)) return undefined;
  const result = rewriter.emit(attentionPrimitive, operands, undefined);
  const product = rewriter.emit(primitiveNamed("mul"), [g, result], undefined);
  const sums = rewriter.emit(primitiveNamed("sum"), [product], { axes: [3], keepDims: true });
  const full = rewriter.emit(primitiveNamed("matmul"), [g, v], { transposeA: false, transposeB: true });
  const centred = rewriter.emit(primitiveNamed("sub"), [full, sums], undefined);
  return rewriter.emit(primitiveNamed("mul"), [weights, centred], undefined);
};
