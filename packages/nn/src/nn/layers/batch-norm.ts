/** @file Batch normalisation. Ioffe and Szegedy, 2015. */

import { stopGradient } from "../../autograd/transforms.ts";
import { TrainlogError } from "../../error.ts";
import { type Checks, numberIn } from "../../options/check-options.ts";
import { add, mean, mul, reshape, rsqrt, scalar, square, sub } from "../../primitives/index.ts";
import type { ShowSize, SizeFits } from "../../shape/shape-error.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { ones, zeros } from "../init/init.ts";
import { defineLayer, type LayerCall, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import type { LayerType, WrongInput } from "../layer-type.ts";
import { checkCount, sizeFits, wrongInput } from "../shape-check.ts";

/** `[Features, ...]` → the same. */
export interface BatchNorm<Features extends number> extends LayerType {
  readonly input: [Features];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [infer First, ...unknown[]]
    ? SizeFits<First, Features> extends true
      ? this["in"]
      : WrongInput<`batchNorm(${ShowSize<Features>})`, `[${ShowSize<Features>}, ...]`, this["in"]>
    : WrongInput<`batchNorm(${ShowSize<Features>})`, `[${ShowSize<Features>}, ...]`, this["in"]>;
}

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Weight of the newest batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** Scale and shift by parameters. Default true. */
  readonly affine?: boolean;
}

const { eps, affine } = SHARED_CHECKS;
const CHECKS: Checks = { eps, affine, momentum: numberIn({ min: 0, max: 1 }) };

/**
 * Normalises each feature over the batch and over all axes after the features. As `torch.nn.BatchNorm1d` and `BatchNorm2d`.
 *
 * In training by the batch's mean and (biased) variance, which also move the running ones; otherwise by the running ones. Shape `[features, ...]` → the
 * same. Parameters `weight` and `bias`; state `running_mean`, `running_var` (unbiased) and `num_batches_tracked`, each new after a training step.
 *
 * @throws TrainlogError `nn/bad-option`; in training `nn/batch-too-small` for one value per feature, which has no variance.
 */
export function batchNorm<const Features extends number>(
  features: Features,
  options: BatchNormOptions = {},
): M<BatchNorm<Features>> {
  checkCount("the number of features of batchNorm", features);
  checkNnOptions("batchNorm", options, CHECKS);
  const { eps = 1e-5, momentum = 0.1, affine = true } = options;
  const label = `batchNorm(${features})`;
  const shape = [features];
  return defineLayer<BatchNorm<Features>>({
    kind: "batchNorm",
    label,
    inputShape: shape,
    parameters: affine ? { weight: { shape, init: ones() }, bias: { shape, init: zeros() } } : {},
    states: {
      running_mean: { shape, dtype: "model", value: 0 },
      running_var: { shape, dtype: "model", value: 1 },
      num_batches_tracked: { shape: [], dtype: "int32", value: 0 },
    },
    outputShape: (input) => {
      if (input.length === 0 || !sizeFits(input[0], features)) throw wrongInput(label, `[${features}, ...]`, input);
      return input;
    },
    forward: (self, x) => {
      // Broadcasting would let a single feature pass.
      if (x.shape[1] !== features) throw wrongInput(label, `[${features}, ...]`, x.shape.slice(1));
      const along = x.shape.map((_, axis) => (axis === 1 ? features : 1));
      const { centered, variance } = self.train
        ? batchStatistics(self, x, momentum)
        : runningStatistics(self, x, along);
      const scale = rsqrt(add(variance, scalar(eps, variance.dtype)));
      if (!affine) return mul(centered, scale);
      const scaled = mul(centered, mul(scale, reshape(self.parameter("weight"), along)));
      return add(scaled, reshape(self.parameter("bias"), along));
    },
  });
}

/** The input without its mean, and its variance, both to broadcast along the features. */
interface Centered {
  readonly centered: AnyTensor;
  readonly variance: AnyTensor;
}

function runningStatistics(self: LayerCall, x: AnyTensor, along: readonly number[]): Centered {
  return {
    centered: sub(x, reshape(self.state("running_mean"), along)),
    variance: reshape(self.state("running_var"), along),
  };
}

function batchStatistics(self: LayerCall, x: AnyTensor, momentum: number): Centered {
  const features = x.shape[1] ?? 0;
  const count = x.size / features;
  if (count < 2) {
    throw new TrainlogError(
      "nn/batch-too-small",
      `batchNorm(${features}) normalises by the variance of a batch, so training needs at least two values per feature; got ${count}. Use larger batches, or layerNorm`,
    );
  }
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const center = mean(x, axes, true);
  const centered = sub(x, center);
  const variance = mean(square(centered), axes, true);
  const unbiased = mul(variance, scalar(count / (count - 1), variance.dtype));
  moveAverage(self, "running_mean", center, momentum);
  moveAverage(self, "running_var", unbiased, momentum);
  self.update("num_batches_tracked", add(self.state("num_batches_tracked"), scalar(1, "int32")));
  return { centered, variance };
}

function moveAverage(self: LayerCall, name: string, newest: AnyTensor, momentum: number): void {
  const running = self.state(name);
  const value = reshape(stopGradient(newest), running.shape);
  const keep = mul(running, scalar(1 - momentum, running.dtype));
  self.update(name, add(keep, mul(value, scalar(momentum, running.dtype))));
}
