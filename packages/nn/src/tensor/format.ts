/** @file Tensors as nested arrays and as text. */
import type { Shape } from "../shape/shape.ts";
import type { AnyTensor } from "./tensor.ts";

/** Nested arrays as deep as the shape is long; numbers at the bottom. Of unknown rank: anything nested. */
export type Nested<S extends Shape> = number extends S["length"]
  ? NestedNumbers
  : S extends readonly [number, ...infer Rest extends Shape]
    ? Nested<Rest>[]
    : number;

/** Nested arrays of numbers, or a number. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** Row-major elements as nested arrays of the given shape. */
export function nest<S extends Shape>(data: ArrayLike<number>, shape: S): Nested<S> {
  const build = (axis: number, offset: number, stride: number): NestedNumbers => {
    const length = shape[axis];
    if (length === undefined) return data[offset] ?? Number.NaN;
    const inner = stride / Math.max(length, 1);
    return Array.from({ length }, (_, index) => build(axis + 1, offset + index * inner, inner));
  };
  // The compiler cannot follow the recursion over `shape`; `build` returns exactly `shape.length` levels.
  return build(0, 0, data.length) as Nested<S>;
}

/** A tensor as one line of text. */
export function formatTensor(tensor: AnyTensor): string {
  return `Tensor ${tensor.dtype}[${tensor.shape.join(", ")}]`;
}
