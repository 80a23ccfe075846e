/** @file `Shape`: the sizes of a tensor's axes, as a literal tuple where they are known to the compiler and as `number` where not. */
import { describeValue, TrainlogError } from "../error.ts";

/** Sizes of a tensor's axes, outermost first; `[]` is a scalar. A size known to the compiler is a literal, otherwise `number`. */
export type Shape = readonly number[];

/** A shape as tensors carry it in their type: a plain tuple (`Tensor<[2, 3]>`), which fits both `[2, 3]` and `readonly [2, 3]`. */
export type Plain<S extends Shape> = number extends S["length"] ? Shape : { -readonly [Axis in keyof S]: S[Axis] };

/** Makers of shapes whose sizes the compiler knows. */
export interface ShapeMakers {
  /** No axes: one number. */
  readonly scalar: readonly [];
  /**
   * One axis.
   *
   * @throws TrainlogError `shape/bad-size` (as all of these) for a size that is not a natural number.
   */
  vec<N extends number>(length: N): readonly [N];
  /** Rows and columns. */
  mat<Rows extends number, Columns extends number>(rows: Rows, columns: Columns): readonly [Rows, Columns];
  /** Channels, height and width, as convolutions take one example. */
  image<C extends number, H extends number, W extends number>(channels: C, height: H, width: W): readonly [C, H, W];
  /** Any number of axes. */
  of<const S extends Shape>(...sizes: S): Readonly<S>;
}

/**
 * Makes shapes whose sizes the compiler knows.
 *
 * @example
 * Shape.vec(2);              // readonly [2]
 * Shape.image(3, 32, 32);    // readonly [3, 32, 32]
 * type Weights = typeof Shape.scalar;
 */
export const Shape: ShapeMakers = {
  scalar: Object.freeze([] as const),
  vec: (length) => frozen([length]),
  mat: (rows, columns) => frozen([rows, columns]),
  image: (channels, height, width) => frozen([channels, height, width]),
  of: (...sizes) => frozen(sizes),
};

function frozen<const S extends Shape>(shape: S): Readonly<S> {
  return Object.freeze(checkShape(shape));
}

/** Number of elements of a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis += 1) size *= shape[axis] as number; // axis < length
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

/** Two shapes as error messages show them: `[2, 3] and [4]`. */
export function showShapes(a: Shape, b: Shape): string {
  return `${showShape(a)} and ${showShape(b)}`;
}

/**
 * Checks that it is a list at all.
 *
 * @throws TrainlogError `shape/bad-size`.
 */
export function checkSizes(shape: unknown): void {
  if (Array.isArray(shape)) return;
  throw new TrainlogError(
    "shape/bad-size",
    `a shape is an array of sizes, such as [2, 3]; got ${describeValue(shape)}`,
  );
}

/**
 * Checks that every size is a natural number and that the tensor can exist.
 *
 * @throws TrainlogError `shape/bad-size` for a negative, broken or fractional size.
 */
export function checkShape<const S extends Shape>(shape: S): S {
  checkSizes(shape);
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
