/** @file Pooling and its gradients. The gradients gather: each element of the image looks at the windows that it lies in. */
import type { AveragePoolAttributes, AveragePoolGradAttributes } from "../../primitives/average-pool.ts";
import type { PoolAttributes } from "../../primitives/pool-windows.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { eachElement, type GpuView, load, store, typeOf } from "../wgsl/kernel.ts";
import { operandAt, type WriteKernels } from "./layout.ts";

/** Statements that set `plane`, `top`, `bottom`, `left`, `right`: the part of window (`down`, `across`) that lies in the image. */
function windowOf(image: Shape, { window, stride, padding }: PoolAttributes): string {
  const [, , height = 0, width = 0] = image;
  return `let top = max(down * ${stride[0]} - ${padding[0][0]}, 0);
let bottom = min(down * ${stride[0]} - ${padding[0][0]} + ${window[0]}, ${height});
let left = max(across * ${stride[1]} - ${padding[1][0]}, 0);
let right = min(across * ${stride[1]} - ${padding[1][0]} + ${window[1]}, ${width});`;
}

/** Statements for a thread per window. */
function placeOf(image: Shape, pooled: Shape, attributes: PoolAttributes): string {
  const [, , height = 0] = image;
  const [, , rows = 0, columns = 0] = pooled;
  return `let across = i % ${columns};
let down = (i / ${columns}) % ${rows};
let plane = i / ${rows * columns} * ${height};
${windowOf(image, attributes)}`;
}

/** Statements that find the first maximum of the window as `best`, a NaN before all. */
function findMaximum(x: GpuView): string {
  const width = x.shape[3] ?? 0;
  const better = x.dtype === "int32" ? "value > largest" : "value > largest || (is_nan(value) && !is_nan(largest))";
  return `var best = (plane + top) * ${width} + left;
var largest = ${load(x, "best")};
for (var y = top; y < bottom; y++) {
  for (var x = left; x < right; x++) {
    let at = (plane + y) * ${width} + x;
    let value = ${load(x, "at")};
    if (${better}) { best = at; largest = value; }
  }
}`;
}

/** Largest element of each window. */
export const maxPool2dKernels: WriteKernels<PoolAttributes> = (output, inputs, attributes) => {
  const x = operandAt(inputs, 0);
  const body = `${placeOf(x.shape, output.shape, attributes)}\n${findMaximum(x)}\n${store(output, "i", "largest")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** Elements of another image from the places of the maxima. */
export const maxPool2dPickKernels: WriteKernels<PoolAttributes> = (output, inputs, attributes) => {
  const [x, u] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const body = `${placeOf(x.shape, output.shape, attributes)}\n${findMaximum(x)}\n${store(output, "i", load(u, "best"))}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** A kernel of one thread per element of the image that goes through the windows around it. */
function gatherWindows(output: GpuView, g: GpuView, attributes: PoolAttributes, visit: string): WriteResult {
  const [, , height = 0, width = 0] = output.shape;
  const [, , rows = 0, columns = 0] = g.shape;
  const { window, stride, padding } = attributes;
  const first = (place: string, axis: 0 | 1): string => {
    const reach = `${place} + ${padding[axis][0]} - ${window[axis] - 1}`;
    return `(max(${reach}, 0) + ${stride[axis] - 1}) / ${stride[axis]}`;
  };
  const last = (place: string, axis: 0 | 1, count: number): string =>
    `min((${place} + ${padding[axis][0]}) / ${stride[axis]}, ${count - 1})`;
  const body = `let own_x = i % ${width};
let own_y = (i / ${width}) % ${height};
let plane = i / ${height * width} * ${height};
let results = i / ${height * width} * ${rows};
var total: ${typeOf(output.dtype)} = 0;
for (var down = ${first("own_y", 0)}; down <= ${last("own_y", 0, rows)}; down++) {
  for (var across = ${first("own_x", 1)}; across <= ${last("own_x", 1, columns)}; across++) {
${windowOf(output.shape, attributes)}
let share = ${load(g, `(results + down) * ${columns} + across`)};
${visit}
  }
}
${store(output, "i", "total")}`;
  return [eachElement(sizeOf(output.shape), body)];
}

type WriteResult = ReturnType<WriteKernels>;

/** Numbers added up at the places of the maxima. */
export const maxPool2dGradKernels: WriteKernels<PoolAttributes> = (output, inputs, attributes) => {
  const [x, g] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  return gatherWindows(output, g, attributes, `${findMaximum(x)}\nif (best == i) { total += share; }`);
};

/** What a window's sum is divided by. */
function divisor({ window, countPadding }: AveragePoolAttributes): string {
  return countPadding ? `${window[0] * window[1]}f` : "f32((bottom - top) * (right - left))";
}

/** Mean of each window. */
export const avgPool2dKernels: WriteKernels<AveragePoolAttributes> = (output, inputs, attributes) => {
  const x = operandAt(inputs, 0);
  const body = `${placeOf(x.shape, output.shape, attributes)}
var total = 0f;
for (var y = top; y < bottom; y++) {
  for (var x = left; x < right; x++) { total += ${load(x, `(plane + y) * ${x.shape[3] ?? 0} + x`)}; }
}
${store(output, "i", `total / ${divisor(attributes)}`)}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** Each window's share for its elements. */
export const avgPool2dGradKernels: WriteKernels<AveragePoolGradAttributes> = (output, inputs, attributes) =>
  gatherWindows(output, operandAt(inputs, 0), attributes, `total += share / ${divisor(attributes)};`);
