/**
 * @file Softmax and its logarithm over the last axis, with their gradients as primitives.
 *
 * The gradients are primitives because they are one pass over a row each; their own rules are written in terms of the same ones, so they differentiate
 * as often as wanted. The largest element is subtracted first: no row overflows.
 */
import { apply } from "../engine/apply.ts";
import { showShape } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchFirst, batchRepeated, batchSize, inFront } from "./batching.ts";
import { mul, sub } from "./binary.ts";
import { operand } from "./operands.ts";
import { type Abstract, definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { checkFloat } from "./shape-rules.ts";
import { sum } from "./sum.ts";
import { exp, neg } from "./unary.ts";

/** @internal A function of whole rows: floats with at least one axis. */
export function inferRows(operation: string, x: Abstract): Abstract {
  checkFloat(operation, x);
  if (x.shape.length > 0) return x;
  throw shapeError(
    `${operation}: works along the last axis`,
    "at least one axis",
    showShape(x.shape),
    "shape/bad-axis",
  );
}

/** @internal Calls `row(start, end)` for each row of the last axis. */
export function eachRow({ data, shape }: ReferenceView, row: (start: number, end: number) => void): void {
  const length = shape.at(-1) ?? 1;
  for (let start = 0; start < data.length; start += length) row(start, start + length);
}

function defineRows(
  name: string,
  row: (x: ReferenceView["data"], y: ReferenceView["data"], start: number, end: number) => void,
  gradient: (y: AnyTensor, g: AnyTensor) => AnyTensor,
): Primitive<undefined> {
  const primitive: Primitive<undefined> = definePrimitive({
    name,
    infer: (inputs) => inferRows(name, operand(inputs, 0)),
    vjp: (g, _, y) => [gradient(y, g)],
    reference: (output, inputs) => {
      const x = operand(inputs, 0).data;
      eachRow(output, (start, end) => row(x, output.data, start, end));
    },
    batch: (inputs) => inFront(apply(primitive, [batchFirst(operand(inputs, 0))], undefined)),
  });
  return primitive;
}

function largest(x: ReferenceView["data"], start: number, end: number): number {
  let result = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i += 1) result = Math.max(result, x[i]!);
  return result;
}

function sumOfExp(x: ReferenceView["data"], start: number, end: number, shift: number): number {
  let total = 0;
  for (let i = start; i < end; i += 1) total += Math.exp(x[i]! - shift);
  return total;
}

/** exp(x) / Σ exp(x). */
export const softmaxPrimitive: Primitive<undefined> = defineRows(
  "softmax",
  (x, y, start, end) => {
    const shift = largest(x, start, end);
    const total = sumOfExp(x, start, end, shift);
    for (let i = start; i < end; i += 1) y[i] = Math.exp(x[i]! - shift) / total;
  },
  (y, g) => apply(softmaxGradPrimitive, [y, g], undefined),
);

/** x − log Σ exp(x). */
export const logSoftmaxPrimitive: Primitive<undefined> = defineRows(
  "logSoftmax",
  (x, y, start, end) => {
    const shift = largest(x, start, end);
    const logTotal = Math.log(sumOfExp(x, start, end, shift));
    for (let i = start; i < end; i += 1) y[i] = x[i]! - shift - logTotal;
  },
  (y, g) => apply(logSoftmaxGradPrimitive, [y, g], undefined),
);

function defineRowsGradient(
  name: string,
  row: (
    dx: ReferenceView["data"],
    y: ReferenceView["data"],
    g: ReferenceView["data"],
    start: number,
    end: number,
  ) => void,
  rules: {
    readonly byY: (u: AnyTensor, y: AnyTensor, g: AnyTensor) => AnyTensor;
    readonly byG: (u: AnyTensor, y: AnyTensor) => AnyTensor;
  },
): Primitive<undefined> {
  const primitive: Primitive<undefined> = definePrimitive({
    name,
    infer: (inputs) => operand(inputs, 0),
    vjp: (u, inputs, _, __, needs) => {
      const y = operand(inputs, 0);
      return [
        needs[0] === true ? rules.byY(u, y, operand(inputs, 1)) : undefined,
        needs[1] === true ? rules.byG(u, y) : undefined,
      ];
    },
    reference: (output, inputs) => {
      const y = operand(inputs, 0).data;
      const g = operand(inputs, 1).data;
      eachRow(output, (start, end) => row(output.data, y, g, start, end));
    },
    batch: (inputs) => {
      const size = batchSize(inputs);
      const both = inputs.map((input) => batchRepeated(input, size));
      return inFront(apply(primitive, both, undefined));
    },
  });
  return primitive;
}

const rowSum = (x: AnyTensor): AnyTensor => sum(x, [-1], true);

/** Cotangent of softmax's argument from its result y and the cotangent g of it: y·(g − Σ g·y). */
export const softmaxGradPrimitive: Primitive<undefined> = defineRowsGradient(
  "softmaxGrad",
  (dx, y, g, start, end) => {
    let dot = 0;
    for (let i = start; i < end; i += 1) dot += g[i]! * y[i]!;
    for (let i = start; i < end; i += 1) dx[i] = y[i]! * (g[i]! - dot);
  },
  {
    byY: (u, y, g) => sub(mul(u, sub(g, rowSum(mul(g, y)))), mul(g, rowSum(mul(u, y)))),
    byG: (u, y) => apply(softmaxGradPrimitive, [y, u], undefined),
  },
);

/** Cotangent of logSoftmax's argument from its result y and the cotangent g of it: g − exp(y)·Σ g. */
export const logSoftmaxGradPrimitive: Primitive<undefined> = defineRowsGradient(
  "logSoftmaxGrad",
  (dx, y, g, start, end) => {
    let total = 0;
    for (let i = start; i < end; i += 1) total += g[i]!;
    for (let i = start; i < end; i += 1) dx[i] = g[i]! - Math.exp(y[i]!) * total;
  },
  {
    byY: (u, y, g) => neg(mul(mul(u, exp(y)), rowSum(g))),
    byG: (u, y) => sub(u, rowSum(mul(u, exp(y)))),
  },
);

/**
 * exp(x) / Σ exp(x) along the last axis: rows of positive numbers that add up to 1.
 *
 * @throws TrainlogError `dtype/mismatch`, `shape/bad-axis` for a scalar.
 */
export function softmax(x: AnyTensor): AnyTensor {
  return apply(softmaxPrimitive, [x], undefined);
}

/** log(softmax(x)) along the last axis, without overflow or the loss of small probabilities. Throws as {@link softmax}. */
export function logSoftmax(x: AnyTensor): AnyTensor {
  return apply(logSoftmaxPrimitive, [x], undefined);
}
