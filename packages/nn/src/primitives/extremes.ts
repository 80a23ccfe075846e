/** @file Largest and smallest elements over axes, and where they are. */
import { apply } from "../engine/apply.ts";
import type { TrainlogError } from "../error.ts";
import { normalAxis } from "../shape/axes.ts";
import { type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchFirst, inFront } from "./batching.ts";
import { div, mul } from "./binary.ts";
import { equal } from "./comparison.ts";
import { axisView } from "./index-map.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { risingAxes } from "./shape-rules.ts";
import { behindBatch, broadcastReduced, type ReduceAttributes, reducedInto, reducedShape, sum } from "./sum.ts";

/** What each choice starts from, such that any element is at least as good. */
const WORST = {
  max: { float: -Infinity, f64: -Infinity, int32: -(2 ** 31) },
  min: { float: Infinity, f64: Infinity, int32: 2 ** 31 - 1 },
} as const;

function defineExtreme(name: "max" | "min", choose: (a: number, b: number) => number): Primitive<ReduceAttributes> {
  const primitive: Primitive<ReduceAttributes> = definePrimitive({
    name,
    infer: (inputs, attributes) => {
      const { shape, dtype } = operand(inputs, 0);
      const reduced = reducedShape(shape, attributes);
      if (sizeOf(shape) === 0 && sizeOf(reduced) > 0) throw nothingToChooseFrom(name, shape, attributes.axes);
      return { shape: reduced, dtype };
    },
    vjp: (g, inputs, y, attributes) => {
      const x = operand(inputs, 0);
      const chosen = equal(x, broadcastReduced(y, x.shape, attributes));
      const share = div(g, sum(chosen, attributes.axes, attributes.keepDims));
      return [mul(chosen, broadcastReduced(share, x.shape, attributes))];
    },
    reference: ({ data }, inputs, { axes }) => {
      const x = operand(inputs, 0);
      const into = reducedInto(x.shape, axes);
      data.fill(WORST[name][x.dtype]);
      for (let i = 0; i < into.length; i += 1) data[into[i]!] = choose(data[into[i]!]!, x.data[i]!);
    },
    batch: (inputs, attributes) => inFront(apply(primitive, [batchFirst(operand(inputs, 0))], behindBatch(attributes))),
  });
  return primitive;
}

function nothingToChooseFrom(name: string, shape: Shape, axes: readonly number[]): TrainlogError {
  return shapeError(
    `${name}: there is nothing to choose from`,
    `at least one element along axes ${showShape(axes)}`,
    `shape ${showShape(shape)}`,
    "shape/bad-size",
  );
}

/** Largest element over axes. */
export const maxPrimitive: Primitive<ReduceAttributes> = defineExtreme("max", Math.max);
/** Smallest element over axes. */
export const minPrimitive: Primitive<ReduceAttributes> = defineExtreme("min", Math.min);

/**
 * The largest element over axes; over all of them when none are given. NaN if one is NaN.
 *
 * Where several are the largest each gets an equal part of the gradient, over one axis and over many, as PyTorch's `amax` does.
 *
 * @throws TrainlogError `shape/bad-axis`, `shape/bad-size` when there is nothing to choose from.
 */
export function max(x: AnyTensor, axes?: number | readonly number[], keepDims = false): AnyTensor {
  return apply(maxPrimitive, [x], { axes: risingAxes("max", axes, x.shape), keepDims });
}

/** The smallest element over axes; otherwise as {@link max}. */
export function min(x: AnyTensor, axes?: number | readonly number[], keepDims = false): AnyTensor {
  return apply(minPrimitive, [x], { axes: risingAxes("min", axes, x.shape), keepDims });
}

/** Attributes of {@link argmaxPrimitive}. */
export interface ArgmaxAttributes {
  readonly axis: number;
}

/** Place of the largest element along an axis. */
export const argmaxPrimitive: Primitive<ArgmaxAttributes> = definePrimitive({
  name: "argmax",
  infer: (inputs, { axis }) => {
    const { shape } = operand(inputs, 0);
    const reduced = shape.toSpliced(axis, 1);
    if (shape[axis] === 0 && sizeOf(reduced) > 0) throw nothingToChooseFrom("argmax", shape, [axis]);
    return { shape: reduced, dtype: "int32" };
  },
  reference: ({ data }, inputs, { axis }) => {
    const x = operand(inputs, 0);
    const { length, inner } = axisView(x.shape, axis);
    for (let i = 0; i < data.length; i += 1) {
      const first = Math.floor(i / inner) * length * inner + (i % inner);
      data[i] = placeOfLargest(x.data, first, length, inner);
    }
  },
  batch: (inputs, { axis }) => inFront(argmax(batchFirst(operand(inputs, 0)), axis + 1)),
});

function placeOfLargest(x: ArrayLike<number>, first: number, length: number, step: number): number {
  let best = 0;
  for (let along = 1; along < length; along += 1) {
    const largest = x[first + best * step]!;
    const candidate = x[first + along * step]!;
    if (Number.isNaN(largest)) return best;
    if (candidate > largest || Number.isNaN(candidate)) best = along;
  }
  return best;
}

/**
 * The place of the largest element along an axis, int32; the first of several, and of a NaN if there is one. No gradient flows.
 *
 * @throws TrainlogError `shape/bad-axis`, `shape/bad-size` when there is nothing to choose from.
 */
export function argmax(x: AnyTensor, axis: number): AnyTensor {
  return apply(argmaxPrimitive, [x], { axis: normalAxis("argmax", axis, x.shape) });
}
