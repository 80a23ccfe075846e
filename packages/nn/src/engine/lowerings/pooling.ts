/** @file Lowerings of pooling and its gradients. */
import type { Operand } from "../../primitives/primitive.ts";
import type { KernelSet } from "../kernel-set.ts";
import type { KernelLowering } from "./kernel-lowering.ts";

type Pair<T = number> = readonly [T, T];

interface PoolAttributes {
  readonly window: Pair;
  readonly stride: Pair;
  readonly padding: Pair<Pair>;
  /** Of means alone. */
  readonly countPadding?: boolean;
}

/** Numbers of the operations of the kernel `pool2d_f32`. */
const POOL_CODES = { maxPool2d: 0, maxPool2dGrad: 1, maxPool2dPick: 2, avgPool2d: 3, avgPool2dGrad: 4 } as const;

function pool(
  kernels: KernelSet,
  code: number,
  [output, x, other]: readonly [Operand, Operand, Operand | undefined],
  [images, pooled]: readonly [Operand, Operand],
  { window, stride, padding, countPadding }: PoolAttributes,
): boolean {
  const [n = 0, c = 0, h = 0, w = 0] = images.shape;
  const [, , oh = 0, ow = 0] = pooled.shape;
  const pads = [padding[0][0], padding[1][0]] as const;
  const places = [output.ptr, x.ptr, other?.ptr ?? 0] as const;
  const counted = countPadding === true ? 1 : 0;
  kernels.pool2d_f32(code, ...places, n * c, h, w, oh, ow, ...window, ...stride, ...pads, counted);
  return true;
}

/** From images to what is pooled of them; a second operand is of the images' shape. */
function pooling(code: number): KernelLowering {
  return (kernels, output, [x, other], attributes: PoolAttributes) =>
    x !== undefined && output.dtype === "float" && pool(kernels, code, [output, x, other], [x, output], attributes);
}

const maxGrad: KernelLowering = (kernels, output, [x, g], attributes: PoolAttributes) =>
  x !== undefined &&
  g !== undefined &&
  output.dtype === "float" &&
  pool(kernels, POOL_CODES.maxPool2dGrad, [output, x, g], [x, g], attributes);

const averageGrad: KernelLowering = (kernels, output, [g], attributes: PoolAttributes) =>
  g !== undefined &&
  output.dtype === "float" &&
  pool(kernels, POOL_CODES.avgPool2dGrad, [output, g, undefined], [output, g], attributes);

/** By primitive name. */
export const poolingLowerings: Readonly<Record<string, KernelLowering>> = {
  maxPool2d: pooling(POOL_CODES.maxPool2d),
  maxPool2dPick: pooling(POOL_CODES.maxPool2dPick),
  avgPool2d: pooling(POOL_CODES.avgPool2d),
  maxPool2dGrad: maxGrad,
  avgPool2dGrad: averageGrad,
};
