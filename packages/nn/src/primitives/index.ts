/**
 * @file All primitives: the untyped functions that the rest of the package is written in, and the list of the primitives themselves.
 *
 * The public operations with literal shapes are in `../ops`.
 */
import { avgPool2dGradPrimitive, avgPool2dPrimitive } from "./average-pool.ts";
import { binaryPrimitives } from "./binary.ts";
import { comparisonPrimitives } from "./comparison.ts";
import { conv2dInputGradPrimitive, conv2dPrimitive, conv2dWeightGradPrimitive } from "./convolution.ts";
import { fillPrimitive, iotaPrimitive } from "./create.ts";
import { argmaxPrimitive, maxPrimitive, minPrimitive } from "./extremes.ts";
import { geluGradPrimitive, geluPrimitive } from "./gelu.ts";
import { layerNormGradPrimitive, layerNormPrimitive } from "./layer-norm.ts";
import { broadcastToPrimitive, flipPrimitive, reshapePrimitive, transposePrimitive } from "./layout.ts";
import { linearPrimitive } from "./linear.ts";
import { matmulPrimitive } from "./matmul.ts";
import { maxPool2dGradPrimitive, maxPool2dPickPrimitive, maxPool2dPrimitive } from "./max-pool.ts";
import type { Primitive } from "./primitive.ts";
import { foldInPrimitive, randomBitsPrimitive, splitKeyPrimitive, uniformPrimitive } from "./random.ts";
import { barrierPrimitive, castPrimitive, wherePrimitive } from "./select.ts";
import { concatPrimitive, padPrimitive, slicePrimitive, unslicePrimitive } from "./slice.ts";
import { logSoftmaxGradPrimitive, logSoftmaxPrimitive, softmaxGradPrimitive, softmaxPrimitive } from "./softmax.ts";
import { meanSquaredErrorGradPrimitive, meanSquaredErrorPrimitive } from "./squared-error.ts";
import { cumsumPrimitive, sumPrimitive } from "./sum.ts";
import { oneHotPrimitive, scatterAddPrimitive, takePrimitive } from "./take.ts";
import { scatterAlongPrimitive, takeAlongPrimitive } from "./take-along.ts";
import { causalSoftmaxPrimitive, matmulTrilPrimitive, trilMatmulPrimitive } from "./triangle.ts";
import { reluGradPrimitive, unaryPrimitives } from "./unary.ts";

export { avgPool2d } from "./average-pool.ts";
export { add, div, maximum, minimum, mul, pow, sub } from "./binary.ts";
export { equal, less, lessEqual, notEqual } from "./comparison.ts";
export { type ConvolutionOptions, conv2d, conv2dInputGrad, conv2dWeightGrad } from "./convolution.ts";
export { fill, iota, scalar } from "./create.ts";
export { argmax, max, min } from "./extremes.ts";
export { gelu } from "./gelu.ts";
export { layerNorm } from "./layer-norm.ts";
export { broadcastTo, flip, reshape, transpose } from "./layout.ts";
export { linear } from "./linear.ts";
export { type MatmulOptions, matmul } from "./matmul.ts";
export { maxPool2d } from "./max-pool.ts";
export { foldIn, randomBits, splitKey, uniform } from "./random.ts";
export { barrier, cast, where } from "./select.ts";
export { concat, pad, slice } from "./slice.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { meanSquaredError } from "./squared-error.ts";
export { cumsum, mean, sum, variance } from "./sum.ts";
export { oneHot, scatterAdd, take } from "./take.ts";
export { scatterAlong, takeAlong } from "./take-along.ts";
export { causalSoftmax, matmulTril, type TrilMatmulOptions, trilMatmul } from "./triangle.ts";
export {
  abs,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  tanh,
} from "./unary.ts";
export { plus, times } from "./with-numbers.ts";

/** Every primitive that a graph can hold (not those with `expand`). Each has its own type of attributes, which only its own functions fill in: hence the common type. */
export const primitiveList: readonly Primitive[] = [
  ...unaryPrimitives,
  ...binaryPrimitives,
  ...comparisonPrimitives,
  wherePrimitive,
  castPrimitive,
  barrierPrimitive,
  fillPrimitive,
  iotaPrimitive,
  reshapePrimitive,
  transposePrimitive,
  broadcastToPrimitive,
  flipPrimitive,
  slicePrimitive,
  unslicePrimitive,
  padPrimitive,
  concatPrimitive,
  sumPrimitive,
  cumsumPrimitive,
  maxPrimitive,
  minPrimitive,
  argmaxPrimitive,
  takePrimitive,
  scatterAddPrimitive,
  takeAlongPrimitive,
  scatterAlongPrimitive,
  oneHotPrimitive,
  matmulPrimitive,
  matmulTrilPrimitive,
  trilMatmulPrimitive,
  softmaxPrimitive,
  causalSoftmaxPrimitive,
  softmaxGradPrimitive,
  logSoftmaxPrimitive,
  logSoftmaxGradPrimitive,
  layerNormPrimitive,
  layerNormGradPrimitive,
  conv2dPrimitive,
  conv2dInputGradPrimitive,
  conv2dWeightGradPrimitive,
  maxPool2dPrimitive,
  maxPool2dGradPrimitive,
  maxPool2dPickPrimitive,
  avgPool2dPrimitive,
  avgPool2dGradPrimitive,
  randomBitsPrimitive,
  uniformPrimitive,
  splitKeyPrimitive,
  foldInPrimitive,
] as readonly Primitive[];

/** What eager execution does in one step, and graphs never hold. */
export const combinedPrimitives: readonly Primitive[] = [
  linearPrimitive,
  meanSquaredErrorPrimitive,
  meanSquaredErrorGradPrimitive,
  geluPrimitive,
  geluGradPrimitive,
  reluGradPrimitive,
] as readonly Primitive[];
