/** @file Pooling and its gradients as ONNX nodes. */
import type { AveragePoolAttributes, AveragePoolGradAttributes } from "../../../../primitives/average-pool.ts";
import type { PoolAttributes } from "../../../../primitives/pool-windows.ts";
import type { Size, Sized } from "../batch-size.ts";
import { allFixed, type Call, type Exporter, exporter, fixed, input } from "../call.ts";
import type { GraphWriter, NodeAttributes } from "../graph-writer.ts";

function windowAttributes(call: Call, { window, stride, padding }: Sized<PoolAttributes>): NodeAttributes {
  const [[top, bottom], [left, right]] = padding;
  return {
    kernel_shape: { ints: allFixed(call, "the window", window) },
    strides: { ints: allFixed(call, "a stride", stride) },
    pads: { ints: allFixed(call, "a padding", [top, left, bottom, right]) },
  };
}

/** Places of the maxima of the windows of x among all its elements, in a row. */
function placesOfMaxima(write: GraphWriter, call: Call<PoolAttributes>): string {
  const outputs = [write.fresh("maxima"), write.fresh("places")];
  const [, places = ""] = write.nodeOf(
    "MaxPool",
    [input(call, 0).name],
    windowAttributes(call, call.attributes),
    outputs,
  );
  return inRow(write, places);
}

function inRow(write: GraphWriter, x: string): string {
  return write.node("Reshape", [x, write.ints([-1])]);
}

function inShape(write: GraphWriter, x: string, shape: readonly Size[]): string {
  return write.node("Reshape", [x, write.reshapeSizes(shape)]);
}

function maxPoolGrad(write: GraphWriter, call: Call<PoolAttributes>): string {
  const places = placesOfMaxima(write, call);
  const zeros = write.node("Expand", [
    write.scalar(0, call.dtype),
    write.node("Shape", [inRow(write, input(call, 0).name)]),
  ]);
  const { window, stride } = call.attributes;
  const overlaps = window.some(
    (length, axis) => fixed(call, "the window", length) > fixed(call, "a stride", stride[axis] ?? 1),
  );
  // Windows that do not overlap have no maximum in common, so nothing needs to be added up.
  const attributes = overlaps ? { reduction: { text: "add" } } : {};
  const row = write.node("ScatterElements", [zeros, places, inRow(write, input(call, 1).name)], attributes);
  return inShape(write, row, call.shape);
}

function maxPoolPick(write: GraphWriter, call: Call<PoolAttributes>): string {
  const picked = write.node("GatherElements", [inRow(write, input(call, 1).name), placesOfMaxima(write, call)]);
  return inShape(write, picked, call.shape);
}

function averagePool(write: GraphWriter, call: Call<AveragePoolAttributes>): string {
  const counted = { count_include_pad: { int: call.attributes.countPadding ? 1 : 0 } };
  return write.node("AveragePool", [input(call, 0).name], { ...windowAttributes(call, call.attributes), ...counted });
}

/** Each number divided by its window's count, then spread by a transposed convolution with ones, every channel for itself. */
function averagePoolGrad(write: GraphWriter, call: Call<AveragePoolGradAttributes>): string {
  const g = input(call, 0);
  const { kernel_shape: _, ...window } = windowAttributes(call, call.attributes);
  const axes = ([0, 1] as const).map((axis) => axisOf(call, axis));
  const [rows, columns] = axes.map(({ counts }) => counts);
  const shares = (rows ?? []).flatMap((row) => (columns ?? []).map((column) => 1 / (row * column)));
  const places = [rows?.length ?? 0, columns?.length ?? 0];
  const weights = write.constant("shares", shares, places, call.dtype);
  const [height = 0, width = 0] = axes.map(({ length }) => length);
  const area = new Float64Array(height * width).fill(1);
  const ones = write.constant("window", area, [1, 1, height, width], call.dtype);
  const planes = write.node("Reshape", [write.node("Mul", [g.name, weights]), write.ints([-1, 1, ...places])]);
  const spread = write.node("ConvTranspose", [planes, ones], {
    ...window,
    output_padding: { ints: axes.map(({ missing }) => missing) },
  });
  return inShape(write, spread, call.shape);
}

/** Per axis: how many elements each window averages, the window's length, and what rounding cut off the end. */
function axisOf(
  call: Call<AveragePoolGradAttributes>,
  axis: 0 | 1,
): { counts: number[]; length: number; missing: number } {
  const { window, stride, padding, inputSize, countPadding } = call.attributes;
  const numbers = allFixed(call, "a size", [window[axis], stride[axis], ...padding[axis], inputSize[axis]]);
  const [length = 0, step = 1, before = 0, after = 0, size = 0] = numbers;
  const places = fixed(call, "a size", input(call, 0).shape[axis + 2] ?? 0);
  const counts = Array.from({ length: places }, (_, place) => {
    const start = place * step - before;
    return countPadding ? length : Math.min(start + length, size) - Math.max(start, 0);
  });
  return { counts, length, missing: size - (step * (places - 1) + length - before - after) };
}

/** Pooling and its gradients, by name. */
export const POOLING: Readonly<Record<string, Exporter>> = {
  maxPool2d: exporter<PoolAttributes>((write, call) =>
    write.node("MaxPool", [input(call, 0).name], windowAttributes(call, call.attributes)),
  ),
  maxPool2dGrad: exporter(maxPoolGrad),
  maxPool2dPick: exporter(maxPoolPick),
  avgPool2d: exporter(averagePool),
  avgPool2dGrad: exporter(averagePoolGrad),
};
