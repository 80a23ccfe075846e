/** @file How an elementwise primitive of two operands is made from a function of two numbers. */
import { apply } from "../engine/apply.ts";
import { broadcastShapes } from "../shape/broadcast.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { alignAll, inFront } from "./batching.ts";
import { broadcastStrides, indexMap } from "./index-map.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { checkFloat, checkSameDType } from "./shape-rules.ts";
import { unbroadcast } from "./unbroadcast.ts";

/** Cotangent of one operand from the cotangent g of y, before broadcasting is undone. */
type PartialGradient = (g: AnyTensor, a: AnyTensor, b: AnyTensor, y: AnyTensor) => AnyTensor;

/** What sets one function apart from the others. */
export interface BinaryRule {
  /** The function, in double precision. */
  readonly compute: (a: number, b: number) => number;
  /** The function on int32; without it int32 is refused. */
  readonly integer?: (a: number, b: number) => number;
  /** Cotangents of a and b; without them no gradient flows. */
  readonly gradients?: readonly [PartialGradient, PartialGradient];
}

/** An elementwise primitive. */
export function defineBinary(name: string, { compute, integer, gradients }: BinaryRule): Primitive<undefined> {
  const primitive: Primitive<undefined> = definePrimitive({
    name,
    elementwise: true,
    infer: (inputs) => {
      const a = operand(inputs, 0);
      const b = operand(inputs, 1);
      checkSameDType(name, a.dtype, b.dtype);
      if (integer === undefined) checkFloat(name, a);
      const shape = broadcastShapes(name, a.shape, b.shape);
      if (shape === a.shape) return a;
      return shape === b.shape ? b : { shape, dtype: a.dtype };
    },
    ...(gradients && { vjp: (g, inputs, y, _, needs) => cotangents(gradients, g, inputs, y, needs) }),
    reference: (output, inputs) => {
      const f = output.dtype === "int32" ? (integer ?? compute) : compute;
      combine(f, output, operand(inputs, 0), operand(inputs, 1));
    },
    batch: (inputs) => inFront(apply(primitive, alignAll(inputs), undefined)),
  });
  return primitive;
}

function cotangents(
  gradients: readonly [PartialGradient, PartialGradient],
  g: AnyTensor,
  inputs: readonly AnyTensor[],
  y: AnyTensor,
  needs: readonly boolean[],
): (AnyTensor | undefined)[] {
  const a = operand(inputs, 0);
  const b = operand(inputs, 1);
  return [
    needs[0] === true ? unbroadcast(gradients[0](g, a, b, y), a.shape) : undefined,
    needs[1] === true ? unbroadcast(gradients[1](g, a, b, y), b.shape) : undefined,
  ];
}

function combine(
  f: (a: number, b: number) => number,
  { data, shape }: ReferenceView,
  a: ReferenceView,
  b: ReferenceView,
): void {
  if (a.data.length === data.length && b.data.length === data.length) {
    for (let i = 0; i < data.length; i += 1) data[i] = f(a.data[i]!, b.data[i]!);
    return;
  }
  const fromA = indexMap(shape, broadcastStrides(a.shape, shape));
  const fromB = indexMap(shape, broadcastStrides(b.shape, shape));
  for (let i = 0; i < data.length; i += 1) data[i] = f(a.data[fromA[i]!]!, b.data[fromB[i]!]!);
}
