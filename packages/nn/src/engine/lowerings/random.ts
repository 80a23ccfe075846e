/** @file Lowerings of random numbers: one kernel call per key. */
import { type Shape, sizeOf } from "../../shape/shape.ts";
import type { KernelLowering } from "./kernel-lowering.ts";

/** Numbers of the kernel `random`'s kinds of results. */
const RANDOM_KINDS = { randomBits: 0, uniform: 1, splitKey: 2 } as const;

/** More keys than this and the reference is as good. */
const MAX_KEYS = 1024;

function random<A>(kind: number, countOf: (attributes: A) => number): KernelLowering {
  return (kernels, output, inputs, attributes: A) => {
    const keys = inputs[0];
    if (keys === undefined || output.dtype === "f64") return false;
    const count = countOf(attributes);
    const keyCount = sizeOf(keys.shape) / 2;
    if (keyCount > MAX_KEYS) return false;
    const bytes = count * (kind === RANDOM_KINDS.splitKey ? 8 : 4);
    for (let i = 0; i < keyCount; i += 1) kernels.random(kind, output.ptr + i * bytes, keys.ptr + 8 * i, count);
    return true;
  };
}

const sizeOfShape = ({ shape }: { readonly shape: Shape }): number => sizeOf(shape);

const foldIn: KernelLowering = (kernels, output, inputs) => {
  const [key, number] = inputs;
  if (key === undefined || number === undefined || sizeOf(output.shape) !== 2) return false;
  kernels.fold_in(output.ptr, key.ptr, number.ptr);
  return true;
};

/** By primitive name. */
export const randomLowerings: Readonly<Record<string, KernelLowering>> = {
  randomBits: random(RANDOM_KINDS.randomBits, sizeOfShape),
  uniform: random(RANDOM_KINDS.uniform, sizeOfShape),
  splitKey: random(RANDOM_KINDS.splitKey, ({ count }: { readonly count: number }) => count),
  foldIn,
};
