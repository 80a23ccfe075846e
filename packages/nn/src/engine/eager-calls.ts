/** @file Kernel calls that run at once. */
import { TrainlogError } from "../error.ts";
import type { KernelCalls } from "../primitives/primitive.ts";

/** Runs each kernel call as it comes. */
export const eagerCalls: KernelCalls = {
  call(kernel) {
    throw new TrainlogError("engine/no-kernel", `there is no kernel ${kernel}`);
  },
  scratch() {
    throw new TrainlogError("engine/no-kernel", "there are no kernels");
  },
};
