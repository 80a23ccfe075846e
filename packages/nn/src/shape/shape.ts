/** @file `Shape`: the sizes of a tensor's axes, as a literal tuple where they are known to the compiler and as `number` where not. */
import { describeValue, TrainlogError } from "../error.ts";

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. A size known to the compiler is a literal, otherwise `number`. */
export type Shape = readonly number[];

/** Number of elements of a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Says whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis += 1) if (a[axis] !== b[axis]) return false;
  return true;
}

/** A shape as error messages show it: `[2, 3]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Checks that every size is a natural number and that the tensor can exist.
 *
 * @throws TrainlogError `shape/bad-size` for a negative, broken or fractional size.
 */
export function checkShape<const S extends Shape>(shape: S): S {
  shape.forEach((length, axis) => {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new TrainlogError(
        "shape/bad-size",
        `axis ${axis} of shape ${showShape(shape)} is ${describeValue(length)}; sizes are whole numbers of at least 0`,
      );
    }
  });
  return shape;
}
