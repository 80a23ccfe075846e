/** @file Operations on tensors, with shapes and element types that the compiler follows. */
export * from "./activation.ts";
export * from "./arithmetic.ts";
export {
  type AvgPoolOptions,
  avgPool2d,
  type Conv2dOptions,
  conv2d,
  maxPool2d,
  type Pair,
  type PoolOptions,
} from "./convolution.ts";
export { einsum } from "./einsum.ts";
export * from "./elementwise.ts";
export * from "./indexing.ts";
export * from "./joining.ts";
export * from "./layout.ts";
export { dot, matmul, outer, pairwiseDistances } from "./linear-algebra.ts";
export type { Operand } from "./operand.ts";
export * from "./reduction.ts";
