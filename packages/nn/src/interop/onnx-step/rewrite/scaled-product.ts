/** @file Numbers that a matrix product, or an operand of one, is multiplied with: the product takes them along, and a pass over the tensor is saved. */
import type { GraphValue, Instruction } from "../../../ir/graph.ts";
import type { GraphRewriter } from "../../../ir/rewrite.ts";
import { reshapePrimitive } from "../../../primitives/layout.ts";
import { type MatmulAttributes, matmulPrimitive } from "../../../primitives/matmul.ts";
import type { Primitive } from "../../../primitives/primitive.ts";
import { MATMUL_WITH_BIAS } from "./matmul-with-bias.ts";
import { type Facts, fillOf, operandsOf, type Rule } from "./rule.ts";
import { runtimePrimitive } from "./runtime-primitive.ts";

/** Name of the primitive: α·(a·b), plus β·row if there is a third operand. */
export const SCALED_PRODUCT = "scaledProduct";

/** Attributes of {@link SCALED_PRODUCT}. */
export interface ScaledProductAttributes extends MatmulAttributes {
  readonly alpha: number;
  readonly beta: number;
}

const scaledProduct = runtimePrimitive(SCALED_PRODUCT, (inputs, attributes) =>
  // Instructions of this primitive are made here only.
  matmulPrimitive.infer(inputs.slice(0, 2), attributes as ScaledProductAttributes),
);

/** What a product of two matrices of floats is multiplied with, and its row; undefined for other instructions. */
function scalesOf(primitive: Primitive, attributes: unknown, value: GraphValue): ScaledProductAttributes | undefined {
  if (value.shape.length !== 2 || value.dtype !== "float") return undefined;
  // Instructions of these primitives have these attributes.
  if (primitive.name === SCALED_PRODUCT) return attributes as ScaledProductAttributes;
  const isProduct = primitive.name === "matmul" || primitive.name === MATMUL_WITH_BIAS;
  return isProduct ? { ...(attributes as MatmulAttributes), alpha: 1, beta: 1 } : undefined;
}

/** c·(a·b + row), in another shape or order of axes maybe, if nothing else needs the product. */
export const productTimesNumber: Rule = (facts, { primitive, inputs }) => {
  const { rewriter } = facts;
  const scaled = primitive.name === "mul" ? timesNumber(rewriter, inputs) : undefined;
  if (scaled === undefined) return undefined;
  const { value: product, moves } = beforeMoves(facts, scaled.value);
  const maker = rewriter.makerOf(product);
  const scales = maker === undefined ? undefined : scalesOf(maker.primitive, maker.attributes, product);
  if (maker === undefined || scales === undefined || !facts.isUsedOnce(product)) return undefined;
  const attributes = { ...scales, alpha: scales.alpha * scaled.number, beta: scales.beta * scaled.number };
  let result = rewriter.emit(scaledProduct, maker.inputs, attributes);
  for (const move of moves) result = rewriter.emit(move.primitive, [result], move.attributes);
  return result;
};

/** What a value was before it was only reshaped and transposed, for nothing else; and the instructions that did that, in their order. */
function beforeMoves(
  facts: Facts,
  value: GraphValue,
): { readonly value: GraphValue; readonly moves: readonly Instruction[] } {
  const maker = facts.rewriter.makerOf(value);
  const [from] = maker?.inputs ?? [];
  const isMove = maker?.primitive.name === "reshape" || maker?.primitive.name === "transpose";
  if (maker === undefined || from === undefined || !isMove || !facts.isUsedOnce(value)) return { value, moves: [] };
  const before = beforeMoves(facts, from);
  return { value: before.value, moves: [...before.moves, maker] };
}

/** (c·a)·b + row, with c·a in another shape maybe. */
export const productOfScaled: Rule = ({ rewriter }, { primitive, inputs, attributes, output }) => {
  const scales = scalesOf(primitive, attributes, output);
  if (scales === undefined) return undefined;
  for (const at of [0, 1]) {
    const operand = inputs[at];
    const [inner] = operandsOf(rewriter, operand, "reshape");
    const scaled = timesNumber(rewriter, operandsOf(rewriter, inner ?? operand, "mul"));
    if (operand === undefined || scaled === undefined) continue;
    const plain =
      inner === undefined
        ? scaled.value
        : rewriter.emit(reshapePrimitive as Primitive, [scaled.value], { shape: operand.shape });
    const alpha = scales.alpha * scaled.number;
    return rewriter.emit(scaledProduct, inputs.with(at, plain), { ...scales, alpha });
  }
  return undefined;
};

/** A tensor and the number that it is multiplied with. */
function timesNumber(
  rewriter: GraphRewriter,
  [a, b]: readonly GraphValue[],
): { readonly value: GraphValue; readonly number: number } | undefined {
  if (a === undefined || b === undefined) return undefined;
  for (const [value, factor] of [
    [a, b],
    [b, a],
  ] as const) {
    const number = factor.shape.length === 0 ? fillOf(rewriter, factor) : undefined;
    if (number !== undefined && value.shape.length > 0) return { value, number };
  }
  return undefined;
}
