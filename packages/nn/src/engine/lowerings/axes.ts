/** @file Shapes and steps as kernels want them: few axes, neighbours merged. */
import type { Shape } from "../../shape/shape.ts";

/** Axes of a loop nest, outermost first, with each operand's step (in elements) per axis. */
export interface LoopAxes {
  readonly sizes: readonly number[];
  /** By operand, then by axis. */
  readonly steps: readonly (readonly number[])[];
}

/** Steps of a contiguous tensor of this shape, in elements. */
export function contiguousSteps(shape: Shape): number[] {
  const steps = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    steps[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return steps;
}

/** Steps of a contiguous tensor along the axes of the shape that it is broadcast to: 0 where it repeats. */
export function broadcastSteps(shape: Shape, to: Shape): number[] {
  const missing = to.length - shape.length;
  const own = contiguousSteps(shape);
  return to.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : (own[axis - missing] ?? 0)));
}

/** Drops axes of size 1 and merges neighbours that every operand walks as one. */
export function mergeAxes(shape: Shape, steps: readonly (readonly number[])[]): LoopAxes {
  const sizes: number[] = [];
  const merged: number[][] = steps.map(() => []);
  for (let axis = 0; axis < shape.length; axis += 1) {
    const size = shape[axis] ?? 1;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && steps.every((own, operand) => merged[operand]?.[last] === (own[axis] ?? 0) * size);
    if (joins) sizes[last] = (sizes[last] ?? 1) * size;
    else sizes.push(size);
    const at = sizes.length - 1;
    for (let operand = 0; operand < steps.length; operand += 1) {
      const list = merged[operand];
      if (list !== undefined) list[at] = steps[operand]?.[axis] ?? 0;
    }
  }
  return { sizes, steps: merged };
}

/**
 * Calls `body` once per place of the outer axes, leaving the inner `rank` axes (filled up with leading ones) to the kernel.
 *
 * @returns False, having done nothing, when that would be more than `limit` calls.
 */
export function forOuterAxes(
  { sizes, steps }: LoopAxes,
  rank: number,
  limit: number,
  body: (inner: LoopAxes, offsets: readonly number[]) => void,
): boolean {
  const outer = Math.max(0, sizes.length - rank);
  const outerSizes = sizes.slice(0, outer);
  const count = outerSizes.reduce((product, size) => product * size, 1);
  if (count > limit) return false;
  const fill = new Array<number>(Math.max(0, rank - sizes.length));
  const inner: LoopAxes = {
    sizes: [...fill.fill(1), ...sizes.slice(outer)],
    steps: steps.map((own) => [...new Array<number>(fill.length).fill(0), ...own.slice(outer)]),
  };
  for (let place = 0; place < count; place += 1) {
    const offsets = steps.map((own) => offsetOf(place, outerSizes, own));
    body(inner, offsets);
  }
  return true;
}

function offsetOf(place: number, sizes: readonly number[], steps: readonly number[]): number {
  let offset = 0;
  let rest = place;
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    const size = sizes[axis] ?? 1;
    offset += (rest % size) * (steps[axis] ?? 0);
    rest = Math.floor(rest / size);
  }
  return offset;
}
