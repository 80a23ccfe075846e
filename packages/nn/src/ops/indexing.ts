/** @file Parts of tensors: by ranges, by places, by tensors of indices. */
import * as primitives from "../primitives/index.ts";
import { normalAxis } from "../shape/axes.ts";
import { type Plain, type Shape, showShape } from "../shape/shape.ts";
import { type Check, type Checked, shapeError } from "../shape/shape-error.ts";
import {
  type AtShape,
  fullIndices,
  fullRanges,
  type PadShape,
  type Range,
  type SliceShape,
  type TakeShape,
} from "../shape/slice.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { typed } from "./operand.ts";

/**
 * A regular part: a range for each of the first axes, the others whole.
 *
 * @param ranges - `[start, end]` or `[start, end, step]`, end not included, negative places from the end; `null` for a whole axis. A range must lie
 *   inside of its axis: a part that is silently smaller than asked for would only be noticed later.
 * @throws TrainlogError `shape/mismatch` for a range that does not.
 *
 * @example
 * slice(x, [0, 2], null, [-3, -1]);   // Tensor<[2, 5, 2]> of a Tensor<[4, 5, 6]>
 */
export function slice<S extends Shape, D extends DType, const Ranges extends readonly Range[]>(
  x: Tensor<S, D>,
  ...ranges: Ranges & Check<SliceShape<S, Ranges>>
): Tensor<Checked<SliceShape<S, Ranges>>, D> {
  const list: readonly Range[] = ranges;
  const full = fullRanges(x.shape, list);
  const starts = full.map(({ start }) => start);
  const ends = full.map(({ end }) => end);
  return typed(
    primitives.slice(
      x,
      starts,
      ends,
      full.map(({ step }) => step),
    ),
  );
}

/**
 * What lies at places of the leading axes: `at(x, 1)` is the second row, `at(x, 1, -1)` its last element.
 *
 * @throws TrainlogError `shape/bad-index` for a place that the axis does not have.
 */
export function at<S extends Shape, D extends DType, const Indices extends Shape>(
  x: Tensor<S, D>,
  ...indices: Indices & Check<AtShape<S, Indices>>
): Tensor<Checked<AtShape<S, Indices>>, D> {
  const list: Shape = indices;
  const places = fullIndices(x.shape, list);
  const rest = x.shape.slice(places.length);
  const starts = [...places, ...rest.map(() => 0)];
  const ends = [...places.map((place) => place + 1), ...rest];
  return typed(primitives.reshape(primitives.slice(x, starts, ends), rest));
}

/**
 * Entries along an axis by their places: an embedding is `take(table, tokens)`.
 *
 * @param indices - int32, of any shape, each from 0 to size − 1.
 * @param axis - Default 0. The axes of `indices` stand in its place.
 * @throws TrainlogError `shape/bad-axis`, `shape/bad-index` for a place outside (when it is known).
 *
 * @example
 * take(zeros([100, 8]), tensor([[1, 2, 3]], { dtype: "int32" }));   // Tensor<[1, 3, 8]>
 */
export function take<S extends Shape, D extends DType, I extends Shape, const A extends number = 0>(
  x: Tensor<S, D>,
  indices: Tensor<I, "int32">,
  axis?: A & Check<TakeShape<S, I, A>>,
): Tensor<Checked<TakeShape<S, I, A>>, D> {
  const along: number = axis ?? 0;
  return typed(primitives.take(x, indices, normalAxis("take", along, x.shape)));
}

/**
 * One entry along an axis for each place of the other axes, as PyTorch's `gather`: `y[i, j] = x[i, indices[i, j]]` for axis 1.
 *
 * @param indices - int32, as many axes as x; sizes of the other axes equal those of x.
 * @throws TrainlogError `shape/bad-axis`, `shape/mismatch`, `shape/bad-index`.
 *
 * @example
 * takeAlong(logProbabilities, unsqueeze(labels, -1), -1);   // Tensor<[batch, 1]>
 */
export function takeAlong<S extends Shape, D extends DType, I extends Shape>(
  x: Tensor<S, D>,
  indices: Tensor<I, "int32">,
  axis: number,
): Tensor<I, D> {
  return typed(primitives.takeAlong(x, indices, axis));
}

/**
 * Zeros of the given shape with `updates` added at the places `indices` along an axis: the transpose of {@link take}. Places may repeat.
 *
 * @param updates - Shape: `shape` with the axis replaced by the axes of `indices`.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-axis`, `shape/bad-index`.
 */
export function scatterAdd<const S extends Shape, D extends DType>(
  shape: S,
  indices: Tensor<Shape, "int32">,
  updates: Tensor<Shape, D>,
  axis = 0,
): Tensor<Plain<S>, D> {
  return typed(primitives.scatterAdd(shape, indices, updates, axis));
}

/**
 * 1 at the place that each index names along a new last axis, 0 elsewhere; all 0 for an index outside.
 *
 * @param depth - Size of the new axis.
 * @throws TrainlogError `shape/bad-size`.
 *
 * @example
 * oneHot(tensor([2, 0], { dtype: "int32" }), 3);   // [[0, 0, 1], [1, 0, 0]], Tensor<[2, 3]>
 */
export function oneHot<S extends Shape, Depth extends number, D extends DType = "float">(
  indices: Tensor<S, "int32">,
  depth: Depth,
  options: { readonly dtype?: D } = {},
): Tensor<[...S, Depth], NoInfer<D>> {
  return typed(primitives.oneHot(indices, depth, options.dtype ?? "float"));
}

/**
 * A frame of one number.
 *
 * @param widths - `[before, after]` for each axis.
 * @param value - Default 0.
 * @throws TrainlogError `shape/mismatch`, `shape/bad-size`.
 *
 * @example
 * pad(zeros([2, 3]), [[0, 0], [1, 1]], 9);   // Tensor<[2, 5]>
 */
export function pad<
  S extends Shape,
  D extends DType,
  const Widths extends readonly (readonly [before: number, after: number])[],
>(x: Tensor<S, D>, widths: Widths & Check<PadShape<S, Widths>>, value = 0): Tensor<Checked<PadShape<S, Widths>>, D> {
  const list: readonly (readonly [number, number])[] = widths;
  if (list.length !== x.shape.length) {
    const problem = list.length < x.shape.length ? "every axis needs its widths" : "there are more widths than axes";
    throw shapeError(`pad: ${problem}`, "[before, after] for each axis", showShape(x.shape));
  }
  return typed(
    primitives.pad(
      x,
      list.map(([before]) => before),
      list.map(([, after]) => after),
      value,
    ),
  );
}

/** @internal 1 on and below (sign 1) or on and above (sign −1) a diagonal of the last two axes. */
function triangle(
  x: Tensor<Shape, DType>,
  operation: string,
  keeps: (row: Tensor<Shape, DType>, column: Tensor<Shape, DType>) => Tensor<Shape, DType>,
): Tensor<Shape, DType> {
  if (x.shape.length < 2)
    throw shapeError(`${operation}: a triangle needs rows and columns`, "at least 2 axes", showShape(x.shape));
  const matrix = x.shape.slice(-2);
  const kept = keeps(primitives.iota(matrix, 0, "int32"), primitives.iota(matrix, 1, "int32"));
  return primitives.where(kept, x, primitives.scalar(0, x.dtype));
}

/**
 * The elements on and below a diagonal of the last two axes, 0 above.
 *
 * @param diagonal - 0 (default) is the main one, 1 the one above it.
 * @throws TrainlogError `shape/mismatch` for less than 2 axes (as {@link triu}).
 *
 * @example
 * tril(ones([4, 4]));   // which tokens a causal attention may look at
 */
export function tril<S extends Shape, D extends DType>(x: Tensor<S, D>, diagonal = 0): Tensor<S, D> {
  return typed(
    triangle(x, "tril", (row, column) =>
      primitives.lessEqual(column, primitives.add(row, primitives.scalar(diagonal, "int32"))),
    ),
  );
}

/** The elements on and above a diagonal of the last two axes, 0 below; otherwise as {@link tril}. */
export function triu<S extends Shape, D extends DType>(x: Tensor<S, D>, diagonal = 0): Tensor<S, D> {
  return typed(
    triangle(x, "triu", (row, column) =>
      primitives.lessEqual(primitives.add(row, primitives.scalar(diagonal, "int32")), column),
    ),
  );
}
