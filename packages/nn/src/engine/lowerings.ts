/** @file Which primitives have fast kernels. */
import type { Lowering } from "../primitives/primitive.ts";
import { recordingKernels } from "./kernel-set.ts";
import { combinedLowerings } from "./lowerings/combined.ts";
import { convolutionLowerings } from "./lowerings/convolution.ts";
import { elementwiseLowerings } from "./lowerings/elementwise.ts";
import { indexingLowerings } from "./lowerings/indexing.ts";
import type { KernelLowering } from "./lowerings/kernel-lowering.ts";
import { layoutLowerings } from "./lowerings/layout.ts";
import { matmul, matmulTril, trilMatmul } from "./lowerings/matmul.ts";
import { poolingLowerings } from "./lowerings/pooling.ts";
import { randomLowerings } from "./lowerings/random.ts";
import { reduceLowerings } from "./lowerings/reduce.ts";

/** Fast ways to compute, by primitive name, on kernels that are called directly. */
export const kernelLowerings: Readonly<Record<string, KernelLowering | undefined>> = {
  ...elementwiseLowerings,
  ...reduceLowerings,
  ...layoutLowerings,
  ...indexingLowerings,
  ...convolutionLowerings,
  ...poolingLowerings,
  ...randomLowerings,
  ...combinedLowerings,
  matmul,
  matmulTril,
  trilMatmul,
};

/**
 * The same for a receiver of kernel names and arguments: what a compiled plan records.
 *
 * The names, and the order of arguments, are those of `Kernels` (`kernels/kernels.generated.ts`): that interface is the whole ABI.
 */
export const lowerings: Readonly<Record<string, Lowering | undefined>> = Object.fromEntries(
  Object.entries(kernelLowerings).map(([name, lowering]) => [name, lowering && recorded(lowering)]),
);

function recorded(lowering: KernelLowering): Lowering {
  return (calls, output, inputs, attributes) => lowering(recordingKernels(calls), output, inputs, attributes);
}
