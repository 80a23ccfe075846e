/** @file Attention. Vaswani et al., 2017. */

import { TrainlogError } from "../../error.ts";
import { anything, type Checks, callback, wholeNumber } from "../../options/check-options.ts";
import {
  add,
  causalSoftmax,
  matmul,
  matmulTril,
  mul,
  reshape,
  scalar,
  slice,
  softmax,
  transpose,
  trilMatmul,
} from "../../primitives/index.ts";
import type { ShowSize } from "../../shape/shape-error.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { xavierUniform, zeros } from "../init/init.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";

import { ANY_SIZE, checkCount, sizeFits, wrongInput } from "../shape-check.ts";
import { checkRate, dropElements } from "./dropout.ts";
import { affine, linear } from "./linear.ts";
import { type Positions, rotate } from "./positions.ts";

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Position i sees positions up to i only. Default false. */
  readonly causal?: boolean;
  /** Added to the scores before softmax, to broadcast to `[..., queries, keys]`: 0 where visible, −1e30 where not. */
  readonly mask?: AnyTensor;
  /** Applied to the weights, for dropout. */
  readonly onWeights?: (weights: AnyTensor) => AnyTensor;
}

const ATTENTION_CHECKS: Checks = { causal: SHARED_CHECKS.causal, mask: anything, onWeights: callback };

/**
 * softmax(q·kᵀ / √size)·v. As `torch.nn.functional.scaled_dot_product_attention`.
 *
 * @param q - Queries, shape `[..., queries, size]`.
 * @param k - Keys, shape `[..., keys, size]`.
 * @param v - Values, shape `[..., keys, width]`.
 * @returns Shape `[..., queries, width]`.
 * @throws TrainlogError `shape/mismatch`.
 */
export function attention(q: AnyTensor, k: AnyTensor, v: AnyTensor, options: AttentionOptions = {}): AnyTensor {
  checkNnOptions("attention", options, ATTENTION_CHECKS);
  const { causal = false, mask, onWeights } = options;
  const scale = scalar(1 / Math.sqrt(q.shape.at(-1) ?? 1), q.dtype);
  const scaled = mul(q, scale);
  const scores = causal ? matmulTril(scaled, k) : matmul(scaled, k, { transposeB: true });
  const masked = mask === undefined ? scores : add(scores, mask);
  const weights = causal ? causalSoftmax(masked) : softmax(masked);
  const used = onWeights === undefined ? weights : onWeights(weights);
  return causal ? trilMatmul(used, v) : matmul(used, v);
}

/** Options of {@link multiHeadAttention}. */
export interface MultiHeadAttentionOptions {
  /** Number of heads; divides the size. */
  readonly heads: number;
  /** Position i sees positions up to i only. Default false. */
  readonly causal?: boolean;
  /** Add biases. Default true. */
  readonly bias?: boolean;
  /** Dropout on the attention weights, in training. Default 0. */
  readonly dropout?: number;
  /** Turn queries and keys by their positions (RoFormer); a number is the base. Default false. */
  readonly rotary?: boolean | number;
}

const { bias, causal, rotary } = SHARED_CHECKS;
const CHECKS: Checks = { heads: wholeNumber(1), causal, bias, dropout: anything, rotary };

/** The layer type of {@link multiHeadAttention}. */
export type MultiHeadAttention<Size extends number> = Positions<Size, `multiHeadAttention(${ShowSize<Size>})`>;

/**
 * Self-attention with several heads. As `torch.nn.MultiheadAttention(size, heads, batch_first=True)` applied to `(x, x, x)`: parameters `in_proj_weight`
 * `[3·size, size]` (queries, keys, values), `in_proj_bias`, `out_proj.weight`, `out_proj.bias`.
 *
 * Shape `[length, size]` → the same.
 *
 * @throws TrainlogError `nn/bad-option` when `heads` does not divide `size`.
 */
export function multiHeadAttention<const Size extends number>(
  size: Size,
  options: MultiHeadAttentionOptions,
): M<MultiHeadAttention<Size>> {
  checkNnOptions("multiHeadAttention", options, CHECKS, ["heads"]);
  const { heads, causal = false, bias = true, dropout = 0, rotary = false } = options;
  checkHeads(size, heads);
  checkRate("multiHeadAttention", dropout);
  const label = `multiHeadAttention(${size})`;
  const check = (input: readonly number[]): readonly number[] => {
    if (input.length !== 2 || !sizeFits(input[1], size)) throw wrongInput(label, `[?, ${size}]`, input);
    return input;
  };
  return defineLayer<MultiHeadAttention<Size>>({
    kind: "multiHeadAttention",
    label,
    inputShape: [ANY_SIZE, size],
    parameters: {
      in_proj_weight: { shape: [3 * size, size], init: xavierUniform() },
      ...(bias ? { in_proj_bias: { shape: [3 * size], init: zeros() } } : {}),
    },
    layers: [["out_proj", linear<number, number>(size, size, { bias, biasInit: zeros() })]],
    outputShape: check,
    forward: (self, x) => {
      check(x.shape.slice(1));
      const weight = self.parameter("in_proj_weight");
      const biases = bias ? self.parameter("in_proj_bias") : undefined;
      const [q, k, v] = [0, 1, 2].map((part) => {
        return splitHeads(affine(x, third(weight, part), biases && third(biases, part)), heads);
      }) as [AnyTensor, AnyTensor, AnyTensor]; // as many as there are parts
      const turn = (t: AnyTensor): AnyTensor =>
        rotary === false ? t : rotate(t, rotary === true ? {} : { base: rotary });
      const onWeights = (weights: AnyTensor): AnyTensor => dropElements(self, weights, dropout);
      return self.call("out_proj", mergeHeads(attention(turn(q), turn(k), v, { causal, onWeights })));
    },
  });
}

function checkHeads(size: number, heads: number): void {
  checkCount("the size of multiHeadAttention", size);
  checkCount("the number of heads of multiHeadAttention", heads);
  if (size % heads === 0) return;
  throw new TrainlogError(
    "nn/bad-option",
    `each head takes an equal part of the size, but ${heads} heads do not divide ${size}`,
  );
}

/**
 * The rows of a stacked parameter that queries (0), keys (1) or values (2) are made with. Cutting the parameter, and not what a single product with it gives,
 * is cutting the smaller thing, forward and backward.
 */
function third(parameter: AnyTensor, part: number): AnyTensor {
  const [rows = 0, ...rest] = parameter.shape;
  const size = rows / 3;
  return slice(parameter, [part * size, ...rest.map(() => 0)], [(part + 1) * size, ...rest]);
}

/** `[batch, length, size]` → `[batch, heads, length, size / heads]`. */
function splitHeads(x: AnyTensor, heads: number): AnyTensor {
  const [batch = 0, length = 0, size = 0] = x.shape;
  return transpose(reshape(x, [batch, length, heads, size / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, length, width]` → `[batch, length, heads·width]`. */
function mergeHeads(x: AnyTensor): AnyTensor {
  const [batch = 0, heads = 0, length = 0, width = 0] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * width]);
}
