/** @file Convolution and its gradients as ONNX nodes. */
import type {
  ConvolutionAttributes,
  InputGradAttributes,
  WeightGradAttributes,
} from "../../../../primitives/convolution.ts";
import type { Sized } from "../batch-size.ts";
import { allFixed, type Call, type Exporter, exporter, fixed, input, names } from "../call.ts";
import type { GraphWriter, NodeAttributes } from "../graph-writer.ts";

/** Attributes of a window that ONNX's operators share; `strides` and `dilations` in their usual roles. */
function windowAttributes(
  call: Call,
  { stride, padding, dilation, groups }: Sized<ConvolutionAttributes>,
): NodeAttributes {
  const [[top, bottom], [left, right]] = padding;
  return {
    strides: { ints: allFixed(call, "a stride", stride) },
    dilations: { ints: allFixed(call, "a dilation", dilation) },
    pads: { ints: allFixed(call, "a padding", [top, left, bottom, right]) },
    group: { int: fixed(call, "the number of groups", groups) },
  };
}

/** Images, filters and, in graphs that were rewritten for a runtime, a bias. */
function conv2d(write: GraphWriter, call: Call<ConvolutionAttributes>): string {
  return write.node("Conv", names(call), windowAttributes(call, call.attributes));
}

/** A transposed convolution; `output_padding` makes up for what the forward convolution's rounding cut off. */
function inputGrad(write: GraphWriter, call: Call<InputGradAttributes>): string {
  const [g, w] = [input(call, 0), input(call, 1)];
  const { inputSize, stride, padding, dilation } = call.attributes;
  const missing = ([0, 1] as const).map((axis) => {
    const [places, kernel] = allFixed(call, "a size", [g.shape[axis + 2] ?? 0, w.shape[axis + 2] ?? 0]);
    const [size = 0, step = 1, spread = 1, before = 0, after = 0] = allFixed(call, "a size", [
      inputSize[axis],
      stride[axis],
      dilation[axis],
      ...padding[axis],
    ]);
    return size - (step * ((places ?? 0) - 1) + ((kernel ?? 0) - 1) * spread + 1 - before - after);
  });
  return write.node("ConvTranspose", [g.name, w.name], {
    ...windowAttributes(call, call.attributes),
    output_padding: { ints: missing },
  });
}

/** Most taps of a filter whose gradient is a matrix product: each makes a copy of the images. */
const MOST_TAPS = 49;

function weightGrad(write: GraphWriter, call: Call<WeightGradAttributes>): string {
  const { groups, kernelSize } = call.attributes;
  const [rows = 0, columns = 0] = allFixed(call, "the filter's size", kernelSize);
  const isProduct = fixed(call, "the number of groups", groups) === 1 && rows * columns <= MOST_TAPS;
  return isProduct ? productWeightGrad(write, call) : swappedWeightGrad(write, call);
}

/**
 * A matrix product per example of what each filter tap saw (`[taps · c, places]`) with the cotangent (`[places, o]`), then the sum over the examples:
 * in onnxruntime half to two thirds of the time of a convolution with filters as large as the images (16 → 32 and 3 → 16 channels).
 */
function productWeightGrad(write: GraphWriter, call: Call<WeightGradAttributes>): string {
  const [x, g] = [input(call, 0), input(call, 1)];
  const [batch = 0, outChannels = 0, height = 0, width = 0] = g.shape;
  const [out, channels, ...sizes] = allFixed(call, "a size", [outChannels, x.shape[1] ?? 0, height, width]);
  const places = (sizes[0] ?? 0) * (sizes[1] ?? 0);
  const seen = write.node("Concat", seenByTaps(write, call, sizes), { axis: { int: 1 } });
  const [rows = 0, columns = 0] = allFixed(call, "the filter's size", call.attributes.kernelSize);
  const left = write.node("Reshape", [seen, write.reshapeSizes([batch, rows * columns * (channels ?? 0), places])]);
  const right = write.node("Reshape", [g.name, write.reshapeSizes([batch, out ?? 0, places])]);
  const turned = write.node("Transpose", [right], { perm: { ints: [0, 2, 1] } });
  const products = write.node("MatMul", [left, turned]);
  const total = write.node("ReduceSum", [products, write.ints([0])], { keepdims: { int: 0 } });
  const taps = write.node("Reshape", [total, write.ints([rows, columns, channels ?? 0, out ?? 0])]);
  return write.node("Transpose", [taps], { perm: { ints: [3, 2, 0, 1] } });
}

/** For each filter tap the elements that it met, `[n, c, places' rows, places' columns]`. */
function seenByTaps(write: GraphWriter, call: Call<WeightGradAttributes>, places: readonly number[]): string[] {
  const { padding, stride, dilation, kernelSize } = call.attributes;
  const [[top, bottom], [left, right]] = padding;
  const edges = allFixed(call, "a padding", [0, 0, top, left, 0, 0, bottom, right]);
  const images = input(call, 0).name;
  const padded = edges.every((edge) => edge === 0)
    ? images
    : write.node("Pad", [images, write.ints(edges), write.scalar(0, call.dtype)]);
  const steps = allFixed(call, "a stride", stride);
  const spread = allFixed(call, "a dilation", dilation);
  const [rows = 0, columns = 0] = allFixed(call, "the filter's size", kernelSize);
  return Array.from({ length: rows * columns }, (_, tap) => {
    const starts = [Math.floor(tap / columns) * (spread[0] ?? 1), (tap % columns) * (spread[1] ?? 1)];
    const ends = starts.map((start, axis) => start + ((places[axis] ?? 0) - 1) * (steps[axis] ?? 1) + 1);
    return write.node("Slice", [padded, write.ints(starts), write.ints(ends), write.ints([2, 3]), write.ints(steps)]);
  });
}

/**
 * A convolution of the images with the result's cotangent, batch and channels swapped; stride and dilation change roles.
 *
 * With groups the images' channels `[n, G·c]` become `[c, G·n]`, so that each group of the cotangent meets its own.
 */
function swappedWeightGrad(write: GraphWriter, call: Call<WeightGradAttributes>): string {
  const [x, g] = [input(call, 0), input(call, 1)];
  const { groups, kernelSize } = call.attributes;
  const group = fixed(call, "the number of groups", groups);
  const images = group === 1 ? swapped(write, x.name) : byGroup(write, call, group);
  const { strides, dilations, ...window } = windowAttributes(call, call.attributes);
  // Both are there: windowAttributes sets them.
  const roles = { strides: dilations ?? { ints: [] }, dilations: strides ?? { ints: [] } };
  const product = write.node("Conv", [images, swapped(write, g.name)], { ...window, ...roles });
  // Rows and columns that no filter tap reached may come out behind the filter's own.
  const sizes = write.ints(allFixed(call, "the filter's size", kernelSize));
  const cut = write.node("Slice", [product, write.ints([0, 0]), sizes, write.ints([2, 3])]);
  return swapped(write, cut);
}

/** The first two axes swapped. */
function swapped(write: GraphWriter, x: string): string {
  return write.node("Transpose", [x], { perm: { ints: [1, 0, 2, 3] } });
}

/** `[n, G·c, h, w]` → `[c, G·n, h, w]`. */
function byGroup(write: GraphWriter, call: Call, group: number): string {
  const [batch = 0, channels = 0, height = 0, width = 0] = input(call, 0).shape;
  const size = allFixed(call, "a size", [channels, height, width]);
  const perGroup = (size[0] ?? 0) / group;
  const split = write.node("Reshape", [
    input(call, 0).name,
    write.reshapeSizes([batch, group, perGroup, height, width]),
  ]);
  const turned = write.node("Transpose", [split], { perm: { ints: [2, 1, 0, 3, 4] } });
  return write.node("Reshape", [turned, write.ints([perGroup, -1, size[1] ?? 0, size[2] ?? 0])]);
}

/** Convolution and its gradients, by name. */
export const CONVOLUTION: Readonly<Record<string, Exporter>> = {
  conv2d: exporter(conv2d),
  conv2dInputGrad: exporter(inputGrad),
  conv2dWeightGrad: exporter(weightGrad),
};
