/** @file Normalisation of the last axis to mean 0 and variance 1, with its gradient as a primitive. */
import { apply } from "../engine/apply.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchFirst, batchRepeated, batchSize, inFront } from "./batching.ts";
import { add, mul, sub } from "./binary.ts";
import { scalar } from "./create.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { eachRow, inferRows } from "./softmax.ts";
import { mean, variance } from "./sum.ts";
import { neg, rsqrt, square } from "./unary.ts";

/** Attributes of {@link layerNormPrimitive}. */
export interface LayerNormAttributes {
  /** Added to the variance, so that constant rows do not divide by 0. */
  readonly eps: number;
}

/** Mean of a row and 1 / √(variance + eps). */
function statistics(
  x: ReferenceView["data"],
  start: number,
  end: number,
  eps: number,
): { center: number; scale: number } {
  let total = 0;
  for (let i = start; i < end; i += 1) total += x[i]!;
  const center = total / (end - start);
  let squares = 0;
  for (let i = start; i < end; i += 1) squares += (x[i]! - center) ** 2;
  return { center, scale: 1 / Math.sqrt(squares / (end - start) + eps) };
}

/** (x − mean) / √(variance + eps) along the last axis. */
export const layerNormPrimitive: Primitive<LayerNormAttributes> = definePrimitive({
  name: "layerNorm",
  infer: (inputs) => inferRows("layerNorm", operand(inputs, 0)),
  vjp: (g, inputs, _, { eps }) => [layerNormGrad(operand(inputs, 0), g, eps)],
  reference: (output, inputs, { eps }) => {
    const x = operand(inputs, 0).data;
    eachRow(output, (start, end) => {
      const { center, scale } = statistics(x, start, end, eps);
      for (let i = start; i < end; i += 1) output.data[i] = (x[i]! - center) * scale;
    });
  },
  batch: (inputs, { eps }) => inFront(layerNorm(batchFirst(operand(inputs, 0)), eps)),
});

/** Cotangent of layerNorm's argument x from the cotangent g of its result y: (g − mean g − y · mean(g·y)) / √(variance + eps). */
export const layerNormGradPrimitive: Primitive<LayerNormAttributes> = definePrimitive({
  name: "layerNormGrad",
  infer: (inputs) => operand(inputs, 0),
  vjp: (u, inputs, _, { eps }, needs) => {
    const x = operand(inputs, 0);
    return [
      needs[0] === true ? secondOrder(u, x, operand(inputs, 1), eps) : undefined,
      // The Jacobian of layerNorm is symmetric.
      needs[1] === true ? layerNormGrad(x, u, eps) : undefined,
    ];
  },
  reference: (output, inputs, { eps }) => {
    const x = operand(inputs, 0).data;
    const g = operand(inputs, 1).data;
    eachRow(output, (start, end) => gradientRow(output.data, x, g, start, end, eps));
  },
  batch: (inputs, { eps }) => {
    const size = batchSize(inputs);
    return inFront(layerNormGrad(batchRepeated(inputs[0]!, size), batchRepeated(inputs[1]!, size), eps));
  },
});

function gradientRow(
  dx: ReferenceView["data"],
  x: ReferenceView["data"],
  g: ReferenceView["data"],
  start: number,
  end: number,
  eps: number,
): void {
  const { center, scale } = statistics(x, start, end, eps);
  const length = end - start;
  let total = 0;
  let dot = 0;
  for (let i = start; i < end; i += 1) {
    total += g[i]!;
    dot += g[i]! * (x[i]! - center) * scale;
  }
  for (let i = start; i < end; i += 1) {
    dx[i] = scale * (g[i]! - total / length - ((x[i]! - center) * scale * dot) / length);
  }
}

/**
 * Gradient of ⟨u, layerNormGrad(x, g)⟩ by x.
 *
 * With y = layerNorm(x), r = 1/√(variance + eps), c = mean(g·y), d = mean(u·y) and J the Jacobian of y, the product is r·(Σu·g − n·mean u·mean g) − r·n·c·d;
 * ∂r/∂x = −r²·y/n and n·∂c/∂x = J·g give −r²·y·(mean(u·g) − mean u·mean g − c·d) − r·(d·J·g + c·J·u), where J·g is layerNormGrad(x, g).
 */
function secondOrder(u: AnyTensor, x: AnyTensor, g: AnyTensor, eps: number): AnyTensor {
  const average = (value: AnyTensor): AnyTensor => mean(value, [-1], true);
  const y = layerNorm(x, eps);
  const r = rsqrt(add(variance(x, [-1], true), scalar(eps, x.dtype)));
  const c = average(mul(g, y));
  const d = average(mul(u, y));
  const covariance = sub(sub(average(mul(u, g)), mul(average(u), average(g))), mul(c, d));
  const byScale = mul(mul(square(r), y), covariance);
  const byRow = mul(r, add(mul(d, layerNormGrad(x, g, eps)), mul(c, layerNormGrad(x, u, eps))));
  return neg(add(byScale, byRow));
}

function layerNormGrad(x: AnyTensor, g: AnyTensor, eps: number): AnyTensor {
  return apply(layerNormGradPrimitive, [x, g], { eps });
}

/**
 * (x − mean) / √(variance + eps) along the last axis, without learned scale and shift. The variance is that of the row (divided by n), as in PyTorch.
 *
 * @throws TrainlogError `dtype/mismatch`, `shape/bad-axis` for a scalar.
 */
export function layerNorm(x: AnyTensor, eps: number): AnyTensor {
  return apply(layerNormPrimitive, [x], { eps });
}
