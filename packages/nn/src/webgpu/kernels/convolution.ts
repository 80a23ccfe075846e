/** @file Convolution and its gradients, directly from their definition: one thread (or workgroup) sums up one element of the result. */
import type { ConvolutionAttributes, InputGradAttributes, WeightGradAttributes } from "../../primitives/convolution.ts";
import { type Shape, sizeOf } from "../../shape/shape.ts";
import { eachElement, eachRow, GROUP, load, store } from "../wgsl/kernel.ts";
import { operandAt, type WriteKernels } from "./layout.ts";

/** Sizes of images `[n, c, h, w]`, filters `[o, c / groups, kh, kw]` and results `[n, o, oh, ow]`. */
interface Sizes {
  readonly n: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly o: number;
  readonly perGroup: number;
  readonly kh: number;
  readonly kw: number;
  readonly rows: number;
  readonly columns: number;
}

function sizes(image: Shape, weight: Shape, result: Shape): Sizes {
  const [n = 0, channels = 0, height = 0, width = 0] = image;
  const [o = 0, perGroup = 0, kh = 0, kw = 0] = weight;
  const [, , rows = 0, columns = 0] = result;
  return { n, channels, height, width, o, perGroup, kh, kw, rows, columns };
}

/** Convolution. */
export const conv2dKernels: WriteKernels<ConvolutionAttributes> = (output, inputs, attributes) => {
  const [x, w] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const s = sizes(x.shape, w.shape, output.shape);
  const { stride, padding, dilation, groups } = attributes;
  const body = `let column = i % ${s.columns};
let row = (i / ${s.columns}) % ${s.rows};
let o = (i / ${size(s, "rows", "columns")}) % ${s.o};
let image = i / ${size(s, "rows", "columns", "o")};
let first = o * ${groups} / ${s.o} * ${s.perGroup};
var total = 0f;
for (var c = 0; c < ${s.perGroup}; c++) {
  let plane = (image * ${s.channels} + first + c) * ${s.height};
  let filter_plane = (o * ${s.perGroup} + c) * ${s.kh};
  for (var a = 0; a < ${s.kh}; a++) {
    let y = row * ${stride[0]} - ${padding[0][0]} + a * ${dilation[0]};
    if (y < 0 || y >= ${s.height}) { continue; }
    for (var b = 0; b < ${s.kw}; b++) {
      let x = column * ${stride[1]} - ${padding[1][0]} + b * ${dilation[1]};
      if (x < 0 || x >= ${s.width}) { continue; }
      total += ${load(x, `(plane + y) * ${s.width} + x`)} * ${load(w, `(filter_plane + a) * ${s.kw} + b`)};
    }
  }
}
${store(output, "i", "total")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

function size(s: Sizes, ...names: readonly (keyof Sizes)[]): number {
  return names.reduce((product, name) => product * s[name], 1);
}

/** Cotangent of the images: each gathers from the results that it took part in. */
export const conv2dInputGradKernels: WriteKernels<InputGradAttributes> = (output, inputs, attributes) => {
  const [g, w] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const s = sizes(output.shape, w.shape, g.shape);
  const { stride, padding, dilation, groups } = attributes;
  const perGroupOut = s.o / groups;
  const body = `let x = i % ${s.width};
let y = (i / ${s.width}) % ${s.height};
let channel = (i / ${size(s, "width", "height")}) % ${s.channels};
let image = i / ${size(s, "width", "height", "channels")};
let first = channel / ${s.perGroup} * ${perGroupOut};
let c = channel % ${s.perGroup};
var total = 0f;
for (var o = first; o < first + ${perGroupOut}; o++) {
  let plane = (image * ${s.o} + o) * ${s.rows};
  let filter_plane = (o * ${s.perGroup} + c) * ${s.kh};
  for (var a = 0; a < ${s.kh}; a++) {
    let down = y + ${padding[0][0]} - a * ${dilation[0]};
    if (down < 0 || down % ${stride[0]} != 0 || down / ${stride[0]} >= ${s.rows}) { continue; }
    for (var b = 0; b < ${s.kw}; b++) {
      let right = x + ${padding[1][0]} - b * ${dilation[1]};
      if (right < 0 || right % ${stride[1]} != 0 || right / ${stride[1]} >= ${s.columns}) { continue; }
      total += ${load(g, `(plane + down / ${stride[0]}) * ${s.columns} + right / ${stride[1]}`)}
        * ${load(w, `(filter_plane + a) * ${s.kw} + b`)};
    }
  }
}
${store(output, "i", "total")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** Cotangent of the filters: a workgroup per weight goes through all places of all images. */
export const conv2dWeightGradKernels: WriteKernels<WeightGradAttributes> = (output, inputs, attributes) => {
  const [x, g] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const s = sizes(x.shape, output.shape, g.shape);
  const { stride, padding, dilation, groups } = attributes;
  const body = `let b = row % ${s.kw};
let a = (row / ${s.kw}) % ${s.kh};
let c = (row / ${size(s, "kw", "kh")}) % ${s.perGroup};
let o = row / ${size(s, "kw", "kh", "perGroup")};
let channel = o * ${groups} / ${s.o} * ${s.perGroup} + c;
var total = 0f;
for (var place = t; place < ${size(s, "n", "rows", "columns")}; place += ${GROUP}) {
  let column = place % ${s.columns};
  let down = (place / ${s.columns}) % ${s.rows};
  let image = place / ${size(s, "rows", "columns")};
  let y = down * ${stride[0]} - ${padding[0][0]} + a * ${dilation[0]};
  let x = column * ${stride[1]} - ${padding[1][0]} + b * ${dilation[1]};
  if (y >= 0 && y < ${s.height} && x >= 0 && x < ${s.width}) {
    total += ${load(x, `((image * ${s.channels} + channel) * ${s.height} + y) * ${s.width} + x`)}
      * ${load(g, `((image * ${s.o} + o) * ${s.rows} + down) * ${s.columns} + column`)};
  }
}
let result = add(t, total);
if (t == 0) { ${store(output, "row", "result")} }`;
  return [eachRow(sizeOf(output.shape), "float", body)];
};
