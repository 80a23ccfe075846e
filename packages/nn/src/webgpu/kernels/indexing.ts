/**
 * @file Taking by index, and adding up by index.
 *
 * The latter without atomics, so that the order of the additions is always the same: each element of the result looks through the indices for its own.
 * An index that is out of range leaves a note in the memory, which the next read of results finds.
 */

import type { ArgmaxAttributes } from "../../primitives/extremes.ts";
import { axisView } from "../../primitives/index-map.ts";
import type { CumsumAttributes } from "../../primitives/sum.ts";
import type { OneHotAttributes, ScatterAddAttributes, TakeAttributes } from "../../primitives/take.ts";
import { sizeOf } from "../../shape/shape.ts";
import { eachElement, load, store, typeOf } from "../wgsl/kernel.ts";
import { operandAt, type WriteKernels } from "./layout.ts";

/** Elements along an axis by indices of any shape. */
export const takeKernels: WriteKernels<TakeAttributes> = (output, inputs, { axis }) => {
  const [x, indices] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const { length, inner } = axisView(x.shape, axis);
  const count = sizeOf(indices.shape);
  const body = `let index = ${load(indices, `(i / ${inner}) % ${count}`)};
var value: ${typeOf(output.dtype)} = 0;
if (valid(index, ${length})) { value = ${load(x, `(i / ${inner * count} * ${length} + index) * ${inner} + i % ${inner}`)}; }
${store(output, "i", "value")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** Sums of updates by index. */
export const scatterAddKernels: WriteKernels<ScatterAddAttributes> = (output, inputs, { shape, axis }) => {
  const [indices, updates] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const { length, inner } = axisView(shape, axis);
  const count = sizeOf(indices.shape);
  const body = `let own = (i / ${inner}) % ${length};
let outer = i / ${inner * length};
var total: ${typeOf(output.dtype)} = 0;
for (var k = 0; k < ${count}; k++) {
  let index = ${load(indices, "k")};
  if (index == own) { total += ${load(updates, `(outer * ${count} + k) * ${inner} + i % ${inner}`)}; }
  if (i == 0) { _ = valid(index, ${length}); }
}
${store(output, "i", "total")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** Elements along an axis, each by an index of its own. */
export const takeAlongKernels: WriteKernels<TakeAttributes> = (output, inputs, { axis }) => {
  const [x, indices] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const { length, inner } = axisView(x.shape, axis);
  const count = output.shape[axis] ?? 1;
  const body = `let index = ${load(indices, "i")};
var value: ${typeOf(output.dtype)} = 0;
if (valid(index, ${length})) { value = ${load(x, `(i / ${count * inner} * ${length} + index) * ${inner} + i % ${inner}`)}; }
${store(output, "i", "value")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** Sums of updates, each with an index of its own. */
export const scatterAlongKernels: WriteKernels<ScatterAddAttributes> = (output, inputs, { shape, axis }) => {
  const [indices, updates] = [operandAt(inputs, 0), operandAt(inputs, 1)];
  const { length, inner } = axisView(shape, axis);
  const count = indices.shape[axis] ?? 1;
  const body = `let own = (i / ${inner}) % ${length};
let start = i / ${inner * length} * ${count * inner} + i % ${inner};
var total: ${typeOf(output.dtype)} = 0;
for (var k = 0; k < ${count}; k++) {
  let at = start + k * ${inner};
  let index = ${load(indices, "at")};
  if (index == own) { total += ${load(updates, "at")}; }
  if (own == 0) { _ = valid(index, ${length}); }
}
${store(output, "i", "total")}`;
  return [eachElement(sizeOf(output.shape), body)];
};

/** 1 at the index, 0 elsewhere; nothing for an index that is out of range. */
export const oneHotKernels: WriteKernels<OneHotAttributes> = (output, inputs, { depth }) => {
  const indices = operandAt(inputs, 0);
  const value = `${typeOf(output.dtype)}(select(0, 1, ${load(indices, `i / ${depth}`)} == i % ${depth}))`;
  return [eachElement(sizeOf(output.shape), store(output, "i", value))];
};

/** Running sums, one thread per line. */
export const cumsumKernels: WriteKernels<CumsumAttributes> = (output, inputs, { axis, reverse }) => {
  const x = operandAt(inputs, 0);
  const { outer, length, inner } = axisView(output.shape, axis);
  const body = `let first = i / ${inner} * ${length * inner} + i % ${inner};
var running: ${typeOf(output.dtype)} = 0;
for (var k = 0; k < ${length}; k++) {
  let at = first + ${reverse ? `(${length - 1} - k)` : "k"} * ${inner};
  running += ${load(x, "at")};
  ${store(output, "at", "running")}
}`;
  return [eachElement(outer * inner, body)];
};

/** Place of the first largest element, a NaN before all. */
export const argmaxKernels: WriteKernels<ArgmaxAttributes> = (output, inputs, { axis }) => {
  const x = operandAt(inputs, 0);
  const { length, inner } = axisView(x.shape, axis);
  const better = x.dtype === "int32" ? "value > best" : "value > best || (is_nan(value) && !is_nan(best))";
  const body = `let first = i / ${inner} * ${length * inner} + i % ${inner};
var place = 0;
var best = ${load(x, "first")};
for (var k = 1; k < ${length}; k++) {
  let value = ${load(x, `first + k * ${inner}`)};
  if (${better}) { best = value; place = k; }
}
${store(output, "i", "place")}`;
  return [eachElement(sizeOf(output.shape), body)];
};
