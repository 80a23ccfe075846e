/** @file Lowerings of two-dimensional convolution and its gradients. */
import type { Operand } from "../../primitives/primitive.ts";
import type { Shape } from "../../shape/shape.ts";
import type { KernelLowering } from "./kernel-lowering.ts";

type Pair<T = number> = readonly [T, T];

interface ConvolutionAttributes {
  readonly stride: Pair;
  readonly padding: Pair<Pair>;
  readonly dilation: Pair;
  readonly groups: number;
}

/** Sizes as the kernels take them: of the forward convolution, in every direction. */
interface Sizes {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly o: number;
  readonly kh: number;
  readonly kw: number;
  readonly oh: number;
  readonly ow: number;
}

function sizesOf(x: Shape, weight: Shape, y: Shape): Sizes {
  const [n = 0, c = 0, h = 0, w = 0] = x;
  return { n, c, h, w, o: weight[0] ?? 0, kh: weight[2] ?? 0, kw: weight[3] ?? 0, oh: y[2] ?? 0, ow: y[3] ?? 0 };
}

/** Below this many multiplications one thread does it all (as `isBig` in the kernels has it), so one place for padded images is enough. */
const PARALLEL_WORK = 2_000_000;
/** Places for padded images, and so the most threads that help. */
const MAX_SLOTS = 16;

function slotsFor({ n, c, o, kh, kw, oh, ow }: Sizes, groups: number): number {
  return 2 * n * o * oh * ow * (c / groups) * kh * kw < PARALLEL_WORK ? 1 : MAX_SLOTS;
}

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to;
/** Floats, as bytes that end where an aligned stretch may begin. */
const alignedBytes = (floats: number): number => roundUp(floats * 4, 64);

/** Floats of a padded image: `paddedChannel` in `kernels/conv-arguments.ts`, times channels. */
function paddedImage(channels: number, [kh, kw]: Pair, [oh, ow]: Pair, stride: Pair, dilation: Pair): number {
  const rows = (oh - 1) * stride[0] + (kh - 1) * dilation[0] + 1;
  const phase = roundUp(ow, 8) + roundUp(Math.floor(((kw - 1) * dilation[1]) / stride[1]), 4);
  return channels * rows * stride[1] * phase;
}

/** Working memory of a convolution from `c` to `o` channels: packed weights, offsets of the window's places, padded images. */
function convolutionScratch(c: number, o: number, groups: number, kernel: Pair, padded: number, slots: number): number {
  const depth = (c / groups) * kernel[0] * kernel[1];
  const panels = Math.ceil(o / groups / 6) * groups;
  return alignedBytes(panels * depth * 6) + alignedBytes(depth) + slots * alignedBytes(padded);
}

/** The arguments that all three kernels share, behind the pointers. */
function windowArguments(s: Sizes, { stride, padding, dilation, groups }: ConvolutionAttributes): WindowArguments {
  const pads = [padding[0][0], padding[1][0]] as const;
  return [s.n, s.c, s.h, s.w, s.o, s.kh, s.kw, s.oh, s.ow, ...stride, ...pads, ...dilation, groups];
}

type Six = [number, number, number, number, number, number];
type WindowArguments = [...Six, number, number, number, ...Six, number];

function isEmpty(...operands: readonly Operand[]): boolean {
  return operands.some(({ shape }) => shape.includes(0));
}

/** A 1 × 1 window without stride or padding is a matrix product per image. */
function isPointwise({ kh, kw }: Sizes, { stride, padding, groups }: ConvolutionAttributes): boolean {
  return (
    kh === 1 && kw === 1 && groups === 1 && [...stride].every((s) => s === 1) && padding.flat().every((p) => p === 0)
  );
}

const forward: KernelLowering = (kernels, output, inputs, attributes: ConvolutionAttributes) => {
  const [x, weight] = inputs;
  if (x === undefined || weight === undefined || output.dtype !== "float" || isEmpty(x, weight, output)) return false;
  const s = sizesOf(x.shape, weight.shape, output.shape);
  const area = s.h * s.w;
  if (isPointwise(s, attributes)) {
    kernels.matmul_f32(output.ptr, weight.ptr, x.ptr, s.o, area, s.c, 0, 0, s.n, 0, s.c * area);
    return true;
  }
  const { stride, dilation, groups } = attributes;
  const slots = slotsFor(s, groups);
  const padded = paddedImage(s.c, [s.kh, s.kw], [s.oh, s.ow], stride, dilation);
  const scratch = kernels.scratch(convolutionScratch(s.c, s.o, groups, [s.kh, s.kw], padded, slots));
  kernels.conv2d_f32(output.ptr, x.ptr, weight.ptr, scratch, slots, ...windowArguments(s, attributes));
  return true;
};

const inputGrad: KernelLowering = (kernels, output, inputs, attributes: ConvolutionAttributes) => {
  const [g, weight] = inputs;
  if (g === undefined || weight === undefined || output.dtype !== "float" || isEmpty(g, weight, output)) return false;
  const s = sizesOf(output.shape, weight.shape, g.shape);
  const area = s.h * s.w;
  if (isPointwise(s, attributes)) {
    kernels.matmul_f32(output.ptr, weight.ptr, g.ptr, s.c, area, s.o, 1, 0, s.n, 0, s.o * area);
    return true;
  }
  const { dilation, groups } = attributes;
  const slots = slotsFor(s, groups);
  const padded = paddedImage(s.o, [s.kh, s.kw], [s.h, s.w], [1, 1], dilation);
  const scratch = kernels.scratch(convolutionScratch(s.o, s.c, groups, [s.kh, s.kw], padded, slots));
  kernels.conv2d_input_grad_f32(output.ptr, g.ptr, weight.ptr, scratch, slots, ...windowArguments(s, attributes));
  return true;
};

const weightGrad: KernelLowering = (kernels, output, inputs, attributes: ConvolutionAttributes) => {
  const [x, g] = inputs;
  if (x === undefined || g === undefined || output.dtype !== "float" || isEmpty(x, g, output)) return false;
  const s = sizesOf(x.shape, output.shape, g.shape);
  const { stride, dilation, groups } = attributes;
  const slots = slotsFor(s, groups);
  const padded = paddedImage(s.c, [s.kh, s.kw], [s.oh, s.ow], stride, dilation);
  const cotangents = 4 * s.oh * roundUp(s.ow, 4);
  const scratch = kernels.scratch(slots * (alignedBytes(padded) + alignedBytes(cotangents)));
  kernels.conv2d_weight_grad_f32(output.ptr, x.ptr, g.ptr, scratch, slots, ...windowArguments(s, attributes));
  return true;
};

/** By primitive name. */
export const convolutionLowerings: Readonly<Record<string, KernelLowering>> = {
  conv2d: forward,
  conv2dInputGrad: inputGrad,
  conv2dWeightGrad: weightGrad,
};
