/** @file Shapes and steps as kernels want them: few axes, neighbours merged. */
import type { Shape } from "../../shape/shape.ts";

/** Axes of a loop nest, outermost first, with each operand's step (in elements) per axis. */
export interface LoopAxes {
  readonly sizes: readonly number[];
  /** By operand, then by axis. */
  readonly steps: readonly (readonly number[])[];
}

/** Most axes of a loop nest that {@link BroadcastLoops} holds. */
const MAX_LEVELS = 3;

/**
 * A loop nest over at most three axes, innermost first, for kernels that broadcast. One object, filled in anew by every `merge`: small networks do this for
 * every bias, so it allocates nothing.
 */
export class BroadcastLoops {
  readonly sizes: Int32Array = new Int32Array(MAX_LEVELS);
  /** Elements between neighbours of each operand along each axis; 0 where it repeats. */
  readonly a: Int32Array = new Int32Array(MAX_LEVELS);
  readonly b: Int32Array = new Int32Array(MAX_LEVELS);
  readonly c: Int32Array = new Int32Array(MAX_LEVELS);

  /**
   * Merges the axes of up to three operands that broadcast to `shape`.
   *
   * @returns False when more than three axes are left.
   */
  merge(shape: Shape, shapeA: Shape, shapeB: Shape = shapeA, shapeC: Shape = shapeA): boolean {
    const { sizes, a, b, c } = this;
    // Plain loops and variables: twice as fast as fill() and destructuring here.
    for (let level = 0; level < MAX_LEVELS; level += 1) {
      sizes[level] = 1;
      a[level] = 0;
      b[level] = 0;
      c[level] = 0;
    }
    let levels = 0;
    // Elements of each operand within the axes that were passed.
    let innerA = 1;
    let innerB = 1;
    let innerC = 1;
    for (let back = 1; back <= shape.length; back += 1) {
      const size = shape[shape.length - back]!;
      if (size === 1) continue;
      const lengthA = lengthAt(shapeA, back);
      const lengthB = lengthAt(shapeB, back);
      const lengthC = lengthAt(shapeC, back);
      const stepA = lengthA === 1 ? 0 : innerA;
      const stepB = lengthB === 1 ? 0 : innerB;
      const stepC = lengthC === 1 ? 0 : innerC;
      innerA *= lengthA;
      innerB *= lengthB;
      innerC *= lengthC;
      const last = levels - 1;
      const inner = levels > 0 ? sizes[last]! : 0;
      if (levels > 0 && stepA === a[last]! * inner && stepB === b[last]! * inner && stepC === c[last]! * inner) {
        sizes[last] = inner * size;
        continue;
      }
      if (levels === MAX_LEVELS) return false;
      sizes[levels] = size;
      a[levels] = stepA;
      b[levels] = stepB;
      c[levels] = stepC;
      levels += 1;
    }
    return true;
  }
}

/** Length of the axis `back` from the last; 1 where there is none. */
function lengthAt(shape: Shape, back: number): number {
  return back > shape.length ? 1 : shape[shape.length - back]!;
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
