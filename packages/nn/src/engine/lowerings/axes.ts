/** @file Shapes and steps as kernels want them: few axes, neighbours merged. */
import type { Operand } from "../../primitives/primitive.ts";
import type { Shape } from "../../shape/shape.ts";

/** Axes of a loop nest, outermost first, with each operand's step (in elements) per axis. */
export interface LoopAxes {
  readonly sizes: readonly number[];
  /** By operand, then by axis. */
  readonly steps: readonly (readonly number[])[];
}

/** A loop nest over at most three axes, for kernels that broadcast. One object, filled in anew by {@link BroadcastLoops.merge}. */
export class BroadcastLoops {
  /** Sizes, innermost first. */
  readonly sizes: [number, number, number] = [1, 1, 1];
  /** By operand: elements between neighbours along each axis, innermost first; 0 where the operand repeats. */
  readonly steps: [number, number, number][] = [];

  /**
   * Merges the axes of operands that broadcast to `shape`. Allocates nothing: small networks do this for every bias.
   *
   * @returns False when more than three axes are left.
   */
  merge(shape: Shape, operands: readonly Operand[]): boolean {
    while (this.steps.length < operands.length) this.steps.push([0, 0, 0]);
    this.sizes.fill(1);
    for (const own of this.steps) own.fill(0);
    let levels = 0;
    for (let back = 1; back <= shape.length; back += 1) {
      const size = shape[shape.length - back] ?? 1;
      if (size === 1) continue;
      if (levels > 0 && this.#joins(operands, back, levels - 1)) {
        this.sizes[levels - 1] = (this.sizes[levels - 1] ?? 1) * size;
        continue;
      }
      if (levels === 3) return false;
      this.sizes[levels] = size;
      for (let i = 0; i < operands.length; i += 1) {
        const own = this.steps[i];
        if (own !== undefined) own[levels] = stepAt(operands[i]?.shape ?? [], back);
      }
      levels += 1;
    }
    return true;
  }

  /** Says whether every operand walks the axis `back` from the last as the continuation of a level. */
  #joins(operands: readonly Operand[], back: number, level: number): boolean {
    const size = this.sizes[level] ?? 1;
    for (let i = 0; i < operands.length; i += 1) {
      if (stepAt(operands[i]?.shape ?? [], back) !== (this.steps[i]?.[level] ?? 0) * size) return false;
    }
    return true;
  }
}

/** Elements between neighbours of a contiguous tensor along the axis `back` from the last; 0 where it has length 1 or does not exist. */
function stepAt(shape: Shape, back: number): number {
  const axis = shape.length - back;
  if (axis < 0 || shape[axis] === 1) return 0;
  let step = 1;
  for (let inner = axis + 1; inner < shape.length; inner += 1) step *= shape[inner] ?? 1;
  return step;
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
