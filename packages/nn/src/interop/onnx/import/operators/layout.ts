/** @file Operators that move elements: reshaping, slicing, joining, picking. */
import {
  add,
  broadcastTo,
  cast,
  concat,
  fill,
  flip,
  iota,
  less,
  lessEqual,
  mul,
  oneHot,
  pad,
  reshape,
  scalar,
  slice,
  sub,
  take,
  takeAlong,
  transpose,
  where,
} from "../../../../primitives/index.ts";
import { type Shape, sizeOf } from "../../../../shape/shape.ts";
import type { AnyTensor } from "../../../../tensor/tensor.ts";
import { elementsOf } from "../../proto/tensor.ts";
import { frontAxis, type NodeContext, type Operator } from "../context.ts";
import { cutsOf } from "../slice-limits.ts";
import { like } from "./elementwise.ts";

function reshapeTo(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const copyZeros = node.int("allowzero", 0) === 0;
  const wanted = node.host(1).data.map((length, axis) => (length === 0 && copyZeros ? (x.shape[axis] ?? 0) : length));
  const known = wanted.reduce((product, length) => (length === -1 ? product : product * length), 1);
  return reshape(
    x,
    wanted.map((length) => (length === -1 ? x.size / Math.max(known, 1) : length)),
  );
}

function flatten(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axis = frontAxis(node.int("axis", 1), x.rank);
  return reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
}

function squeeze(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axes = node.intsFrom(1, "axes")?.map((axis) => frontAxis(axis, x.rank));
  return reshape(
    x,
    x.shape.filter((length, axis) => (axes === undefined ? length !== 1 : !axes.includes(axis))),
  );
}

function unsqueeze(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axes = node.intsFrom(1, "axes") ?? [];
  const places = new Set(axes.map((axis) => frontAxis(axis, x.rank + axes.length)));
  const old = x.shape.values();
  return reshape(
    x,
    Array.from({ length: x.rank + axes.length }, (_, axis) => (places.has(axis) ? 1 : (old.next().value ?? 1))),
  );
}

function expand(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const wanted = node.host(1).data;
  const rank = Math.max(wanted.length, x.rank);
  // Sizes of 1 in the wanted shape keep the tensor's own: it is broadcasting, not assignment.
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const own = x.shape[axis - rank + x.rank] ?? 1;
    return own === 1 ? (wanted[axis - rank + wanted.length] ?? 1) : own;
  });
  return broadcastTo(x, sizes);
}

function sliceNode(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const cuts = cutsOf(node, x.shape);
  const backward = cuts.flatMap(({ step }, axis) => (step < 0 ? [axis] : []));
  const turned = backward.length === 0 ? x : flip(x, backward);
  // In the flipped tensor the limits count from the other end.
  const limits = cuts.map(({ start, end, step }, axis) => {
    const last = (x.shape[axis] ?? 0) - 1;
    return step < 0
      ? { start: last - start, end: last - end, step: -step }
      : { start, end: Math.max(start, end), step };
  });
  return slice(
    turned,
    limits.map((limit) => limit.start),
    limits.map((limit) => Math.max(limit.start, limit.end)),
    limits.map((limit) => limit.step),
  );
}

function split(node: NodeContext): readonly AnyTensor[] {
  const x = node.tensor(0);
  const axis = frontAxis(node.int("axis", 0), x.rank);
  const length = x.shape[axis] ?? 0;
  const parts = node.node.outputs.length;
  const even = Math.ceil(length / parts);
  const sizes = node.intsFrom(1, "split") ?? Array.from({ length: parts }, (_, i) => Math.min(even, length - even * i));
  let reached = 0;
  return sizes.map((size) => {
    const starts = x.shape.map((_, a) => (a === axis ? reached : 0));
    reached += size;
    return slice(
      x,
      starts,
      x.shape.map((own, a) => (a === axis ? reached : own)),
    );
  });
}

function padNode(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const mode = node.text("mode", "constant");
  const pads = node.intsFrom(1, "pads") ?? [];
  const axes = node.has(3) ? node.host(3).data.map((axis) => frontAxis(axis, x.rank)) : x.shape.map((_, axis) => axis);
  const before = x.shape.map(() => 0);
  const after = x.shape.map(() => 0);
  axes.forEach((axis, index) => {
    before[axis] = pads[index] ?? 0;
    after[axis] = pads[index + axes.length] ?? 0;
  });
  if (mode !== "constant") throw node.error("onnx/unsupported", `pads with mode "${mode}"; supported is "constant"`);
  return pad(x, before, after, node.has(2) ? (node.host(2).data[0] ?? 0) : node.float("value", 0));
}

function tile(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const repeats = node.host(1).data;
  const sizes = x.shape.flatMap((length, axis) => [repeats[axis] ?? 1, length]);
  const spread = broadcastTo(
    reshape(
      x,
      x.shape.flatMap((length) => [1, length]),
    ),
    sizes,
  );
  return reshape(
    spread,
    x.shape.map((length, axis) => length * (repeats[axis] ?? 1)),
  );
}

/** The upper or lower triangle of matrices; the rest becomes 0. */
function trilu(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const offset = node.has(1) ? (node.host(1).data[0] ?? 0) : 0;
  const matrix: Shape = x.shape.slice(-2);
  const shifted = add(iota(matrix, 0, "int32"), scalar(offset, "int32"));
  const column = iota(matrix, 1, "int32");
  const kept = node.int("upper", 1) === 1 ? lessEqual(shifted, column) : lessEqual(column, shifted);
  return where(kept, x, like(x, 0));
}

/** Indices counted from the front; known ones stay known to the compiler as constants. */
function frontIndices(indices: AnyTensor, length: number): AnyTensor {
  const whole = cast(indices, "int32");
  return add(whole, mul(less(whole, scalar(0, "int32")), scalar(length, "int32")));
}

function gather(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axis = frontAxis(node.int("axis", 0), x.rank);
  return take(x, frontIndices(node.tensor(1), x.shape[axis] ?? 0), axis);
}

function gatherElements(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axis = frontAxis(node.int("axis", 0), x.rank);
  return takeAlong(x, frontIndices(node.tensor(1), x.shape[axis] ?? 0), axis);
}

function oneHotNode(node: NodeContext): AnyTensor {
  const indices = node.tensor(0);
  const [depth = 0] = node.host(1).data;
  const values = node.tensor(2);
  const [off, on] = [slice(values, [0], [1]), slice(values, [1], [2])].map((value) => reshape(value, []));
  const axis = frontAxis(node.int("axis", -1), indices.rank + 1);
  const hot = oneHot(frontIndices(indices, depth), depth, values.dtype);
  const last = indices.rank;
  const order = [...Array(last).keys()].toSpliced(axis, 0, last);
  const chosen = add(mul(hot, sub(on ?? values, off ?? values)), off ?? values);
  return axis === last ? chosen : transpose(chosen, order);
}

/** Operators that move elements, by type. */
export const LAYOUT: Readonly<Record<string, Operator>> = {
  Reshape: reshapeTo,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Slice: sliceNode,
  Split: split,
  Pad: padNode,
  Tile: tile,
  Trilu: trilu,
  Gather: gather,
  GatherElements: gatherElements,
  OneHot: oneHotNode,
  Concat: (node) => concat(node.tensors(), frontAxis(node.int("axis", 0), node.tensor(0).rank)),
  Transpose: (node) => {
    const x = node.tensor(0);
    return transpose(x, node.optionalInts("perm") ?? x.shape.map((_, axis) => x.rank - 1 - axis));
  },
  ConstantOfShape: (node) => {
    const proto = node.tensorAttribute("value");
    const elements = proto === undefined ? undefined : elementsOf(proto);
    const whole = elements !== undefined && elements.type !== "float" && elements.type !== "double";
    return fill(node.host(0).data, elements?.data[0] ?? 0, whole ? "int32" : node.dtype);
  },
};
