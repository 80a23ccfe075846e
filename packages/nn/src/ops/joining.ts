/** @file Tensors joined, and taken apart again. */
import * as primitives from "../primitives/index.ts";
import type { Divide, Multiply } from "../shape/arithmetic.ts";
import { type NoAxis, type NormalAxis, normalAxis, type ReplaceAxis } from "../shape/axes.ts";
import { type ConcatShapes, concatShapes, type StackShapes, stackShapes } from "../shape/join.ts";
import { type Shape, showShape } from "../shape/shape.ts";
import {
  type Check,
  type Checked,
  type IsOpen,
  type ShapeError,
  type ShowShape,
  shapeError,
} from "../shape/shape-error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { type DTypeOf, type ShapeOf, typed } from "./operand.ts";

/** Shapes of a list of tensors. */
type ShapesOf<List extends readonly AnyTensor[]> = { [At in keyof List]: ShapeOf<List[At]> };

/**
 * The tensors behind each other along an axis that they have.
 *
 * @throws TrainlogError `shape/mismatch` when other sizes differ, or the list is empty; `shape/bad-axis`, `dtype/mismatch`.
 *
 * @example
 * concat([zeros([2, 3]), zeros([4, 3])], 0);   // Tensor<[6, 3]>
 */
export function concat<const List extends readonly AnyTensor[], const A extends number>(
  tensors: List,
  axis: A & Check<ConcatShapes<ShapesOf<List>, A>>,
): Tensor<Checked<ConcatShapes<ShapesOf<List>, A>>, DTypeOf<List[number]>> {
  const at: number = axis;
  concatShapes(
    tensors.map(({ shape }) => shape),
    at,
  );
  return typed(primitives.concat(tensors, at));
}

/**
 * Tensors of one shape side by side along a new axis.
 *
 * @param axis - Place of the new axis in the result. Default 0.
 * @throws TrainlogError `shape/mismatch` when shapes differ, or the list is empty; `shape/bad-axis`, `dtype/mismatch`.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]);   // [[1, 2], [3, 4]], Tensor<[2, 2]>
 */
export function stack<const List extends readonly AnyTensor[], const A extends number = 0>(
  tensors: List & Check<StackShapes<ShapesOf<List>, A>>,
  axis?: A,
): Tensor<Checked<StackShapes<ShapesOf<List>, A>>, DTypeOf<List[number]>> {
  const list: readonly AnyTensor[] = tensors;
  const at = axis ?? 0;
  const result = stackShapes(
    list.map(({ shape }) => shape),
    at,
  );
  const place = normalAxis("stack", at, result);
  const rows = list.map((x) => primitives.reshape(x, x.shape.toSpliced(place, 0, 1)));
  return typed(primitives.concat(rows, place));
}

/** A list of `Count` times `T`. */
type Times<T, Count extends number, Out extends readonly T[] = []> = number extends Count
  ? T[]
  : Out["length"] extends Count
    ? Out
    : Out["length"] extends 64
      ? T[]
      : Times<T, Count, [...Out, T]>;

/** Shape of each part when an axis is cut into `Parts`, or a `ShapeError`. */
type SplitShape<S extends Shape, Parts extends number, A extends number> =
  IsOpen<S> extends true
    ? Shape
    : [NormalAxis<S, A>] extends [never]
      ? NoAxis<"split", S, A>
      : number extends NormalAxis<S, A>
        ? Shape
        : S[NormalAxis<S, A>] extends infer Size extends number
          ? number extends Size | Parts
            ? ReplaceAxis<S, NormalAxis<S, A>, [number]>
            : Size extends Multiply<Divide<Size, Parts>, Parts>
              ? ReplaceAxis<S, NormalAxis<S, A>, [Divide<Size, Parts>]>
              : ShapeError<
                  `split: axis ${NormalAxis<S, A>} cannot be cut into ${Parts} equal parts`,
                  `a size that is a multiple of ${Parts}`,
                  ShowShape<S>
                >
          : never;

/**
 * Equal parts along an axis.
 *
 * @param parts - How many.
 * @param axis - Default 0.
 * @throws TrainlogError `shape/mismatch` when the size is not a multiple of `parts`; `shape/bad-axis`.
 *
 * @example
 * const [query, key, value] = split(projected, 3, -1);
 */
export function split<S extends Shape, D extends DType, const Parts extends number, const A extends number = 0>(
  x: Tensor<S, D>,
  parts: Parts & Check<SplitShape<S, Parts, A>>,
  axis?: A,
): Times<Tensor<Checked<SplitShape<S, Parts, A>>, D>, Parts> {
  const count: number = parts;
  const at = normalAxis("split", axis ?? 0, x.shape);
  const size = (x.shape[at] ?? 0) / count;
  if (!Number.isInteger(size) || count < 1) {
    throw shapeError(
      `split: axis ${at} cannot be cut into ${count} equal parts`,
      `a size that is a multiple of ${count}`,
      showShape(x.shape),
    );
  }
  const start = x.shape.map(() => 0);
  const cut = Array.from({ length: count }, (_, i) =>
    primitives.slice(x, start.with(at, i * size), x.shape.with(at, (i + 1) * size)),
  );
  // One tensor per part, as the type counts them.
  return cut as unknown as Times<Tensor<Checked<SplitShape<S, Parts, A>>, D>, Parts>;
}
