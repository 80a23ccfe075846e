/** @file What a lowering is to eager execution. */
import type { Operand } from "../../primitives/primitive.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { KernelSet } from "../kernel-set.ts";

/**
 * Calls the kernels that compute one instruction and returns true, or calls none and returns false when there is no kernel for these shapes or element
 * types.
 *
 * Operands are valid during the call only. `attributes` are the primitive's own; each lowering knows which.
 */
export type KernelLowering = (
  kernels: KernelSet,
  output: Operand,
  inputs: readonly Operand[],
  // biome-ignore lint/suspicious/noExplicitAny: each lowering names the attributes of its primitive, and is looked up by the primitive's name.
  attributes: any,
) => boolean;

/** Element types as kernels number them. */
export const DTYPE_CODES: Readonly<Record<DType, number>> = { float: 0, f64: 1, int32: 2 };
