/** @file Cross-entropy of class labels or class probabilities. */
import { TrainlogError } from "../../error.ts";
import {
  add,
  cast,
  div,
  logSoftmax,
  mul,
  neg,
  notEqual,
  reshape,
  scalar,
  sum,
  take,
  takeAlong,
  where,
} from "../../primitives/index.ts";
import { type Shape, sameShape, showShape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { checkLossOptions, type LossOptions, numberLike, type Reduced, type Reduction, reduce } from "./reduction.ts";

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** How much of the target is spread evenly over all classes, from 0 (default) to 1. Szegedy et al., 2016. */
  readonly labelSmoothing?: number;
  /** Labels of this value count for nothing. Default −100. */
  readonly ignoreIndex?: number;
  /** Weight of each class, shape `[classes]`. The mean divides by the labels' weights. */
  readonly classWeights?: Tensor<readonly [number], FloatDType>;
}

/** The axes before the classes. */
export type WithoutClasses<S extends Shape> = S extends readonly [...infer Lead extends Shape, number] ? Lead : Shape;

/**
 * −log softmax(logits) at the label, or −Σ p·log softmax(logits) against probabilities; the mean by default. As `torch.nn.CrossEntropyLoss`, but the
 * classes are the last axis (there the second), so that sequences `[batch, time, classes]` need no transposing.
 *
 * @param logits - Shape `[..., classes]`, before softmax.
 * @param target - int32 labels `[...]` from 0 to classes − 1, or probabilities `[..., classes]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`, `nn/bad-option`, `nn/unknown-option`; `nn/bad-label` when the elements are computed.
 *
 * @example
 * crossEntropy(model.apply(params, state, x).output, labels, { labelSmoothing: 0.1 });
 */
export function crossEntropy<S extends Shape, D extends FloatDType, R extends Reduction = "mean">(
  logits: Tensor<S, D>,
  target: Tensor<WithoutClasses<NoInfer<S>>, "int32"> | Tensor<NoInfer<S>, NoInfer<D>>,
  options: CrossEntropyOptions<R> = {},
): Reduced<R, WithoutClasses<S>, D> {
  checkLossOptions("nn.crossEntropy", options, "labelSmoothing", "ignoreIndex", "classWeights");
  checkTarget(logits, target, options);
  const logProbabilities = logSoftmax(logits);
  // The two ways give what `Reduced` says: a scalar, or one number per label.
  return target.dtype === "int32"
    ? (fromLabels(logProbabilities, target, options) as Reduced<R, WithoutClasses<S>, D>)
    : fromProbabilities(logProbabilities, target, options);
}

function checkTarget(
  logits: AnyTensor,
  target: AnyTensor,
  { labelSmoothing = 0, classWeights }: CrossEntropyOptions,
): void {
  const lead = logits.shape.slice(0, -1);
  const classes = logits.shape.at(-1);
  const expected = target.dtype === "int32" ? lead : logits.shape;
  if (classes === undefined || !sameShape(target.shape, expected)) {
    throw new TrainlogError(
      "shape/mismatch",
      `crossEntropy of logits ${showShape(logits.shape)} ([..., classes]): expected ${target.dtype === "int32" ? "labels" : "probabilities"} ` +
        `of shape ${showShape(expected)}, got ${showShape(target.shape)}${target.dtype === "int32" ? "" : ". Labels have dtype int32"}`,
    );
  }
  if (target.dtype !== "int32" && target.dtype !== logits.dtype) {
    throw new TrainlogError(
      "dtype/mismatch",
      `crossEntropy: the logits are ${logits.dtype}, the probabilities ${target.dtype}; cast them`,
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new TrainlogError(
      "nn/bad-option",
      `the labelSmoothing of crossEntropy is from 0 to 1; got ${String(labelSmoothing)}`,
    );
  }
  if (classWeights !== undefined && !sameShape(classWeights.shape, [classes])) {
    throw new TrainlogError(
      "shape/mismatch",
      `the classWeights of crossEntropy have one weight per class: expected [${classes}], got ${showShape(classWeights.shape)}`,
    );
  }
}

function fromLabels(
  logProbabilities: AnyTensor,
  labels: AnyTensor,
  { reduction = "mean" as never, labelSmoothing = 0, ignoreIndex = -100, classWeights }: CrossEntropyOptions,
): AnyTensor {
  const { dtype } = logProbabilities;
  const counted = cast(notEqual(labels, scalar(ignoreIndex, "int32")), dtype);
  // An ignored label may lie outside of the classes: read class 0 there, and give it the weight 0.
  const readable = where(notEqual(labels, scalar(ignoreIndex, "int32")), labels, scalar(0, "int32"));
  const weights = classWeights === undefined ? undefined : cast(classWeights, dtype);
  const labelWeights = weights === undefined ? counted : mul(take(weights, readable, 0), counted);
  const atLabel = reshape(pickLabels(logProbabilities, readable), labels.shape);
  let losses = neg(mul(atLabel, labelWeights));
  if (labelSmoothing > 0) {
    const spread = neg(
      mul(sumClasses(weights === undefined ? logProbabilities : mul(logProbabilities, weights)), counted),
    );
    const classes = logProbabilities.shape.at(-1) ?? 1;
    losses = add(mul(losses, scalar(1 - labelSmoothing, dtype)), mul(spread, scalar(labelSmoothing / classes, dtype)));
  }
  if (reduction === "mean") return div(sum(losses), sum(labelWeights));
  return reduce("crossEntropy", losses, reduction);
}

/** The element at each label, shape `[..., 1]`. */
function pickLabels(logProbabilities: AnyTensor, labels: AnyTensor): AnyTensor {
  try {
    return takeAlong(logProbabilities, reshape(labels, [...labels.shape, 1]), labels.shape.length);
  } catch (error) {
    if (!(error instanceof TrainlogError) || error.code !== "shape/bad-index") throw error;
    const classes = logProbabilities.shape.at(-1) ?? 0;
    throw new TrainlogError(
      "nn/bad-label",
      `a label is not one of the ${classes} classes of crossEntropy, 0 to ${classes - 1} (and not ignoreIndex): ${error.message}`,
      { cause: error },
    );
  }
}

function fromProbabilities<R extends Reduction, S extends Shape, D extends FloatDType>(
  logProbabilities: AnyTensor,
  probabilities: AnyTensor,
  { reduction, labelSmoothing = 0, classWeights }: CrossEntropyOptions<R>,
): Reduced<R, S, D> {
  const classes = logProbabilities.shape.at(-1) ?? 1;
  const smooth = add(
    mul(probabilities, numberLike(1 - labelSmoothing, probabilities)),
    numberLike(labelSmoothing / classes, probabilities),
  );
  const weighted = classWeights === undefined ? smooth : mul(smooth, cast(classWeights, smooth.dtype));
  return reduce("crossEntropy", neg(sumClasses(mul(weighted, logProbabilities))), reduction);
}

function sumClasses(x: AnyTensor): AnyTensor {
  return sum(x, [x.shape.length - 1]);
}
