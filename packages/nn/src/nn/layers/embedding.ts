/** @file Embedding of tokens. */

import { take } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import { normal } from "../init/init.ts";
import type { Initializer } from "../init/initializer.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import type { LayerType } from "../layer-type.ts";
import { ANY_SIZE, checkCount } from "../shape-check.ts";

/** int32 `[...In]` → `[...In, Size]`. */
export interface Embedding<Size extends number> extends LayerType {
  readonly input: [number];
  readonly dtype: "int32";
  readonly out: this["in"] extends infer In extends Shape ? [...In, Size] : never;
}

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** First weight. Default standard normal, as in PyTorch. */
  readonly weightInit?: Initializer;
}

/**
 * A vector for each token. As `torch.nn.Embedding`: parameter `weight` `[count, size]`.
 *
 * Shape int32 `[...]` → `[..., size]`; tokens run from 0 to `count − 1`.
 *
 * @param count - Number of different tokens.
 * @param size - Length of a vector.
 * @throws TrainlogError `nn/bad-option` for sizes below 1.
 */
export function embedding<const Size extends number>(
  count: number,
  size: Size,
  options: EmbeddingOptions = {},
): M<Embedding<Size>> {
  checkNnOptions("embedding", options, { weightInit: SHARED_CHECKS.weightInit });
  const { weightInit = normal() } = options;
  checkCount("the number of tokens of embedding", count);
  checkCount("the vector size of embedding", size);
  return defineLayer<Embedding<Size>>({
    kind: "embedding",
    label: `embedding(${count}, ${size})`,
    inputShape: [ANY_SIZE],
    inputDType: "int32",
    parameters: { weight: { shape: [count, size], init: weightInit } },
    outputShape: (input) => [...input, size],
    forward: (self, tokens) => take(self.parameter("weight"), tokens, 0),
  });
}
