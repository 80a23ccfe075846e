/** @file Reductions, softmax and normalisation as ONNX nodes. */
import type { ArgmaxAttributes } from "../../../../primitives/extremes.ts";
import type { LayerNormAttributes } from "../../../../primitives/layer-norm.ts";
import type { CumsumAttributes, ReduceAttributes } from "../../../../primitives/sum.ts";
import { allFixed, type Call, type Exporter, exporter, fixed, input } from "../call.ts";
import type { GraphWriter } from "../graph-writer.ts";

/** A reduction that ONNX has, with the axes as an input. */
function reduction(opType: string): Exporter {
  return exporter<ReduceAttributes>((write, call) => {
    const axes = allFixed(call, "an axis", call.attributes.axes);
    // No axes would mean all of them.
    if (axes.length === 0) return input(call, 0).name;
    return write.node(opType, [input(call, 0).name, write.ints(axes)], {
      keepdims: { int: call.attributes.keepDims ? 1 : 0 },
    });
  });
}

/** Sum or mean of the last axis, which stays with length 1. */
function ofRows(write: GraphWriter, opType: "ReduceSum" | "ReduceMean", x: string): string {
  return write.node(opType, [x, write.ints([-1])], { keepdims: { int: 1 } });
}

/** Softmax among the scores on and below the diagonal: what lies above is −∞ to it. */
function causalSoftmax(write: GraphWriter, call: Call): string {
  const x = input(call, 0);
  const ones = write.node("Expand", [write.scalar(1, "int32"), write.sizes(x.shape.slice(-2))]);
  const isVisible = write.toCondition(write.node("Trilu", [ones], { upper: { int: 0 } }));
  const masked = write.node("Where", [isVisible, x.name, write.scalar(Number.NEGATIVE_INFINITY, x.dtype)]);
  return write.node("Softmax", [masked], { axis: { int: -1 } });
}

function softmaxGrad(write: GraphWriter, call: Call): string {
  const [y, g] = [input(call, 0).name, input(call, 1).name];
  const dot = ofRows(write, "ReduceSum", write.node("Mul", [g, y]));
  return write.node("Mul", [y, write.node("Sub", [g, dot])]);
}

function logSoftmaxGrad(write: GraphWriter, call: Call): string {
  const [y, g] = [input(call, 0).name, input(call, 1).name];
  return write.node("Sub", [g, write.node("Mul", [write.node("Exp", [y]), ofRows(write, "ReduceSum", g)])]);
}

/** LayerNormalization without scale and shift, and 1 / √(variance + eps) of each row. */
export interface Normalised {
  readonly y: string;
  readonly scale: string;
}

/** Normalises the rows of the first input. */
export function normalised(write: GraphWriter, call: Call<LayerNormAttributes>): Normalised {
  const x = input(call, 0);
  const length = fixed(call, "the last size", x.shape.at(-1) ?? 1);
  const ones = write.ones(length, x.dtype);
  const attributes = { axis: { int: -1 }, epsilon: { float: fixed(call, "eps", call.attributes.eps) } };
  const outputs = ["normalised", "mean", "scale"].map((hint) => write.fresh(hint));
  const [y = "", , scale = ""] = write.nodeOf("LayerNormalization", [x.name, ones], attributes, outputs);
  return { y, scale };
}

/** The gradient of layerNorm from what was normalised. */
export function layerNormGrad(write: GraphWriter, call: Call, { y, scale }: Normalised): string {
  const g = input(call, 1).name;
  const alongY = write.node("Mul", [y, ofRows(write, "ReduceMean", write.node("Mul", [g, y]))]);
  const rest = write.node("Sub", [write.node("Sub", [g, ofRows(write, "ReduceMean", g)]), alongY]);
  return write.node("Mul", [scale, rest]);
}

/** Reductions, softmax and normalisation, by name. */
export const REDUCE: Readonly<Record<string, Exporter>> = {
  sum: reduction("ReduceSum"),
  max: reduction("ReduceMax"),
  min: reduction("ReduceMin"),
  argmax: exporter<ArgmaxAttributes>((write, call) => {
    const attributes = { axis: { int: fixed(call, "the axis", call.attributes.axis) }, keepdims: { int: 0 } };
    return write.cast(write.node("ArgMax", [input(call, 0).name], attributes), "int32");
  }),
  cumsum: exporter<CumsumAttributes>((write, call) => {
    const axis = write.int(fixed(call, "the axis", call.attributes.axis));
    return write.node("CumSum", [input(call, 0).name, axis], { reverse: { int: call.attributes.reverse ? 1 : 0 } });
  }),
  softmax: (write, call) => write.node("Softmax", [input(call, 0).name], { axis: { int: -1 } }),
  causalSoftmax,
  logSoftmax: (write, call) => write.node("LogSoftmax", [input(call, 0).name], { axis: { int: -1 } }),
  softmaxGrad,
  logSoftmaxGrad,
  layerNorm: exporter<LayerNormAttributes>((write, call) => {
    const attributes = { axis: { int: -1 }, epsilon: { float: fixed(call, "eps", call.attributes.eps) } };
    const x = input(call, 0);
    return write.node(
      "LayerNormalization",
      [x.name, write.ones(fixed(call, "the last size", x.shape.at(-1) ?? 1), x.dtype)],
      attributes,
    );
  }),
  layerNormGrad: exporter<LayerNormAttributes>((write, call) => layerNormGrad(write, call, normalised(write, call))),
};
