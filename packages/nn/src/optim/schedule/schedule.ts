/**
 * @file Learning rates that change with the number of updates.
 *
 * A schedule is one formula in tensor operations: inside a compiled step it is computed from the step counter of the optimiser's state, and for logs the
 * same formula is evaluated on the host in double precision, so what is logged is what is used.
 */
import { scope } from "../../autograd/transforms.ts";
import { describeValue, TrainlogError } from "../../error.ts";
import type { Check } from "../../options/check-options.ts";
import { scalar } from "../../primitives/index.ts";
import { type AnyTensor, Tensor } from "../../tensor/tensor.ts";

/** A learning rate as a function of the number of updates before. */
export interface Schedule {
  /** `"cosine"`. */
  readonly name: string;
  /** What it was made with, as plain data. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * The learning rate.
   *
   * @param update - Number of updates before this one, as a scalar of a float dtype: 0 at the first.
   * @returns A scalar of the same dtype.
   */
  at(update: AnyTensor): AnyTensor;
}

/** A learning rate: a number, or a schedule from `optim.schedule`. */
export type LearningRate = number | Schedule;

/** @internal Checks an option that is a learning rate. */
export const checkLearningRate: Check = (value) => {
  const isFine = isSchedule(value) || (typeof value === "number" && Number.isFinite(value) && value >= 0);
  return isFine ? undefined : "a number of at least 0 or a schedule from optim.schedule";
};

function isSchedule(value: unknown): value is Schedule {
  return typeof value === "object" && value !== null && "at" in value && typeof value.at === "function";
}

/** @internal The learning rate as a scalar of `update`'s dtype. */
export function learningRateTensor(lr: LearningRate, update: AnyTensor): AnyTensor {
  return typeof lr === "number" ? scalar(lr, update.dtype) : lr.at(update);
}

/**
 * The learning rate of an update, in double precision.
 *
 * @param update - Number of updates before it: 0 for the first.
 *
 * @example
 * optim.learningRateAt(optim.schedule.cosine({ lr: 0.1, steps: 100 }), 50);   // 0.05
 */
export function learningRateAt(lr: LearningRate, update: number): number {
  return typeof lr === "number" ? lr : scope(() => lr.at(scalar(update, "f64")).item());
}

/** @internal A learning rate as plain data, for logs. */
export function plainLearningRate(lr: LearningRate): unknown {
  return typeof lr === "number" ? lr : { schedule: lr.name, ...lr.options };
}

/**
 * A schedule of your own.
 *
 * @param at - From the number of updates before (a float scalar) to the learning rate (a scalar of the same dtype), in tensor operations only.
 * @throws TrainlogError (when used) `optim/bad-schedule` if `at` does not return such a scalar.
 *
 * @example
 * optim.schedule.custom("inverse square root", (update) => mul(rsqrt(add(update, 1)), 0.1));
 */
export function custom(
  name: string,
  at: (update: Tensor<readonly [], "float">) => AnyTensor,
  options: Readonly<Record<string, unknown>> = {},
): Schedule {
  return {
    name,
    options,
    at(update) {
      // The formula is for scalars of any float dtype; its author needs to know of one only.
      const rate = at(update as Tensor<readonly [], "float">);
      if (rate instanceof Tensor && rate.shape.length === 0 && rate.dtype === update.dtype) return rate;
      throw new TrainlogError(
        "optim/bad-schedule",
        `the schedule ${describeValue(name)} must give a scalar of dtype ${update.dtype}, got ` +
          (rate instanceof Tensor ? `shape [${rate.shape.join(", ")}], dtype ${rate.dtype}` : describeValue(rate)),
      );
    },
  };
}
