/** @file The kernels of all primitives that are not a part of loops, by the primitive's name. */
import type { Instruction } from "../../ir/graph.ts";
import { sizeOf } from "../../shape/shape.ts";
import { unsupported } from "../errors.ts";
import { eachElement, type GpuKernel, load, store } from "../wgsl/kernel.ts";
import { writeOperation } from "../wgsl/operations.ts";
import { conv2dInputGradKernels, conv2dKernels, conv2dWeightGradKernels } from "./convolution.ts";
import {
  argmaxKernels,
  cumsumKernels,
  oneHotKernels,
  scatterAddKernels,
  scatterAlongKernels,
  takeAlongKernels,
  takeKernels,
} from "./indexing.ts";
import {
  concatKernels,
  flipKernels,
  iotaKernels,
  padKernels,
  sliceKernels,
  transposeKernels,
  unsliceKernels,
  type WriteKernels,
} from "./layout.ts";
import { broadcastIndex, type ViewOf } from "./loop.ts";
import { matmulKernels, matmulTrilKernels, trilMatmulKernels } from "./matmul.ts";
import {
  avgPool2dGradKernels,
  avgPool2dKernels,
  maxPool2dGradKernels,
  maxPool2dKernels,
  maxPool2dPickKernels,
} from "./pooling.ts";
import { foldInKernels, randomBitsKernels, splitKeyKernels, uniformKernels } from "./random.ts";
import {
  causalSoftmaxKernels,
  layerNormGradKernels,
  layerNormKernels,
  logSoftmaxGradKernels,
  logSoftmaxKernels,
  softmaxGradKernels,
  softmaxKernels,
} from "./rows.ts";

/** Each takes the attributes of its own primitive: hence the common type. */
const KERNELS = {
  transpose: transposeKernels,
  flip: flipKernels,
  slice: sliceKernels,
  unslice: unsliceKernels,
  pad: padKernels,
  concat: concatKernels,
  iota: iotaKernels,
  matmul: matmulKernels,
  matmulTril: matmulTrilKernels,
  trilMatmul: trilMatmulKernels,
  conv2d: conv2dKernels,
  conv2dInputGrad: conv2dInputGradKernels,
  conv2dWeightGrad: conv2dWeightGradKernels,
  maxPool2d: maxPool2dKernels,
  maxPool2dGrad: maxPool2dGradKernels,
  maxPool2dPick: maxPool2dPickKernels,
  avgPool2d: avgPool2dKernels,
  avgPool2dGrad: avgPool2dGradKernels,
  softmax: softmaxKernels,
  causalSoftmax: causalSoftmaxKernels,
  softmaxGrad: softmaxGradKernels,
  logSoftmax: logSoftmaxKernels,
  logSoftmaxGrad: logSoftmaxGradKernels,
  layerNorm: layerNormKernels,
  layerNormGrad: layerNormGradKernels,
  take: takeKernels,
  scatterAdd: scatterAddKernels,
  takeAlong: takeAlongKernels,
  scatterAlong: scatterAlongKernels,
  oneHot: oneHotKernels,
  cumsum: cumsumKernels,
  argmax: argmaxKernels,
  randomBits: randomBitsKernels,
  uniform: uniformKernels,
  splitKey: splitKeyKernels,
  foldIn: foldInKernels,
} as unknown as Readonly<Record<string, WriteKernels>>;

/**
 * The kernels of an instruction that is no part of a loop.
 *
 * @throws TrainlogError `webgpu/unsupported` naming the primitive.
 */
export function callKernels(instruction: Instruction, viewOf: ViewOf): readonly GpuKernel[] {
  const { primitive, inputs, output, attributes } = instruction;
  const write = Object.hasOwn(KERNELS, primitive.name) ? KERNELS[primitive.name] : undefined;
  if (write !== undefined) return write(viewOf(output), inputs.map(viewOf), attributes);
  const operands = inputs.map((input) => load(viewOf(input), broadcastIndex(input.shape, output.shape)));
  const written = writeOperation(primitive.name, operands, inputs[0]?.dtype ?? output.dtype, output.dtype);
  if (written === undefined) throw unsupported(primitive.name);
  return [eachElement(sizeOf(output.shape), store(viewOf(output), "i", written))];
}
