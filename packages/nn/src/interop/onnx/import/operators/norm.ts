/** @file Normalisations and softmax. */
import {
  add,
  layerNorm,
  logSoftmax,
  mean,
  mul,
  reshape,
  rsqrt,
  softmax,
  sub,
  transpose,
} from "../../../../primitives/index.ts";
import { sizeOf } from "../../../../shape/shape.ts";
import type { AnyTensor } from "../../../../tensor/tensor.ts";
import { frontAxis, type NodeContext, type Operator } from "../context.ts";
import { like } from "./elementwise.ts";

/** Runs a function of the last axis along another one. */
function along(axis: number, x: AnyTensor, fn: (x: AnyTensor) => AnyTensor): AnyTensor {
  const last = x.rank - 1;
  if (axis === last) return fn(x);
  const swapped = x.shape.map((_, index) => (index === axis ? last : index === last ? axis : index));
  return transpose(fn(transpose(x, swapped)), swapped);
}

function softmaxWith(fn: (x: AnyTensor) => AnyTensor): Operator {
  return (node) => {
    const x = node.tensor(0);
    if (node.opset >= 13) return along(frontAxis(node.int("axis", -1), x.rank), x, fn);
    // Before operator set 13 all axes from the given one on are one.
    const axis = frontAxis(node.int("axis", 1), x.rank);
    return reshape(fn(reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])), x.shape);
  };
}

/** Normalises all axes from `axis` on as one. */
function layerNormNode(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axis = frontAxis(node.int("axis", -1), x.rank);
  const rows = reshape(x, [...x.shape.slice(0, axis), sizeOf(x.shape.slice(axis))]);
  const normed = reshape(layerNorm(rows, node.float("epsilon", 1e-5)), x.shape);
  const bias = node.optionalTensor(2);
  const scaled = mul(normed, node.tensor(1));
  return bias === undefined ? scaled : add(scaled, bias);
}

function rmsNorm(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const first = frontAxis(node.int("axis", -1), x.rank);
  const axes = x.shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
  const size = add(mean(mul(x, x), axes, true), like(x, node.float("epsilon", 1e-5)));
  return mul(mul(x, rsqrt(size)), node.tensor(1));
}

/** Per-channel numbers in a shape that broadcasts over `[batch, channels, …]`. */
function perChannel(values: AnyTensor, rank: number): AnyTensor {
  return reshape(values, [1, values.size, ...Array<number>(rank - 2).fill(1)]);
}

/** By the statistics that the file has, also in training: fine-tuning with frozen statistics. */
function batchNorm(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const [scale, bias, mu, variance] = [1, 2, 3, 4].map((index) => perChannel(node.tensor(index), x.rank));
  if (!(scale && bias && mu && variance)) throw node.error("onnx/bad-node", "needs five inputs");
  const inverse = rsqrt(add(variance, like(variance, node.float("epsilon", 1e-5))));
  return add(mul(mul(sub(x, mu), inverse), scale), bias);
}

/** Instance norm is group norm with a group per channel. */
function groupNorm(node: NodeContext, groups: number): AnyTensor {
  const x = node.tensor(0);
  const [batch = 0, channels = 0] = x.shape;
  const rows = reshape(x, [batch, groups, x.size / Math.max(batch * groups, 1)]);
  const normed = reshape(layerNorm(rows, node.float("epsilon", 1e-5)), x.shape);
  const spread = (values: AnyTensor): AnyTensor => {
    if (values.size === channels) return perChannel(values, x.rank);
    throw node.error(
      "onnx/unsupported",
      `has a scale per group (operator set ${node.opset}); supported is one per channel, from 21 on`,
    );
  };
  return add(mul(normed, spread(node.tensor(1))), spread(node.tensor(2)));
}

/** Normalisations and softmax, by type. */
export const NORM: Readonly<Record<string, Operator>> = {
  Softmax: softmaxWith(softmax),
  LogSoftmax: softmaxWith(logSoftmax),
  LayerNormalization: layerNormNode,
  RMSNormalization: rmsNorm,
  BatchNormalization: batchNorm,
  InstanceNormalization: (node) => groupNorm(node, node.tensor(0).shape[1] ?? 1),
  GroupNormalization: (node) => groupNorm(node, node.int("num_groups", 1)),
};
