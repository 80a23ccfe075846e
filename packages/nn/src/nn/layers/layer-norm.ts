/** @file Layer and RMS normalisation: each example by itself, over its last axes. */

import type { Checks } from "../../options/check-options.ts";
import {
  add,
  mean,
  mul,
  layerNorm as normalizeLastAxis,
  reshape,
  rsqrt,
  scalar,
  square,
} from "../../primitives/index.ts";
import { type Plain, type Shape, sizeOf } from "../../shape/shape.ts";
import type { ShowShape, SizeFits } from "../../shape/shape-error.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { ones, zeros } from "../init/init.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import type { LayerType, WrongInput } from "../layer-type.ts";
import { checkCount, shapeFits, showSizes, wrongInput } from "../shape-check.ts";

/** `[..., ...Normalized]` → the same. */
export interface LayerNorm<Normalized extends Shape, Kind extends string = "layerNorm"> extends LayerType {
  readonly input: Normalized;
  readonly dtype: "float";
  readonly out: EndsWith<this["in"], Normalized> extends true
    ? this["in"]
    : WrongInput<`${Kind}(${ShowShape<Normalized>})`, EndingIn<Normalized>, this["in"]>;
}

/** Says whether the last sizes can be those of `Last`. */
type EndsWith<In, Last extends readonly unknown[]> = Last extends readonly [...infer LessLast, infer Size]
  ? In extends readonly [...infer LessIn, infer InSize]
    ? SizeFits<InSize, Size> extends true
      ? EndsWith<LessIn, LessLast>
      : false
    : false
  : true;

type EndingIn<Last extends Shape> = ShowShape<Last> extends `[${infer Sizes}` ? `[..., ${Sizes}` : never;

/** The axes that a size or a shape stands for. */
export type NormalizedShape<S extends number | Shape> = S extends Shape ? Plain<S> : S extends number ? [S] : never;

/** Options of {@link layerNorm} and {@link rmsNorm}. */
export interface LayerNormOptions {
  /** Added to the variance (mean square). Default 1e-5; for `rmsNorm` the element type's rounding unit, as in PyTorch. */
  readonly eps?: number;
  /** Scale (and, in `layerNorm`, shift) by parameters. Default true. */
  readonly affine?: boolean;
  /** Shift by a parameter, in `layerNorm`. Default: as `affine`. */
  readonly bias?: boolean;
}

const { eps, affine, bias } = SHARED_CHECKS;
const CHECKS: Checks = { eps, affine, bias };

/**
 * Subtracts the mean and divides by the standard deviation of the last axes. Ba et al., 2016; as `torch.nn.LayerNorm`.
 *
 * Shape `[..., ...normalized]` → the same. Parameters `weight` and `bias`, of shape `normalized`.
 *
 * @param normalized - Size of the last axis, or the shape of the last axes.
 * @throws TrainlogError `nn/bad-option`.
 */
export function layerNorm<const S extends number | Shape>(
  normalized: S,
  options: LayerNormOptions = {},
): M<LayerNorm<NormalizedShape<S>>> {
  checkNnOptions("layerNorm", options, CHECKS);
  const { eps = 1e-5, affine = true, bias = affine } = options;
  const shape = normalizedShape("layerNorm", normalized);
  return defineLayer<LayerNorm<NormalizedShape<S>>>({
    ...shapeRule("layerNorm", shape),
    parameters: {
      ...(affine ? { weight: { shape, init: ones() } } : {}),
      ...(bias ? { bias: { shape, init: zeros() } } : {}),
    },
    forward: (self, x) => {
      checkLast("layerNorm", x, shape);
      const y = shape.length === 1 ? normalizeLastAxis(x, eps) : overLastAxes(x, shape, eps);
      const scaled = affine ? mul(y, self.parameter("weight")) : y;
      return bias ? add(scaled, self.parameter("bias")) : scaled;
    },
  });
}

/**
 * Divides by the root mean square of the last axes. Zhang and Sennrich, 2019; as `torch.nn.RMSNorm`.
 *
 * Shape `[..., ...normalized]` → the same. Parameter `weight`, of shape `normalized`.
 *
 * @param normalized - Size of the last axis, or the shape of the last axes.
 * @throws TrainlogError `nn/bad-option`.
 */
export function rmsNorm<const S extends number | Shape>(
  normalized: S,
  options: LayerNormOptions = {},
): M<LayerNorm<NormalizedShape<S>, "rmsNorm">> {
  checkNnOptions("rmsNorm", options, CHECKS);
  const { eps, affine = true } = options;
  const shape = normalizedShape("rmsNorm", normalized);
  return defineLayer<LayerNorm<NormalizedShape<S>, "rmsNorm">>({
    ...shapeRule("rmsNorm", shape),
    parameters: affine ? { weight: { shape, init: ones() } } : {},
    forward: (self, x) => {
      checkLast("rmsNorm", x, shape);
      const axes = shape.map((_, axis) => x.shape.length - shape.length + axis);
      const meanSquare = mean(square(x), axes, true);
      const y = mul(x, rsqrt(add(meanSquare, scalar(eps ?? roundingUnit(x), x.dtype))));
      return affine ? mul(y, self.parameter("weight")) : y;
    },
  });
}

/** Distance from 1 to the next number: what `torch.finfo(dtype).eps` is. */
function roundingUnit(x: AnyTensor): number {
  return x.dtype === "f64" ? 2 ** -52 : 2 ** -23;
}

function normalizedShape(kind: string, normalized: number | Shape): Shape {
  const shape = typeof normalized === "number" ? [normalized] : normalized;
  checkCount(`the number of axes that ${kind} normalises`, shape.length);
  for (const size of shape) checkCount(`a size of ${kind}`, size);
  return shape;
}

function shapeRule(
  kind: string,
  shape: Shape,
): { kind: string; label: string; inputShape: Shape; outputShape: (input: Shape) => Shape } {
  return {
    kind,
    label: `${kind}(${showSizes(shape)})`,
    inputShape: shape,
    outputShape: (input) => {
      if (input.length < shape.length || !shapeFits(input.slice(-shape.length), shape))
        throw wrongLast(kind, input, shape);
      return input;
    },
  };
}

/** Broadcasting would let a size of 1 pass. */
function checkLast(kind: string, x: AnyTensor, shape: Shape): void {
  const offset = x.shape.length - shape.length;
  for (let axis = 0; axis < shape.length; axis += 1) {
    if (offset < 1 || x.shape[offset + axis] !== shape[axis]) throw wrongLast(kind, x.shape.slice(1), shape);
  }
}

function wrongLast(kind: string, input: Shape, shape: Shape): Error {
  return wrongInput(`${kind}(${showSizes(shape)})`, `[..., ${showSizes(shape).slice(1)}`, input);
}

function overLastAxes(x: AnyTensor, shape: Shape, eps: number): AnyTensor {
  const lead = x.shape.slice(0, x.shape.length - shape.length);
  return reshape(normalizeLastAxis(reshape(x, [...lead, sizeOf(shape)]), eps), x.shape);
}
