/** @file Primitives that make tensors and move elements, as ONNX nodes. */
import type { FillAttributes, IotaAttributes } from "../../../../primitives/create.ts";
import type { FlipAttributes, ShapeAttributes, TransposeAttributes } from "../../../../primitives/layout.ts";
import type {
  ConcatAttributes,
  PadAttributes,
  SliceAttributes,
  UnsliceAttributes,
} from "../../../../primitives/slice.ts";
import type { OneHotAttributes, ScatterAddAttributes, TakeAttributes } from "../../../../primitives/take.ts";
import { isFixed, type Size } from "../batch-size.ts";
import { allFixed, type Call, type Exporter, exporter, fixed, input } from "../call.ts";
import type { GraphWriter } from "../graph-writer.ts";

/** Slice's "from behind the last element on, backwards, to before the first". */
const BEFORE_FIRST = -(2 ** 31);

/** A number of the graph as a constant, or computed from the batch size. */
function number(write: GraphWriter, value: Size, call: Call): string {
  if (isFixed(value)) return write.scalar(value, call.dtype);
  return write.cast(write.node("Squeeze", [write.sizes([value])]), call.dtype);
}

/** A tensor of one number. */
function filled(write: GraphWriter, call: Call, shape: readonly Size[], value: Size): string {
  const scalar = number(write, value, call);
  return shape.length === 0 ? scalar : write.node("Expand", [scalar, write.sizes(shape)]);
}

function iota(write: GraphWriter, call: Call<IotaAttributes>): string {
  const { shape, axis } = call.attributes;
  const at = fixed(call, "the axis", axis);
  const length = shape[at] ?? 1;
  const limit = isFixed(length) ? write.int(length) : write.node("Squeeze", [write.sizes([length])]);
  const counted = write.cast(write.node("Range", [write.int(0), limit, write.int(1)]), call.dtype);
  const aligned = write.node("Reshape", [counted, write.ints(shape.map((_, index) => (index === at ? -1 : 1)))]);
  return write.node("Expand", [aligned, write.sizes(shape)]);
}

function reshape(write: GraphWriter, call: Call<ShapeAttributes>): string {
  const { shape } = call.attributes;
  // A size of 0 would otherwise mean "as in the input".
  const attributes = shape.includes(0) ? { allowzero: { int: 1 } } : {};
  return write.node("Reshape", [input(call, 0).name, write.reshapeSizes(shape)], attributes);
}

function slice(write: GraphWriter, call: Call<SliceAttributes>): string {
  const { starts, ends, strides } = call.attributes;
  const x = input(call, 0);
  // Axes that are kept whole need not be named.
  const cut = x.shape.flatMap((length, axis) =>
    starts[axis] === 0 && strides[axis] === 1 && isSame(ends[axis], length) ? [] : [axis],
  );
  const of = (sizes: readonly Size[]): string => write.sizes(cut.map((axis) => sizes[axis] ?? 0));
  return write.node("Slice", [x.name, of(starts), of(ends), write.ints(cut), of(strides)]);
}

function isSame(a: Size | undefined, b: Size): boolean {
  if (a === undefined || isFixed(a) || isFixed(b)) return a === b;
  return a.coefficient === b.coefficient && a.offset === b.offset;
}

function flip(write: GraphWriter, call: Call<FlipAttributes>): string {
  const axes = allFixed(call, "an axis", call.attributes.axes);
  if (axes.length === 0) return input(call, 0).name;
  const all = (value: number): string => write.ints(axes.map(() => value));
  return write.node("Slice", [input(call, 0).name, all(-1), all(BEFORE_FIRST), write.ints(axes), all(-1)]);
}

function padded(
  write: GraphWriter,
  call: Call,
  x: string,
  before: readonly Size[],
  after: readonly Size[],
  value: Size,
): string {
  return write.node("Pad", [x, write.sizes([...before, ...after]), number(write, value, call)]);
}

/** Elements apart from each other: each becomes the first of `stride` in an axis of its own, the rest zeros, and the axes are joined again. */
function unslice(write: GraphWriter, call: Call<UnsliceAttributes>): string {
  const { shape, starts, strides } = call.attributes;
  const steps = allFixed(call, "a stride", strides);
  const lengths = allFixed(call, "a size", input(call, 0).shape);
  const none = lengths.flatMap(() => [0, 0]);
  const apart = write.node("Reshape", [input(call, 0).name, write.ints(lengths.flatMap((length) => [length, 1]))]);
  const spread = padded(
    write,
    call,
    apart,
    none,
    steps.flatMap((step) => [0, step - 1]),
    0,
  );
  const joined = write.node("Reshape", [
    spread,
    write.ints(lengths.map((length, axis) => length * (steps[axis] ?? 1))),
  ]);
  const begins = allFixed(call, "a start", starts);
  const sizes = allFixed(call, "a size", shape);
  // Negative where the zeros behind the last element reach beyond the end: Pad cuts then.
  const after = sizes.map((size, axis) => size - (begins[axis] ?? 0) - (lengths[axis] ?? 0) * (steps[axis] ?? 1));
  return padded(write, call, joined, begins, after, 0);
}

function zeros(write: GraphWriter, call: Call, shape: readonly Size[]): string {
  return filled(write, call, shape, 0);
}

/** Slices added up along an axis: ScatterND does it along the first one. */
function scatterAdd(write: GraphWriter, call: Call<ScatterAddAttributes>): string {
  const { shape, axis: along } = call.attributes;
  const axis = fixed(call, "the axis", along);
  const [indices, updates] = [input(call, 0), input(call, 1)];
  const places = write.node("Unsqueeze", [write.node("Cast", [indices.name], { to: { int: 7 } }), write.ints([-1])]);
  const rank = indices.shape.length;
  const updateAxes = updates.shape.map((_, index) => index);
  const indexAxes = updateAxes.slice(axis, axis + rank);
  const toFront = [...indexAxes, ...updateAxes.filter((index) => !indexAxes.includes(index))];
  const front = axis === 0 ? updates.name : write.node("Transpose", [updates.name], { perm: { ints: toFront } });
  const length = shape[axis] ?? 0;
  const target = zeros(write, call, [length, ...shape.filter((_, index) => index !== axis)]);
  const added = write.node("ScatterND", [target, places, front], { reduction: { text: "add" } });
  if (axis === 0) return added;
  const back = shape.map((_, index) => (index < axis ? index + 1 : index === axis ? 0 : index));
  return write.node("Transpose", [added], { perm: { ints: back } });
}

function scatterAlong(write: GraphWriter, call: Call<ScatterAddAttributes>): string {
  const { shape, axis } = call.attributes;
  const attributes = { axis: { int: fixed(call, "the axis", axis) }, reduction: { text: "add" } };
  return write.node(
    "ScatterElements",
    [zeros(write, call, shape), input(call, 0).name, input(call, 1).name],
    attributes,
  );
}

/** By comparison: ONNX's own OneHot counts negative indices from the end, ours gives zeros for them. */
function oneHot(write: GraphWriter, call: Call<OneHotAttributes>): string {
  const depth = fixed(call, "the depth", call.attributes.depth);
  const column = write.node("Unsqueeze", [input(call, 0).name, write.ints([-1])]);
  const places = write.constant(
    "places",
    Array.from({ length: depth }, (_, index) => index),
    [depth],
    "int32",
  );
  return write.fromCondition(write.node("Equal", [column, places]), call.dtype);
}

/** Primitives that make tensors and move elements, by name. */
export const LAYOUT: Readonly<Record<string, Exporter>> = {
  fill: exporter<FillAttributes>((write, call) => filled(write, call, call.attributes.shape, call.attributes.value)),
  iota: exporter(iota),
  reshape: exporter(reshape),
  transpose: exporter<TransposeAttributes>((write, call) =>
    write.node("Transpose", [input(call, 0).name], { perm: { ints: allFixed(call, "an axis", call.attributes.perm) } }),
  ),
  broadcastTo: exporter<ShapeAttributes>((write, call) =>
    write.node("Expand", [input(call, 0).name, write.sizes(call.attributes.shape)]),
  ),
  flip: exporter(flip),
  slice: exporter(slice),
  unslice: exporter(unslice),
  pad: exporter<PadAttributes>((write, call) => {
    const { before, after, value } = call.attributes;
    return padded(write, call, input(call, 0).name, before, after, value);
  }),
  concat: exporter<ConcatAttributes>((write, call) =>
    write.node(
      "Concat",
      call.inputs.map(({ name }) => name),
      { axis: { int: fixed(call, "the axis", call.attributes.axis) } },
    ),
  ),
  take: exporter<TakeAttributes>((write, call) =>
    write.node("Gather", [input(call, 0).name, input(call, 1).name], {
      axis: { int: fixed(call, "the axis", call.attributes.axis) },
    }),
  ),
  scatterAdd: exporter(scatterAdd),
  takeAlong: exporter<TakeAttributes>((write, call) =>
    write.node("GatherElements", [input(call, 0).name, input(call, 1).name], {
      axis: { int: fixed(call, "the axis", call.attributes.axis) },
    }),
  ),
  scatterAlong: exporter(scatterAlong),
  oneHot: exporter(oneHot),
};
