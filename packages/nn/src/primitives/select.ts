/** @file Elementwise choice, conversion between element types, and the barrier. */
import { apply } from "../engine/apply.ts";
import { broadcastShapes } from "../shape/broadcast.ts";
import { type DType, isFloat } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { alignAll, inFront } from "./batching.ts";
import { scalar } from "./create.ts";
import { broadcastStrides, indexMap } from "./index-map.ts";
import { operand } from "./operands.ts";
import { definePrimitive, type Primitive } from "./primitive.ts";
import { checkSameDType } from "./shape-rules.ts";
import { unbroadcast } from "./unbroadcast.ts";

/** a where the condition is not 0, b elsewhere. */
export const wherePrimitive: Primitive<undefined> = definePrimitive({
  name: "where",
  elementwise: true,
  infer: (inputs) => {
    const a = operand(inputs, 1);
    const b = operand(inputs, 2);
    checkSameDType("where", a.dtype, b.dtype);
    const shape = broadcastShapes("where", operand(inputs, 0).shape, broadcastShapes("where", a.shape, b.shape));
    return shape === a.shape ? a : { shape, dtype: a.dtype };
  },
  vjp: (g, [condition, a, b], _, __, needs) => {
    const none = scalar(0, g.dtype);
    return [
      undefined,
      needs[1] === true ? unbroadcast(where(condition!, g, none), a!.shape) : undefined,
      needs[2] === true ? unbroadcast(where(condition!, none, g), b!.shape) : undefined,
    ];
  },
  reference: ({ data, shape }, inputs) => {
    const [condition, a, b] = inputs.map((input) => input.data);
    const [atCondition, atA, atB] = inputs.map((input) => indexMap(shape, broadcastStrides(input.shape, shape)));
    for (let i = 0; i < data.length; i += 1) {
      data[i] = condition![atCondition![i]!] !== 0 ? a![atA![i]!]! : b![atB![i]!]!;
    }
  },
  batch: (inputs) => inFront(apply(wherePrimitive, alignAll(inputs), undefined)),
});

/**
 * a where the condition is not 0 (NaN is not 0), b elsewhere; all three broadcast.
 *
 * @param condition - Any dtype, for example what a comparison gives.
 * @throws TrainlogError `shape/mismatch`; `dtype/mismatch` when a and b differ in element type.
 */
export function where(condition: AnyTensor, a: AnyTensor, b: AnyTensor): AnyTensor {
  return apply(wherePrimitive, [condition, a, b], undefined);
}

/** Attributes of {@link castPrimitive}. */
export interface CastAttributes {
  readonly dtype: DType;
}

/** Conversion to another element type. */
export const castPrimitive: Primitive<CastAttributes> = definePrimitive({
  name: "cast",
  elementwise: true,
  infer: (inputs, { dtype }) => ({ shape: operand(inputs, 0).shape, dtype }),
  vjp: (g, inputs) => {
    const { dtype } = operand(inputs, 0);
    return [isFloat(dtype) && isFloat(g.dtype) ? cast(g, dtype) : undefined];
  },
  reference: ({ data, dtype }, inputs) => {
    const x = operand(inputs, 0).data;
    if (dtype === "int32") for (let i = 0; i < data.length; i += 1) data[i] = saturated(x[i]!);
    else data.set(x);
  },
  batch: (inputs, attributes) => {
    const { tensor, axis = 0 } = operand(inputs, 0);
    return { output: apply(castPrimitive, [tensor], attributes), axis };
  },
});

function saturated(x: number): number {
  return Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

/**
 * The same numbers as another element type. To int32: cut towards 0, what does not fit becomes the nearest int32, NaN becomes 0 (as WebAssembly's
 * saturating conversion does). The same tensor when it has the type already. No gradient flows through int32.
 */
export function cast(x: AnyTensor, dtype: DType): AnyTensor {
  return x.dtype === dtype ? x : apply(castPrimitive, [x], { dtype });
}

/** The same elements; compilers take it for something unknown. */
export const barrierPrimitive: Primitive<undefined> = definePrimitive({
  name: "barrier",
  infer: (inputs) => operand(inputs, 0),
  vjp: (g) => [g],
  reference: (output, inputs) => output.data.set(operand(inputs, 0).data),
  batch: (inputs) => {
    const { tensor, axis = 0 } = operand(inputs, 0);
    return { output: barrier(tensor), axis };
  },
});

/**
 * The same tensor, through which no compiler pass may look: what is computed from it counts as different from what is computed from x, so that a
 * checkpointed function really is computed twice.
 */
export function barrier(x: AnyTensor): AnyTensor {
  return apply(barrierPrimitive, [x], undefined);
}
