/**
 * @file Operators on numbers known on the host: the chains that compute shapes.
 *
 * Each gives `undefined` where it does not apply (an input is a tensor, a case that shapes never need); then the operator for tensors runs.
 */
import { type Shape, sizeOf } from "../../../../shape/shape.ts";
import { ONNX_TYPES } from "../../proto/messages.ts";
import { elementsOf } from "../../proto/tensor.ts";
import { frontAxis, type NodeContext } from "../context.ts";
import { cutsOf } from "../slice-limits.ts";
import { type HostArray, hostInts, isHost } from "../value.ts";

/** An operator that may decline. */
export type HostOperator = (node: NodeContext) => HostArray | undefined;

/** The inputs, when all that are there are known on the host. */
function hosts(node: NodeContext): readonly HostArray[] | undefined {
  const known: HostArray[] = [];
  for (const value of node.inputs) {
    if (value === undefined) continue;
    if (!isHost(value)) return undefined;
    known.push(value);
  }
  return known;
}

/** Elementwise on two arrays of equal shape or of which one has a single element. */
function binary(fn: (a: number, b: number, whole: boolean) => number, kind?: HostArray["kind"]): HostOperator {
  return (node) => {
    const [a, b] = hosts(node) ?? [];
    if (a === undefined || b === undefined) return undefined;
    if (a.data.length !== b.data.length && a.data.length !== 1 && b.data.length !== 1) return undefined;
    const longer = b.data.length > a.data.length || b.shape.length > a.shape.length ? b : a;
    const whole = a.kind !== "float" && b.kind !== "float";
    const at = (array: HostArray, index: number) => array.data[array.data.length === 1 ? 0 : index] ?? 0;
    return {
      shape: longer.shape,
      kind: kind ?? a.kind,
      data: longer.data.map((_, i) => fn(at(a, i), at(b, i), whole)),
    };
  };
}

/** Elementwise on one array. */
function unary(fn: (x: number) => number): HostOperator {
  return (node) => {
    const [x] = hosts(node) ?? [];
    return x === undefined ? undefined : { shape: x.shape, kind: x.kind, data: x.data.map(fn) };
  };
}

function shape(node: NodeContext): HostArray {
  const sizes = node.input(0).shape;
  return hostInts(sizes.slice(node.int("start", 0), node.int("end", sizes.length)));
}

function gather(node: NodeContext): HostArray | undefined {
  const [data, indices] = hosts(node) ?? [];
  if (data === undefined || indices === undefined || data.shape.length !== 1) return undefined;
  const picked = indices.data.map((index) => data.data[frontAxis(index, data.data.length)] ?? 0);
  return { shape: indices.shape, kind: data.kind, data: picked };
}

function concat(node: NodeContext): HostArray | undefined {
  const parts = hosts(node);
  if (parts === undefined || parts.some((part) => part.shape.length !== 1)) return undefined;
  const data = parts.flatMap((part) => part.data);
  return { shape: [data.length], kind: parts[0]?.kind ?? "int", data };
}

/** Elements picked by place: `from` gives the place in the source for the coordinates in the result, axis by axis. */
function picked(data: HostArray, shape: Shape, from: (coordinates: readonly number[]) => readonly number[]): HostArray {
  const strides = data.shape.map((_, axis) => sizeOf(data.shape.slice(axis + 1)));
  const steps = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const elements = Array.from({ length: sizeOf(shape) }, (_, index) => {
    const coordinates = shape.map((length, axis) => Math.floor(index / (steps[axis] ?? 1)) % length);
    const place = from(coordinates).reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
    return data.data[place] ?? 0;
  });
  return { shape, kind: data.kind, data: elements };
}

function slice(node: NodeContext): HostArray | undefined {
  const [data] = hosts(node) ?? [];
  if (data === undefined) return undefined;
  const cuts = cutsOf(node, data.shape);
  const lengths = cuts.map(({ start, end, step }) => Math.max(0, Math.ceil((end - start) / step)));
  return picked(data, lengths, (coordinates) =>
    coordinates.map((at, axis) => (cuts[axis]?.start ?? 0) + at * (cuts[axis]?.step ?? 1)),
  );
}

function transpose(node: NodeContext): HostArray | undefined {
  const [data] = hosts(node) ?? [];
  if (data === undefined) return undefined;
  const perm = node.optionalInts("perm") ?? data.shape.map((_, axis) => data.shape.length - 1 - axis);
  const lengths = perm.map((axis) => data.shape[axis] ?? 1);
  return picked(data, lengths, (coordinates) => data.shape.map((_, axis) => coordinates[perm.indexOf(axis)] ?? 0));
}

/** The same elements in another shape. */
function reshaped(data: HostArray, sizes: readonly number[]): HostArray {
  return { shape: sizes, kind: data.kind, data: data.data };
}

function unsqueeze(node: NodeContext): HostArray | undefined {
  const [data] = hosts(node) ?? [];
  if (data === undefined || data.shape.length > 0) return undefined;
  return reshaped(
    data,
    (node.intsFrom(1, "axes") ?? []).map(() => 1),
  );
}

function squeeze(node: NodeContext): HostArray | undefined {
  const [data] = hosts(node) ?? [];
  return data?.data.length === 1 && data.shape.length === 1 ? reshaped(data, []) : undefined;
}

function reshape(node: NodeContext): HostArray | undefined {
  const [data, sizes] = hosts(node) ?? [];
  if (data === undefined || sizes === undefined || sizes.data.includes(0)) return undefined;
  const known = sizes.data.reduce((product, length) => (length === -1 ? product : product * length), 1);
  return reshaped(
    data,
    sizes.data.map((length) => (length === -1 ? data.data.length / known : length)),
  );
}

const INT_TYPES: ReadonlySet<number> = new Set([
  ONNX_TYPES.int64,
  ONNX_TYPES.int32,
  ONNX_TYPES.int16,
  ONNX_TYPES.int8,
  ONNX_TYPES.uint8,
  ONNX_TYPES.uint16,
  ONNX_TYPES.uint32,
  ONNX_TYPES.uint64,
]);

function cast(node: NodeContext): HostArray | undefined {
  const [data] = hosts(node) ?? [];
  if (data === undefined) return undefined;
  const to = node.int("to", 0);
  if (to === ONNX_TYPES.bool) return { shape: data.shape, kind: "bool", data: data.data.map((x) => (x === 0 ? 0 : 1)) };
  return INT_TYPES.has(to)
    ? { shape: data.shape, kind: "int", data: data.data.map(Math.trunc) }
    : { shape: data.shape, kind: "float", data: data.data };
}

function constantOfShape(node: NodeContext): HostArray {
  const sizes = node.host(0).data;
  const proto = node.tensorAttribute("value");
  const elements = proto === undefined ? undefined : elementsOf(proto);
  const value = elements?.data[0] ?? 0;
  const kind = elements === undefined || elements.type === "float" || elements.type === "double" ? "float" : "int";
  return { shape: sizes, kind, data: new Array<number>(sizeOf(sizes)).fill(value) };
}

function range(node: NodeContext): HostArray | undefined {
  const [start, limit, delta] = hosts(node) ?? [];
  if (start === undefined || limit === undefined || delta === undefined) return undefined;
  const [from = 0, to = 0, by = 1] = [start.data[0], limit.data[0], delta.data[0]];
  const length = Math.max(0, Math.ceil((to - from) / by));
  return { shape: [length], kind: start.kind, data: Array.from({ length }, (_, index) => from + index * by) };
}

function where(node: NodeContext): HostArray | undefined {
  const [condition, a, b] = hosts(node) ?? [];
  if (condition === undefined || a === undefined || b === undefined) return undefined;
  const lengths = new Set([condition.data.length, a.data.length, b.data.length].filter((length) => length !== 1));
  if (lengths.size > 1) return undefined;
  const longest = [condition, a, b].reduce((x, y) =>
    y.data.length > x.data.length || y.shape.length > x.shape.length ? y : x,
  );
  const at = (array: HostArray, index: number) => array.data[array.data.length === 1 ? 0 : index] ?? 0;
  return {
    shape: longest.shape,
    kind: a.kind,
    data: longest.data.map((_, i) => (at(condition, i) === 0 ? at(b, i) : at(a, i))),
  };
}

function reduceProd(node: NodeContext): HostArray | undefined {
  const [data] = hosts(node) ?? [];
  if (data === undefined || data.shape.length > 1) return undefined;
  return reshaped(
    { ...data, data: [data.data.reduce((product, x) => product * x, 1)] },
    node.int("keepdims", 1) === 1 ? [1] : [],
  );
}

/** Operators for numbers known on the host, by type. Shape and Size answer for tensors too: shapes are always known. */
export const HOST_OPERATORS: Readonly<Record<string, HostOperator>> = {
  Shape: shape,
  Size: (node) => ({ shape: [], kind: "int", data: [sizeOf(node.input(0).shape)] }),
  ConstantOfShape: constantOfShape,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Reshape: reshape,
  Cast: cast,
  Range: range,
  Where: where,
  ReduceProd: reduceProd,
  Identity: (node) => hosts(node)?.[0],
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, whole) => (whole ? Math.trunc(a / b) : a / b)),
  Mod: binary((a, b) => a - b * Math.floor(a / b)),
  Min: binary((a, b) => Math.min(a, b)),
  Max: binary((a, b) => Math.max(a, b)),
  Pow: binary((a, b) => a ** b),
  Equal: binary((a, b) => Number(a === b), "bool"),
  Less: binary((a, b) => Number(a < b), "bool"),
  Greater: binary((a, b) => Number(a > b), "bool"),
  Neg: unary((x) => -x),
  Not: unary((x) => 1 - x),
  Sqrt: unary(Math.sqrt),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
};
