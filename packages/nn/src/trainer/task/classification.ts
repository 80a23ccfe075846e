/** @file Classification: cross-entropy of class numbers. */
import { argmax, cast, equal, logSoftmax, mean, neg, reshape, takeAlong } from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Task } from "./task.ts";

/**
 * Outputs are logits, shape `[batch, ..., classes]`; targets are int32 class numbers, shape `[batch, ...]`, which are checked on the host before a step.
 * Loss = mean cross-entropy (`nn.crossEntropy` has the options), metric = accuracy.
 */
export const classification: Task = {
  name: "classification",
  isClassification: true,
  targetShape: (output) => output.slice(0, -1),
  loss: (logits, labels) => {
    const column = reshape(labels, [...labels.shape, 1]);
    return neg(mean(takeAlong(logSoftmax(logits), column, logits.shape.length - 1)));
  },
  metrics: (logits, labels) => ({ accuracy: mean(cast(equal(predictedClasses(logits), labels), logits.dtype)) }),
};

/** The likeliest class of each example, int32 `[batch, ...]`. */
export function predictedClasses(logits: AnyTensor): AnyTensor {
  return cast(argmax(logits, logits.shape.length - 1), "int32");
}
