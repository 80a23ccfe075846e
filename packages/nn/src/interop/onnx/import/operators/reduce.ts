/** @file Reductions, sorting out which axes in every version of the operators. */
import {
  abs,
  add,
  argmax,
  cumsum,
  exp,
  flip,
  log,
  max,
  mean,
  min,
  mul,
  neg,
  reshape,
  sqrt,
  sub,
  sum,
} from "../../../../primitives/index.ts";
import type { AnyTensor } from "../../../../tensor/tensor.ts";
import { frontAxis, type NodeContext, type Operator } from "../context.ts";

type Reduction = (x: AnyTensor, axes: readonly number[], keepDims: boolean) => AnyTensor;

function reduction(fn: Reduction): Operator {
  return (node) => {
    const x = node.tensor(0);
    const given = node.intsFrom(1, "axes");
    if (given?.length === 0 && node.int("noop_with_empty_axes", 0) === 1) return x;
    const axes =
      given === undefined || given.length === 0
        ? x.shape.map((_, axis) => axis)
        : given.map((axis) => frontAxis(axis, x.rank));
    return fn(x, axes, node.int("keepdims", 1) === 1);
  };
}

function logSumExp(x: AnyTensor, axes: readonly number[], keepDims: boolean): AnyTensor {
  const top = max(x, axes, true);
  const total = add(log(sum(exp(sub(x, top)), axes, true)), top);
  return keepDims
    ? total
    : reshape(
        total,
        total.shape.filter((_, axis) => !axes.includes(axis)),
      );
}

function argExtreme(of: (x: AnyTensor) => AnyTensor): Operator {
  return (node) => {
    const x = of(node.tensor(0));
    const axis = frontAxis(node.int("axis", 0), x.rank);
    if (node.int("select_last_index", 0) === 1) {
      throw node.error("onnx/unsupported", "has select_last_index = 1; supported is the first index");
    }
    const found = argmax(x, axis);
    return node.int("keepdims", 1) === 1 ? reshape(found, x.shape.with(axis, 1)) : found;
  };
}

function cumulative(node: NodeContext): AnyTensor {
  const x = node.tensor(0);
  const axis = frontAxis(node.host(1).data[0] ?? 0, x.rank);
  const reverse = node.int("reverse", 0) === 1;
  const ordered = reverse ? flip(x, [axis]) : x;
  const running = cumsum(ordered, axis);
  const total = node.int("exclusive", 0) === 1 ? sub(running, ordered) : running;
  return reverse ? flip(total, [axis]) : total;
}

/** Reductions by type. */
export const REDUCE: Readonly<Record<string, Operator>> = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceMax: reduction(max),
  ReduceMin: reduction(min),
  ReduceL1: reduction((x, axes, keep) => sum(abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => sqrt(sum(mul(x, x), axes, keep))),
  ReduceSumSquare: reduction((x, axes, keep) => sum(mul(x, x), axes, keep)),
  ReduceLogSum: reduction((x, axes, keep) => log(sum(x, axes, keep))),
  ReduceLogSumExp: reduction(logSumExp),
  ArgMax: argExtreme((x) => x),
  ArgMin: argExtreme(neg),
  CumSum: cumulative,
};
