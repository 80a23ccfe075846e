/** @file Fully connected layer. */

import type { Checks } from "../../options/check-options.ts";
import { linear as linearOf, matmul, reshape } from "../../primitives/index.ts";
import { sizeOf } from "../../shape/shape.ts";
import type { ShowSize } from "../../shape/shape-error.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { fanInUniform, kaimingUniform } from "../init/init.ts";
import type { Initializer } from "../init/initializer.ts";
import { defineLayer, type LayerCall, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import type { LayerType, OnLastAxis } from "../layer-type.ts";
import { checkCount, onLastAxis, showSize } from "../shape-check.ts";

/** `[..., In]` → `[..., Out]`. */
export interface Linear<In extends number, Out extends number> extends LayerType {
  readonly input: [In];
  readonly dtype: "float";
  readonly out: OnLastAxis<this["in"], In, Out, `linear(${ShowSize<In>}, ${ShowSize<Out>})`>;
}

/** Options of {@link linear}. */
export interface LinearOptions {
  /** Add a bias. Default true. */
  readonly bias?: boolean;
  /** First weight. Default `init.kaimingUniform({ a: √5 })`, which is uniform in ±1/√in. */
  readonly weightInit?: Initializer;
  /** First bias. Default uniform in ±1/√in. */
  readonly biasInit?: Initializer;
}

const { bias, weightInit, biasInit } = SHARED_CHECKS;
const CHECKS: Checks = { bias, weightInit, biasInit };

/**
 * y = x·Wᵀ + b on the last axis. As `torch.nn.Linear`: parameters `weight` `[outSize, inSize]` and `bias` `[outSize]`.
 *
 * Shape `[..., inSize]` → `[..., outSize]`.
 *
 * @throws TrainlogError `nn/bad-option` for sizes below 1, `nn/unknown-option`.
 */
export function linear<const In extends number, const Out extends number>(
  inSize: In,
  outSize: Out,
  options: LinearOptions = {},
): M<Linear<In, Out>> {
  checkCount("the input size of linear", inSize);
  checkCount("the output size of linear", outSize);
  checkNnOptions("linear", options, CHECKS);
  const { bias = true, weightInit = kaimingUniform({ a: Math.sqrt(5) }), biasInit = fanInUniform(inSize) } = options;
  const label = `linear(${showSize(inSize)}, ${showSize(outSize)})`;
  return defineLayer<Linear<In, Out>>({
    kind: "linear",
    label,
    inputShape: [inSize],
    parameters: {
      weight: { shape: [outSize, inSize], init: weightInit },
      ...(bias ? { bias: { shape: [outSize], init: biasInit } } : {}),
    },
    outputShape: (input) => onLastAxis(label, input, inSize, outSize),
    forward: (self, x) => affine(x, self.parameter("weight"), bias ? self.parameter("bias") : undefined),
  });
}

/** x·Wᵀ + b on the last axis of `x`, weight `[out, in]`. */
export function affine(x: AnyTensor, weight: AnyTensor, bias: AnyTensor | undefined): AnyTensor {
  if (x.shape.length === 2) return rowsTimes(x, weight, bias);
  // One product of all rows: a batched one would make one weight gradient per example and add them up.
  const inSize = x.shape.at(-1) ?? 1;
  const rows = reshape(x, [inSize === 0 ? 0 : sizeOf(x.shape) / inSize, inSize]);
  const y = rowsTimes(rows, weight, bias);
  return reshape(y, [...x.shape.slice(0, -1), weight.shape[0] ?? 0]);
}

function rowsTimes(rows: AnyTensor, weight: AnyTensor, bias: AnyTensor | undefined): AnyTensor {
  return bias === undefined ? matmul(rows, weight, { transposeB: true }) : linearOf(rows, weight, bias);
}

/** @internal {@link affine} with parameters of a layer, `name_weight`-style names given. */
export function affineOf(self: LayerCall, x: AnyTensor, weight: string, bias: string | undefined): AnyTensor {
  return affine(x, self.parameter(weight), bias === undefined ? undefined : self.parameter(bias));
}
