/** @file Matrix products, convolution and pooling. One spatial axis is two with a height of 1. */
import { add, avgPool2d, conv2d, matmul, max, maxPool2d, mean, mul, reshape } from "../../../../primitives/index.ts";
import type { AnyTensor } from "../../../../tensor/tensor.ts";
import type { NodeContext, Operator } from "../context.ts";
import { like } from "./elementwise.ts";

function matmulNode(node: NodeContext): AnyTensor {
  const [a, b] = [node.tensor(0), node.tensor(1)];
  const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  const product = matmul(left, right, {});
  const { shape } = product;
  if (a.rank > 1 && b.rank > 1) return product;
  return reshape(
    product,
    shape.filter(
      (_, axis) => !(a.rank === 1 && axis === shape.length - 2) && !(b.rank === 1 && axis === shape.length - 1),
    ),
  );
}

function gemm(node: NodeContext): AnyTensor {
  const product = matmul(node.tensor(0), node.tensor(1), {
    transposeA: node.int("transA", 0) === 1,
    transposeB: node.int("transB", 0) === 1,
  });
  const scaled = times(product, node.float("alpha", 1));
  const c = node.optionalTensor(2);
  return c === undefined ? scaled : add(scaled, times(c, node.float("beta", 1)));
}

function times(x: AnyTensor, factor: number): AnyTensor {
  return factor === 1 ? x : mul(x, like(x, factor));
}

/** Where a window goes, along height and width. */
interface Window {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

/** A pair for height and width from one or two numbers along the spatial axes. */
function pair(values: readonly number[], forMissing: number): readonly [number, number] {
  const [first = forMissing, second] = values;
  return second === undefined ? [forMissing, first] : [first, second];
}

function windowOf(node: NodeContext, x: AnyTensor, kernel: readonly number[]): Window {
  const axes = kernel.length;
  const ones = kernel.map(() => 1);
  const stride = node.optionalInts("strides") ?? ones;
  const dilation = node.optionalInts("dilations") ?? ones;
  const pads = paddingOf(node, x.shape.slice(2), kernel, stride, dilation);
  const along = (axis: number): readonly [number, number] => [pads[axis] ?? 0, pads[axis + axes] ?? 0];
  return {
    kernel: pair(kernel, 1),
    stride: pair(stride, 1),
    dilation: pair(dilation, 1),
    padding: axes === 1 ? [[0, 0], along(0)] : [along(0), along(1)],
  };
}

/** Padding before all axes, then after all axes, as the attribute `pads` has it. */
function paddingOf(
  node: NodeContext,
  sizes: readonly number[],
  kernel: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): readonly number[] {
  const auto = node.text("auto_pad", "NOTSET");
  if (auto === "NOTSET") return node.optionalInts("pads") ?? [];
  if (auto === "VALID") return [];
  const totals = sizes.map((size, axis) => {
    const step = stride[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1;
    return Math.max(0, (Math.ceil(size / step) - 1) * step + reach - size);
  });
  const halves = totals.map((total) => (auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2)));
  return [...halves, ...totals.map((total, axis) => total - (halves[axis] ?? 0))];
}

/** Runs `fn` on images: sequences get a height of 1 before and lose it after. */
function asImages(node: NodeContext, x: AnyTensor, fn: (images: AnyTensor) => AnyTensor): AnyTensor {
  if (x.rank === 4) return fn(x);
  if (x.rank !== 3) throw node.error("onnx/unsupported", `takes ${x.rank - 2} spatial axes; supported are one and two`);
  const [batch = 0, channels = 0, length = 0] = x.shape;
  const y = fn(reshape(x, [batch, channels, 1, length]));
  return reshape(y, [y.shape[0] ?? 0, y.shape[1] ?? 0, y.shape[3] ?? 0]);
}

function conv(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const w = node.tensor(1);
  const { stride, padding, dilation } = windowOf(node, x, w.shape.slice(2));
  const [outputs = 0, inputs = 0, first = 0, second] = w.shape;
  const kernel = second === undefined ? reshape(w, [outputs, inputs, 1, first]) : w;
  const bias = node.optionalTensor(2);
  return asImages(node, x, (images) => {
    const y = conv2d(images, kernel, { stride, padding, dilation, groups: node.int("group", 1) });
    return bias === undefined ? y : add(y, reshape(bias, [1, outputs, 1, 1]));
  });
}

function pool(kind: "max" | "average"): Operator {
  return (node) => {
    const x = node.tensor(0);
    if (node.int("ceil_mode", 0) === 1) throw node.error("onnx/unsupported", "has ceil_mode = 1; supported is 0");
    const { kernel, stride, padding, dilation } = windowOf(node, x, node.optionalInts("kernel_shape") ?? []);
    if (dilation.some((step) => step !== 1)) throw node.error("onnx/unsupported", "has dilations; supported is 1");
    return asImages(node, x, (images) =>
      kind === "max"
        ? maxPool2d(images, { window: kernel, stride, padding })
        : avgPool2d(images, { window: kernel, stride, padding, countPadding: node.int("count_include_pad", 0) === 1 }),
    );
  };
}

const spatialAxes = (x: AnyTensor): number[] => x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));

/** Matrix products, convolution and pooling, by type. */
export const LINEAR: Readonly<Record<string, Operator>> = {
  MatMul: matmulNode,
  Gemm: gemm,
  Conv: conv,
  MaxPool: pool("max"),
  AveragePool: pool("average"),
  GlobalAveragePool: (node) => mean(node.tensor(0), spatialAxes(node.tensor(0)), true),
  GlobalMaxPool: (node) => max(node.tensor(0), spatialAxes(node.tensor(0)), true),
};
