/** @file Parts of tensors and tensors from parts: slice, pad, concat. */
import { apply } from "../engine/apply.ts";
import { describeValue, type TrainlogError } from "../error.ts";
import { checkWhole, normalAxis } from "../shape/axes.ts";
import { concatShapes } from "../shape/join.ts";
import { type Shape, sameShape, showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchFirst, batchRepeated, batchSize, inFront } from "./batching.ts";
import { axisView, indexMap, rowMajorStrides } from "./index-map.ts";
import { gather } from "./layout.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkPerAxis, checkSameDType } from "./shape-rules.ts";

/** Attributes of {@link slicePrimitive}: one number per axis, `0 <= start <= end <= size`, `stride >= 1`. */
export interface SliceAttributes {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly strides: readonly number[];
}

/** A regular part of a tensor. */
export const slicePrimitive: Primitive<SliceAttributes> = definePrimitive({
  name: "slice",
  infer: (inputs, attributes) => ({ shape: slicedShape(attributes), dtype: operand(inputs, 0).dtype }),
  vjp: (g, inputs, _, attributes) => [unslice(g, operand(inputs, 0).shape, attributes)],
  reference: (output, inputs, { starts, strides }) => {
    const x = operand(inputs, 0);
    const { start, steps } = walkOf(x.shape, starts, strides);
    gather(output, x, steps, start);
  },
  batch: (inputs, { starts, ends, strides }) => {
    const x = batchFirst(operand(inputs, 0));
    return inFront(slice(x, [0, ...starts], [x.shape[0] ?? 1, ...ends], [1, ...strides]));
  },
});

function slicedShape({ starts, ends, strides }: SliceAttributes): Shape {
  return ends.map((end, axis) => Math.ceil((end - (starts[axis] ?? 0)) / (strides[axis] ?? 1)));
}

/** Where a slice begins in a row-major tensor, and how far its neighbours are apart. */
function walkOf(
  shape: Shape,
  starts: readonly number[],
  strides: readonly number[],
): { readonly start: number; readonly steps: readonly number[] } {
  const own = rowMajorStrides(shape);
  return {
    start: own.reduce((sum, step, axis) => sum + step * (starts[axis] ?? 0), 0),
    steps: own.map((step, axis) => step * (strides[axis] ?? 1)),
  };
}

/**
 * The elements from `starts` up to and without `ends`, each `strides`-th.
 *
 * @param starts - One per axis; negative ones count from the end.
 * @param ends - One per axis; negative ones count from the end.
 * @param strides - One per axis, at least 1; all 1 when left out.
 * @throws TrainlogError `shape/bad-axis` when the lists do not have one number per axis, `shape/bad-slice` when a number lies outside of its axis.
 */
export function slice(
  x: AnyTensor,
  starts: readonly number[],
  ends: readonly number[],
  strides: readonly number[] = x.shape.map(() => 1),
): AnyTensor {
  checkPerAxis("slice", "starts", starts, x.shape);
  checkPerAxis("slice", "ends", ends, x.shape);
  checkPerAxis("slice", "strides", strides, x.shape);
  const counted = starts.map((start, axis) => fromFront(start, x.shape, axis));
  const attributes = {
    starts: counted,
    ends: ends.map((end, axis) => Math.max(fromFront(end, x.shape, axis), counted[axis] ?? 0)),
    strides: strides.map((stride, axis) => checkStride(stride, x.shape, axis)),
  };
  return sameShape(slicedShape(attributes), x.shape) ? x : apply(slicePrimitive, [x], attributes);
}

function fromFront(place: number, shape: Shape, axis: number): number {
  const length = shape[axis] ?? 0;
  if (Number.isInteger(place) && place >= -length && place <= length) return place < 0 ? place + length : place;
  throw badSlice(`the place ${describeValue(place)} lies outside of axis ${axis}`, `${-length} to ${length}`, shape);
}

function checkStride(stride: number, shape: Shape, axis: number): number {
  if (Number.isInteger(stride) && stride >= 1) return stride;
  throw badSlice(
    `the stride of axis ${axis} is ${describeValue(stride)}`,
    "a whole number of at least 1 (flip reverses)",
    shape,
  );
}

function badSlice(what: string, expected: string, shape: Shape): TrainlogError {
  return shapeError(`slice: ${what}`, expected, `shape ${showShape(shape)}`, "shape/bad-slice");
}

/** Attributes of {@link unslicePrimitive}. */
export interface UnsliceAttributes {
  readonly shape: Shape;
  readonly starts: readonly number[];
  readonly strides: readonly number[];
}

/** The transpose of a slice with strides: its elements at their places among zeros. */
export const unslicePrimitive: Primitive<UnsliceAttributes> = definePrimitive({
  name: "unslice",
  infer: (inputs, { shape }) => ({ shape, dtype: operand(inputs, 0).dtype }),
  vjp: (g, inputs, _, { starts, strides }) => {
    const lengths = operand(inputs, 0).shape;
    return [slice(g, starts, endsOf(lengths, starts, strides), strides)];
  },
  reference: (output, inputs, { shape, starts, strides }) => {
    const x = operand(inputs, 0);
    const { start, steps } = walkOf(shape, starts, strides);
    const to = indexMap(x.shape, steps, start);
    output.data.fill(0);
    for (let i = 0; i < to.length; i += 1) output.data[to[i]!] = x.data[i]!;
  },
  batch: (inputs, { shape, starts, strides }) => {
    const x = batchFirst(operand(inputs, 0));
    const attributes = { shape: [x.shape[0] ?? 1, ...shape], starts: [0, ...starts], strides: [1, ...strides] };
    return inFront(apply(unslicePrimitive, [x], attributes));
  },
});

function endsOf(lengths: Shape, starts: readonly number[], strides: readonly number[]): number[] {
  return lengths.map((length, axis) =>
    length === 0 ? (starts[axis] ?? 0) : (starts[axis] ?? 0) + (length - 1) * (strides[axis] ?? 1) + 1,
  );
}

function unslice(g: AnyTensor, shape: Shape, { starts, strides }: SliceAttributes): AnyTensor {
  if (strides.some((stride) => stride !== 1)) return apply(unslicePrimitive, [g], { shape, starts, strides });
  const after = shape.map((length, axis) => length - (starts[axis] ?? 0) - (g.shape[axis] ?? 0));
  return pad(g, starts, after, 0);
}

/** Attributes of {@link padPrimitive}: one number of elements per axis, at least 0. */
export interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** A frame of one number around a tensor. */
export const padPrimitive: Primitive<PadAttributes> = definePrimitive({
  name: "pad",
  infer: (inputs, { before, after }) => {
    const { shape, dtype } = operand(inputs, 0);
    return { shape: shape.map((length, axis) => (before[axis] ?? 0) + length + (after[axis] ?? 0)), dtype };
  },
  vjp: (g, inputs, _, { before }) => {
    const ends = operand(inputs, 0).shape.map((length, axis) => (before[axis] ?? 0) + length);
    return [slice(g, before, ends)];
  },
  reference: (output, inputs, { before, value }) => {
    const x = operand(inputs, 0);
    const { start, steps } = walkOf(output.shape, before, []);
    const to = indexMap(x.shape, steps, start);
    output.data.fill(value);
    for (let i = 0; i < to.length; i += 1) output.data[to[i]!] = x.data[i]!;
  },
  batch: (inputs, { before, after, value }) =>
    inFront(pad(batchFirst(operand(inputs, 0)), [0, ...before], [0, ...after], value)),
});

/**
 * The tensor with elements of one value put before and after it along each axis; the same tensor when there are none.
 *
 * @param before - Number of elements, one per axis.
 * @param after - Number of elements, one per axis.
 * @throws TrainlogError `shape/bad-axis` when the lists do not have one number per axis, `shape/bad-size` for a negative or fractional number.
 */
export function pad(x: AnyTensor, before: readonly number[], after: readonly number[], value: number): AnyTensor {
  checkWidths("before", before, x.shape);
  checkWidths("after", after, x.shape);
  if (before.every((width) => width === 0) && after.every((width) => width === 0)) return x;
  return apply(padPrimitive, [x], { before, after, value });
}

function checkWidths(what: string, widths: readonly number[], shape: Shape): void {
  checkPerAxis("pad", what, widths, shape);
  for (const width of widths) checkWhole(`pad: ${what}`, width);
}

/** Attributes of {@link concatPrimitive}. */
export interface ConcatAttributes {
  readonly axis: number;
}

/** Tensors behind each other along one axis. */
export const concatPrimitive: Primitive<ConcatAttributes> = definePrimitive({
  name: "concat",
  infer: (inputs, { axis }) => {
    const { dtype } = operand(inputs, 0);
    for (const input of inputs) checkSameDType("concat", dtype, input.dtype);
    return {
      shape: concatShapes(
        inputs.map(({ shape }) => shape),
        axis,
      ),
      dtype,
    };
  },
  vjp: (g, inputs, _, { axis }, needs) => {
    let start = 0;
    return inputs.map(({ shape }, i) => {
      const begin = start;
      start += shape[axis] ?? 0;
      if (needs[i] !== true) return undefined;
      return slice(g, shape.map(() => 0).with(axis, begin), g.shape.with(axis, start));
    });
  },
  reference: ({ data, shape }, inputs, { axis }) => {
    const { outer, length, inner } = axisView(shape, axis);
    let start = 0;
    for (const x of inputs) {
      const run = (x.shape[axis] ?? 0) * inner;
      for (let i = 0; i < outer; i += 1) {
        data.set(x.data.subarray(i * run, (i + 1) * run), i * length * inner + start);
      }
      start += run;
    }
  },
  batch: (inputs, { axis }) => {
    const size = batchSize(inputs);
    return inFront(
      concat(
        inputs.map((input) => batchRepeated(input, size)),
        axis + 1,
      ),
    );
  },
});

/**
 * The tensors behind each other along an axis.
 *
 * @param xs - At least one.
 * @throws TrainlogError `shape/mismatch` (also for no tensors at all), `shape/bad-axis`, `dtype/mismatch`.
 */
export function concat(xs: readonly AnyTensor[], axis: number): AnyTensor {
  const [first] = xs;
  if (first === undefined) throw shapeError("concat: there is nothing to join", "at least one tensor", "none");
  const attributes = { axis: normalAxis("concat", axis, first.shape) };
  return xs.length === 1 ? first : apply(concatPrimitive, xs, attributes);
}
