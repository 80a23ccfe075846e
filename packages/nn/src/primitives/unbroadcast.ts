/** @file The transpose of broadcasting. */
import { type Shape, sameShape } from "../shape/shape.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { reshape } from "./layout.ts";
import { sum } from "./sum.ts";

/** A cotangent of shape `shape` from the one of what it was broadcast to: summed over the axes along which elements were repeated. */
export function unbroadcast(g: AnyTensor, shape: Shape): AnyTensor {
  if (sameShape(g.shape, shape)) return g;
  const missing = g.shape.length - shape.length;
  const repeated: number[] = [];
  for (let axis = 0; axis < g.shape.length; axis += 1) {
    if (axis < missing || (shape[axis - missing] === 1 && g.shape[axis] !== 1)) repeated.push(axis);
  }
  return reshape(repeated.length === 0 ? g : sum(g, repeated), shape);
}
