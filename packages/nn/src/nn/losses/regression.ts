/** @file Losses of regression. */
import { TrainlogError } from "../../error.ts";
import { abs, lessEqual, meanSquaredError, mul, square, sub, where } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
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

/**
 * Squared error (output − target)², its mean by default. As `torch.nn.MSELoss`.
 *
 * @param output - Any shape.
 * @param target - The same shape.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`, `nn/bad-option`, `nn/unknown-option`.
 */
export function mse<S extends Shape, D extends FloatDType, T extends Shape, R extends Reduction = "mean">(
  output: Tensor<S, D>,
  target: Tensor<T, NoInfer<D>> & SameShapeAs<"mse", S, T>,
  options: LossOptions<R> = {},
): Reduced<R, S, D> {
  checkLossOptions("nn.mse", options);
  const { reduction } = options;
  checkSameShape("mse", output, target);
  // The mean in one step; the caller's types say what each reduction gives.
  if ((reduction ?? "mean") === "mean") return meanSquaredError(output, target) as Reduced<R, S, D>;
  return reduce("mse", square(sub(output, target)), reduction);
}

/** Absolute error |output − target|, its mean by default. As `torch.nn.L1Loss`. Shapes and errors as {@link mse}. */
export function mae<S extends Shape, D extends FloatDType, T extends Shape, R extends Reduction = "mean">(
  output: Tensor<S, D>,
  target: Tensor<T, NoInfer<D>> & SameShapeAs<"mae", S, T>,
  options: LossOptions<R> = {},
): Reduced<R, S, D> {
  checkLossOptions("nn.mae", options);
  const { reduction } = options;
  checkSameShape("mae", output, target);
  return reduce("mae", abs(sub(output, target)), reduction);
}

/** Options of {@link huber}. */
export interface HuberOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Where the loss goes over from squared to absolute. Default 1. */
  readonly delta?: number;
}

/**
 * ½·e² for errors |e| ≤ delta, delta·(|e| − ½·delta) beyond, its mean by default. Huber, 1964; as `torch.nn.HuberLoss`. Shapes and errors as {@link mse}.
 */
export function huber<S extends Shape, D extends FloatDType, T extends Shape, R extends Reduction = "mean">(
  output: Tensor<S, D>,
  target: Tensor<T, NoInfer<D>> & SameShapeAs<"huber", S, T>,
  options: HuberOptions<R> = {},
): Reduced<R, S, D> {
  checkLossOptions("nn.huber", options, "delta");
  const { reduction, delta = 1 } = options;
  checkSameShape("huber", output, target);
  if (!(delta > 0)) throw new TrainlogError("nn/bad-option", `the delta of huber is above 0; got ${String(delta)}`);
  const error = sub(output, target);
  const size = abs(error);
  const near = mul(square(error), numberLike(0.5, error));
  const far = mul(sub(size, numberLike(delta / 2, error)), numberLike(delta, error));
  return reduce("huber", where(lessEqual(size, numberLike(delta, size)), near, far), reduction);
}
