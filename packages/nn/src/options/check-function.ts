/** @file The check of functions that are kept for later: what is none is refused where it is given, not where it is called. */
import { describeValue, TrainlogError } from "../error.ts";

/**
 * Refuses what is no function.
 *
 * @param call - Who was called, as the caller wrote it: `"grad"`.
 * @throws TrainlogError `tensor/not-a-function`.
 */
export function checkFunction(call: string, fn: unknown): void {
  if (typeof fn === "function") return;
  throw new TrainlogError(
    "tensor/not-a-function",
    `${call} takes a function of tensors, such as (x) => sum(mul(x, x)); got ${describeValue(fn)}`,
  );
}
