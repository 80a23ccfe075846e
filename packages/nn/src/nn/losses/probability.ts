/** @file Losses between probabilities: binary cross-entropy, Kullback–Leibler divergence. */
import { describeValue, TrainlogError } from "../../error.ts";
import { softplus as softplusOf } from "../../ops/activation.ts";
import { neg as negative } from "../../ops/elementwise.ts";
import { add, cast, div, exp, less, log, mul, scalar, sub, sum, where } from "../../primitives/index.ts";
import { type Shape, sameShape, showShape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  checkLossOptions,
  checkSameShape,
  type LossOptions,
  numberLike,
  type Reduced,
  type Reduction,
  reduce,
  type SameShapeAs,
} from "./reduction.ts";

/** Options of {@link bceWithLogits}. */
export interface BceOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** How much more positive targets count, one weight for all or per element of the last axis. Default 1. */
  readonly positiveWeight?: number | Tensor<readonly [number], FloatDType>;
}

/**
 * Binary cross-entropy −t·log σ(x) − (1 − t)·log(1 − σ(x)) from logits, without overflow; its mean by default. As `torch.nn.BCEWithLogitsLoss`.
 *
 * @param logits - Any shape, before the sigmoid.
 * @param target - The same shape: probabilities, mostly 0 or 1.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`, `nn/bad-option`, `nn/unknown-option`.
 */
export function bceWithLogits<S extends Shape, D extends FloatDType, T extends Shape, R extends Reduction = "mean">(
  logits: Tensor<S, D>,
  target: Tensor<T, NoInfer<D>> & SameShapeAs<"bceWithLogits", S, T>,
  options: BceOptions<R> = {},
): Reduced<R, S, D> {
  checkLossOptions("nn.bceWithLogits", options, "positiveWeight");
  const { reduction, positiveWeight } = options;
  checkSameShape("bceWithLogits", logits, target);
  const one = numberLike(1, logits);
  const softplus = softplusOf(negative(logits));
  const negatives = mul(sub(one, target), logits);
  if (positiveWeight === undefined) return reduce("bceWithLogits", add(negatives, softplus), reduction);
  const weight =
    typeof positiveWeight === "number" ? numberLike(positiveWeight, logits) : cast(positiveWeight, logits.dtype);
  if (weight.shape.length > 0 && !sameShape(weight.shape, logits.shape.slice(-1))) {
    throw new TrainlogError(
      "shape/mismatch",
      `the positiveWeight of bceWithLogits has one weight per element of the last axis: expected ${showShape(logits.shape.slice(-1))}, got ${showShape(weight.shape)}`,
    );
  }
  const scale = add(one, mul(sub(weight, one), target));
  return reduce("bceWithLogits", add(negatives, mul(scale, softplus)), reduction);
}

/** Options of {@link klDivergence}. */
export interface KlOptions<R extends Reduction | "batchMean" = Reduction | "batchMean"> {
  /** As elsewhere, or `"batchMean"`: the sum divided by the size of the first axis, which is the divergence by its definition. Default `"mean"`. */
  readonly reduction?: R;
  /** The target holds log-probabilities. Default false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence Σ t·(log t − output) from log-probabilities. As `torch.nn.KLDivLoss`; `"batchMean"` is its `"batchmean"`.
 *
 * @param output - Log-probabilities, any shape.
 * @param target - The same shape: probabilities (where they are 0, the loss is), or their logarithms with `logTarget`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`, `nn/bad-option`, `nn/unknown-option`.
 */
export function klDivergence<
  S extends Shape,
  D extends FloatDType,
  T extends Shape,
  R extends Reduction | "batchMean" = "mean",
>(
  output: Tensor<S, D>,
  target: Tensor<T, NoInfer<D>> & SameShapeAs<"klDivergence", S, T>,
  options: KlOptions<R> = {},
): Reduced<R extends Reduction ? R : "mean", S, D> {
  checkLossOptions("nn.klDivergence", options, "logTarget");
  const { reduction, logTarget = false } = options;
  checkSameShape("klDivergence", output, target);
  const losses = logTarget ? mul(exp(target), sub(target, output)) : pointwise(output, target);
  if (reduction !== "batchMean") {
    const wanted: unknown = reduction;
    if (wanted !== undefined && wanted !== "mean" && wanted !== "sum" && wanted !== "none") {
      throw new TrainlogError(
        "nn/bad-option",
        `the reduction of klDivergence is "mean", "batchMean", "sum" or "none"; got ${describeValue(wanted)}`,
      );
    }
    return reduce("klDivergence", losses, wanted) as Reduced<R extends Reduction ? R : "mean", S, D>;
  }
  const mean = div(sum(losses), scalar(output.shape[0] ?? 1, output.dtype));
  // `R` is "batchMean" here, which gives a scalar.
  return mean as Reduced<R extends Reduction ? R : "mean", S, D>;
}

/** t·(log t − output), 0 where t is 0: the logarithm is taken of 1 there, so that no gradient becomes NaN. */
function pointwise(output: Tensor<Shape, FloatDType>, target: Tensor<Shape, FloatDType>): ReturnType<typeof mul> {
  const positive = less(numberLike(0, target), target);
  const logTarget = log(where(positive, target, numberLike(1, target)));
  return mul(target, sub(logTarget, output));
}
