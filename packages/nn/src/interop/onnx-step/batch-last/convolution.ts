/**
 * @file Convolutions of images with the batch last.
 *
 * `[c, h, w, n]` is also one image `[1, c, h, w·n]` in which neighbours are `n` elements apart: a convolution of it with that dilation convolves the whole
 * batch at once.
 */
import type {
  ConvolutionAttributes,
  InputGradAttributes,
  WeightGradAttributes,
} from "../../../primitives/convolution.ts";
import type { Sized } from "../../onnx/export/batch-size.ts";
import { allFixed, type Call, input } from "../../onnx/export/call.ts";
import type { GraphWriter } from "../../onnx/export/graph-writer.ts";
import { type BatchLast, isLargeBatch, places } from "./layout.ts";

/** Most taps of a filter whose gradient is a matrix product: each makes a copy of the images. */
const MOST_TAPS = 49;

/** Where a convolution's filter meets the images. */
interface Window {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Zeros above, left, below, right. */
  readonly pads: readonly [number, number, number, number];
}

function windowOf(call: Call, { stride, padding, dilation }: Sized<ConvolutionAttributes>): Window {
  const [[top, bottom], [left, right]] = padding;
  const numbers = allFixed(call, "a number", [...stride, ...dilation, top, left, bottom, right]);
  const [down = 1, along = 1, rows = 1, columns = 1, ...pads] = numbers;
  const [above = 0, before = 0, below = 0, behind = 0] = pads;
  return { stride: [down, along], dilation: [rows, columns], pads: [above, before, below, behind] };
}

/** The convolution of one wide image: the result's shape `[c, h, w, n]` is given, as that of `images`. */
function convolved(
  write: GraphWriter,
  [images, ...operands]: readonly [images: string, ...filtersAndBias: string[]],
  { stride, dilation, pads }: Window,
  [batch = 0, channels = 0, height = 0, width = 0]: readonly number[],
  given: readonly number[],
): string {
  const [, ofImages = 0, rows = 0, columns = 0] = given;
  const wide = write.node("Reshape", [images, write.ints([1, ofImages, rows, columns * batch])]);
  const made = write.node("Conv", [wide, ...operands], {
    strides: { ints: [stride[0], 1] },
    dilations: { ints: [dilation[0], dilation[1] * batch] },
    pads: { ints: [pads[0], pads[1] * batch, pads[2], pads[3] * batch] },
  });
  return write.node("Reshape", [made, write.ints([channels, height, width, batch])]);
}

/** The convolution, perhaps with a bias per channel, with the batch last; undefined where it is better done the usual way. */
export function conv2d(write: GraphWriter, call: Call<ConvolutionAttributes>, layout: BatchLast): string | undefined {
  const [x, w] = [input(call, 0), input(call, 1)];
  const window = windowOf(call, call.attributes);
  if (!isLargeBatch(x) || window.stride[1] !== 1 || call.attributes.groups !== 1) return undefined;
  const given = allFixed(call, "a size", x.shape);
  return convolved(
    write,
    [layout.last(x), w.name, ...call.inputs.slice(2).map(({ name }) => name)],
    window,
    allFixed(call, "a size", call.shape),
    given,
  );
}

/** The gradient of the images: a convolution of the cotangent with the filters turned around, as long as the stride is 1. */
export function conv2dInputGrad(
  write: GraphWriter,
  call: Call<InputGradAttributes>,
  layout: BatchLast,
): string | undefined {
  const [g, w] = [input(call, 0), input(call, 1)];
  const { stride, dilation, pads } = windowOf(call, call.attributes);
  const [, , rows = 1, columns = 1] = allFixed(call, "a size", w.shape);
  const reach = [dilation[0] * (rows - 1), dilation[1] * (columns - 1)] as const;
  const outside = [reach[0] - pads[0], reach[1] - pads[1], reach[0] - pads[2], reach[1] - pads[3]] as const;
  const isPlain = stride.every((step) => step === 1) && outside.every((pad) => pad >= 0);
  if (!isLargeBatch(g) || !isPlain || call.attributes.groups !== 1) return undefined;
  const turned = write.node("Slice", [
    w.name,
    ...[
      [-1, -1],
      [-rows - 1, -columns - 1],
      [2, 3],
      [-1, -1],
    ].map((numbers) => write.ints(numbers)),
  ]);
  const filters = write.node("Transpose", [turned], { perm: { ints: [1, 0, 2, 3] } });
  const given = allFixed(call, "a size", g.shape);
  const window: Window = { stride: [1, 1], dilation, pads: outside };
  return convolved(write, [layout.last(g), filters], window, allFixed(call, "a size", call.shape), given);
}

/** The gradient of the filters, in its usual layout: one matrix product of what each tap met, of all examples, with the cotangent. */
export function conv2dWeightGrad(
  write: GraphWriter,
  call: Call<WeightGradAttributes>,
  layout: BatchLast,
): string | undefined {
  const [x, g] = [input(call, 0), input(call, 1)];
  const [rows = 0, columns = 0] = allFixed(call, "the filter's size", call.attributes.kernelSize);
  if (!isLargeBatch(x) || call.attributes.groups !== 1 || rows * columns > MOST_TAPS) return undefined;
  const [batch = 0, outChannels = 0, ...sizes] = allFixed(call, "a size", g.shape);
  const channels = allFixed(call, "a size", x.shape)[1] ?? 0;
  const met = metByTaps(write, call, layout, sizes);
  const inRows = (name: string, count: number): string =>
    write.node("Reshape", [name, write.ints([count, batch * (sizes[0] ?? 0) * (sizes[1] ?? 0)])]);
  const product = write.node("Gemm", [inRows(met, channels * rows * columns), inRows(layout.last(g), outChannels)], {
    transB: { int: 1 },
  });
  // Turned with four axes: with two, onnxruntime would turn the product itself around, which takes it longer.
  const taps = write.node("Reshape", [product, write.ints([channels, rows, columns, outChannels])]);
  return write.node("Transpose", [taps], { perm: { ints: [3, 0, 1, 2] } });
}

/** What each filter tap met, `[c, taps, places, n]`. */
function metByTaps(
  write: GraphWriter,
  call: Call<WeightGradAttributes>,
  layout: BatchLast,
  [height = 0, width = 0]: readonly number[],
): string {
  const { stride, dilation, pads } = windowOf(call, call.attributes);
  const [above, before, below, behind] = pads;
  const [batch = 0, channels = 0, rows = 0, columns = 0] = allFixed(call, "a size", input(call, 0).shape);
  const images = layout.last(input(call, 0));
  const padded = pads.every((pad) => pad === 0)
    ? images
    : write.node("Pad", [images, write.ints([0, above, before, 0, 0, below, behind, 0]), write.scalar(0, call.dtype)]);
  const wide = before + columns + behind;
  const lines = write.node("Reshape", [padded, write.ints([channels, (above + rows + below) * wide, batch])]);
  const taps = places(allFixed(call, "the filter's size", call.attributes.kernelSize));
  const met = taps.map(([row, column]) =>
    places([height, width]).map(
      ([down, along]) => (down * stride[0] + row * dilation[0]) * wide + along * stride[1] + column * dilation[1],
    ),
  );
  return write.node("Gather", [lines, write.table(met)], { axis: { int: 1 } });
}
