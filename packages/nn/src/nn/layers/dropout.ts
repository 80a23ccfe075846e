/** @file Dropout. */
import { TrainlogError } from "../../error.ts";
import { cast, lessEqual, mul, scalar, uniform } from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { defineLayer, type LayerCall, type M } from "../layer.ts";
import type { LayerType } from "../layer-type.ts";

/** Any shape → the same. */
export interface SameShape extends LayerType {
  readonly dtype: "float";
  readonly out: this["in"];
}

/**
 * In training: zeroes each element with probability `rate` and divides the others by `1 − rate`. Otherwise: nothing. Srivastava et al., 2014; as
 * `torch.nn.Dropout`. Needs `key` in training (`model.apply(…, { train: true, key })`). Shape `[...]` → the same.
 *
 * @param rate - Probability, 0 ≤ rate < 1. Default 0.5.
 * @throws TrainlogError `nn/bad-option`; when applied in training without a key `nn/no-key`.
 */
export function dropout(rate = 0.5): M<SameShape> {
  checkRate("dropout", rate);
  return defineLayer<SameShape>({
    kind: "dropout",
    label: `dropout(${rate})`,
    outputShape: (input) => input,
    forward: (self, x) => dropElements(self, x, rate),
  });
}

/** Drops elements in training by a fresh key of the calling layer. */
export function dropElements(self: LayerCall, x: AnyTensor, rate: number): AnyTensor {
  if (!self.train || rate === 0) return x;
  const drawn = uniform(self.key(), x.shape, "float");
  // The mask is drawn as float for f64 models too, so that both drop the same elements.
  const kept = cast(lessEqual(scalar(rate, "float"), drawn), x.dtype);
  return mul(x, mul(kept, scalar(1 / (1 - rate), x.dtype)));
}

/** Refuses what is not a probability of dropping. */
export function checkRate(kind: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new TrainlogError(
    "nn/bad-option",
    `the rate of ${kind} is a probability from 0 to below 1; got ${String(rate)}`,
  );
}
