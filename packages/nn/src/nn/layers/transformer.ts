/** @file Transformer block. Vaswani et al., 2017; pre-norm: Xiong et al., 2020. */

import { anything, type Checks, oneOf, wholeNumber } from "../../options/check-options.ts";
import { add } from "../../primitives/index.ts";
import type { ShowSize } from "../../shape/shape-error.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";

import { ANY_SIZE, checkCount, sizeFits, wrongInput } from "../shape-check.ts";
import { gelu, relu } from "./activations.ts";
import { multiHeadAttention } from "./attention.ts";
import { checkRate, dropElements } from "./dropout.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear } from "./linear.ts";
import type { Positions } from "./positions.ts";

/** Options of {@link transformerBlock}. */
export interface TransformerBlockOptions {
  /** Number of attention heads; divides the size. */
  readonly heads: number;
  /** Width of the feed-forward part. Default 4·size. */
  readonly hidden?: number;
  /** Position i sees positions up to i only. Default false. */
  readonly causal?: boolean;
  /** `"pre"`: normalise what goes into each part (`norm_first=True`; trains without warm-up). `"post"` (default, as in PyTorch): normalise the sums. */
  readonly norm?: "pre" | "post";
  /** Default `"relu"`, as in PyTorch. */
  readonly activation?: "relu" | "gelu";
  /** Dropout in training, at PyTorch's four places. Default 0 (PyTorch: 0.1). */
  readonly dropout?: number;
  /** Biases in linear layers and normalisations. Default true. */
  readonly bias?: boolean;
  /** Rotary positions in the attention. Default false. */
  readonly rotary?: boolean | number;
  /** Added to variances. Default 1e-5. */
  readonly eps?: number;
}

const { bias, causal, rotary, eps } = SHARED_CHECKS;
const CHECKS: Checks = {
  heads: wholeNumber(1),
  hidden: wholeNumber(1),
  causal,
  norm: oneOf("pre", "post"),
  activation: oneOf("relu", "gelu"),
  dropout: anything,
  bias,
  rotary,
  eps,
};

/** The layer type of {@link transformerBlock}. */
export type TransformerBlock<Size extends number> = Positions<Size, `transformerBlock(${ShowSize<Size>})`>;

/**
 * Self-attention and a feed-forward network, each with a residual connection and layer normalisation. As
 * `torch.nn.TransformerEncoderLayer(size, heads, hidden, batch_first=True)`: parameters `self_attn.in_proj_weight`, `self_attn.in_proj_bias`,
 * `self_attn.out_proj.*`, `linear1.*`, `linear2.*`, `norm1.*`, `norm2.*`. With `causal` it is a decoder block as in GPT.
 *
 * Shape `[length, size]` → the same.
 *
 * @throws TrainlogError `nn/bad-option`.
 */
export function transformerBlock<const Size extends number>(
  size: Size,
  options: TransformerBlockOptions,
): M<TransformerBlock<Size>> {
  checkNnOptions("transformerBlock", options, CHECKS, ["heads"]);
  const { heads, hidden = 4 * size, causal = false, norm = "post", activation = "relu", dropout = 0 } = options;
  const { bias = true, rotary = false, eps = 1e-5 } = options;
  checkCount("the size of transformerBlock", size);
  checkRate("transformerBlock", dropout);
  const label = `transformerBlock(${size})`;
  const check = (input: readonly number[]): readonly number[] => {
    if (input.length !== 2 || !sizeFits(input[1], size)) throw wrongInput(label, `[?, ${size}]`, input);
    return input;
  };
  return defineLayer<TransformerBlock<Size>>({
    kind: "transformerBlock",
    label,
    inputShape: [ANY_SIZE, size],
    layers: [
      ["self_attn", multiHeadAttention<number>(size, { heads, causal, bias, dropout, rotary })],
      ["linear1", linear<number, number>(size, hidden, { bias })],
      ["activation", activation === "gelu" ? gelu() : relu()],
      ["linear2", linear<number, number>(hidden, size, { bias })],
      ["norm1", layerNorm<number>(size, { eps, bias })],
      ["norm2", layerNorm<number>(size, { eps, bias })],
    ],
    outputShape: check,
    forward: (self, x) => {
      check(x.shape.slice(1));
      const attend = (y: AnyTensor): AnyTensor => dropElements(self, self.call("self_attn", y), dropout);
      const feedForward = (y: AnyTensor): AnyTensor => {
        const inner = self.call("activation", self.call("linear1", y));
        return dropElements(self, self.call("linear2", dropElements(self, inner, dropout)), dropout);
      };
      if (norm === "post") {
        const attended = self.call("norm1", add(x, attend(x)));
        return self.call("norm2", add(attended, feedForward(attended)));
      }
      const attended = add(x, attend(self.call("norm1", x)));
      return add(attended, feedForward(self.call("norm2", attended)));
    },
  });
}
