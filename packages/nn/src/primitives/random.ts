/**
 * @file Randomness as a function of keys: the same key gives the same numbers, on every machine and backend.
 *
 * As in JAX (its "partitionable" mode, the default since 0.5), bit for bit: element i of any tensor is the scramble of the counter i under the key, so
 * elements are independent of each other and of the order of computation. A key has two int32 words and is used once; `splitKey` and `foldIn` make new
 * ones. All functions take keys with leading axes too, `[…, 2]`, and then give one result per key.
 */

import { apply } from "../engine/apply.ts";
import { TrainlogError } from "../error.ts";
import { broadcastShapes } from "../shape/broadcast.ts";
import { checkShape, type Shape, showShape, sizeOf } from "../shape/shape.ts";
import { shapeError } from "../shape/shape-error.ts";
import { type DType, type FloatDType, isFloat } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { batchAligned, batchFirst, exampleRank, inFront } from "./batching.ts";
import { broadcastStrides, indexMap } from "./index-map.ts";
import { operand } from "./operands.ts";
import { type Abstract, definePrimitive, type Primitive, type ReferenceView } from "./primitive.ts";
import { checkInt32 } from "./shape-rules.ts";
import { threefry2x32, type Words } from "./threefry.ts";

/** The leading axes of keys. */
function checkKeys(operation: string, key: Abstract): Shape {
  checkInt32(operation, "the key", key);
  if (key.shape.at(-1) === 2) return key.shape.slice(0, -1);
  throw shapeError(
    `${operation}: this is no key (random.key makes one)`,
    "[2], or [..., 2] for many",
    showShape(key.shape),
  );
}

/** Calls `visit` with 64 bits for each of `count` counters under each key. */
function eachBits(keys: ReferenceView, count: number, visit: (at: number, bits: Words) => void): void {
  for (let k = 0; k < keys.data.length / 2; k += 1) {
    const key: Words = [keys.data[2 * k]!, keys.data[2 * k + 1]!];
    for (let i = 0; i < count; i += 1) visit(k * count + i, threefry2x32(key, [Math.floor(i / 2 ** 32), i]));
  }
}

/** Attributes of {@link randomBitsPrimitive}. */
export interface RandomBitsAttributes {
  readonly shape: Shape;
}

/** 32 random bits per element. */
export const randomBitsPrimitive: Primitive<RandomBitsAttributes> = definePrimitive({
  name: "randomBits",
  infer: (inputs, { shape }) => ({ shape: [...checkKeys("randomBits", operand(inputs, 0)), ...shape], dtype: "int32" }),
  reference: ({ data }, inputs, { shape }) => {
    eachBits(operand(inputs, 0), sizeOf(shape), (at, [high, low]) => {
      data[at] = high ^ low;
    });
  },
  batch: (inputs, { shape }) => inFront(randomBits(batchFirst(operand(inputs, 0)), shape)),
});

/**
 * 32 random bits per element, as int32; the same as JAX's `random.bits`.
 *
 * @param key - int32, shape `[2]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch` for what is not a key, `shape/bad-size`.
 */
export function randomBits(key: AnyTensor, shape: Shape): AnyTensor {
  return apply(randomBitsPrimitive, [key], { shape: checkShape(shape) });
}

/** Attributes of {@link uniformPrimitive}. */
export interface UniformAttributes {
  readonly shape: Shape;
  readonly dtype: FloatDType;
}

/** A random number from [0, 1) per element. */
export const uniformPrimitive: Primitive<UniformAttributes> = definePrimitive({
  name: "uniform",
  infer: (inputs, { shape, dtype }) => ({ shape: [...checkKeys("uniform", operand(inputs, 0)), ...shape], dtype }),
  reference: ({ data }, inputs, { shape, dtype }) => {
    const fraction = dtype === "float" ? fractionOf23Bits : fractionOf52Bits;
    eachBits(operand(inputs, 0), sizeOf(shape), (at, bits) => {
      data[at] = fraction(bits);
    });
  },
  batch: (inputs, { shape, dtype }) => inFront(uniform(batchFirst(operand(inputs, 0)), shape, dtype)),
});

/** The upper 23 of 32 bits as a multiple of 2^-23. */
function fractionOf23Bits([high, low]: Words): number {
  return ((high ^ low) >>> 9) * 2 ** -23;
}

/** The upper 52 of 64 bits as a multiple of 2^-52. */
function fractionOf52Bits([high, low]: Words): number {
  return ((high >>> 0) * 2 ** 20 + (low >>> 12)) * 2 ** -52;
}

/**
 * A random number from [0, 1) per element, all equally likely; the same as JAX's `random.uniform`.
 *
 * float has 23 random bits (a multiple of 2^-23), f64 has 52, because JAX fills the mantissa of a number from [1, 2) and subtracts 1. No gradient flows.
 *
 * @param key - int32, shape `[2]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch` for what is not a key and for dtype int32, `shape/bad-size`.
 */
export function uniform(key: AnyTensor, shape: Shape, dtype: DType): AnyTensor {
  if (!isFloat(dtype)) {
    throw new TrainlogError(
      "dtype/mismatch",
      "uniform: gives float or f64, not int32; for whole numbers use randomBits",
    );
  }
  return apply(uniformPrimitive, [key], { shape: checkShape(shape), dtype });
}

/** Attributes of {@link splitKeyPrimitive}. */
export interface SplitKeyAttributes {
  readonly count: number;
}

/** New keys from one. */
export const splitKeyPrimitive: Primitive<SplitKeyAttributes> = definePrimitive({
  name: "splitKey",
  infer: (inputs, { count }) => ({ shape: [...checkKeys("splitKey", operand(inputs, 0)), count, 2], dtype: "int32" }),
  reference: ({ data }, inputs, { count }) => {
    eachBits(operand(inputs, 0), count, (at, bits) => data.set(bits, 2 * at));
  },
  batch: (inputs, { count }) => inFront(splitKey(batchFirst(operand(inputs, 0)), count)),
});

/**
 * `count` new keys from one; the same as JAX's `random.split`.
 *
 * @param key - int32, shape `[2]`; not to be used otherwise.
 * @returns int32, shape `[count, 2]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch` for what is not a key, `shape/bad-size`.
 */
export function splitKey(key: AnyTensor, count: number): AnyTensor {
  checkShape([count]);
  return apply(splitKeyPrimitive, [key], { count });
}

/** A new key from a key and a number. */
export const foldInPrimitive: Primitive<undefined> = definePrimitive({
  name: "foldIn",
  infer: (inputs) => {
    const keys = checkKeys("foldIn", operand(inputs, 0));
    const data = operand(inputs, 1);
    checkInt32("foldIn", "the number", data);
    return { shape: [...broadcastShapes("foldIn", keys, data.shape), 2], dtype: "int32" };
  },
  reference: ({ data, shape }, inputs) => {
    const keys = operand(inputs, 0);
    const numbers = operand(inputs, 1);
    const lead = shape.slice(0, -1);
    const fromKey = indexMap(lead, broadcastStrides(keys.shape.slice(0, -1), lead));
    const fromNumber = indexMap(lead, broadcastStrides(numbers.shape, lead));
    for (let i = 0; i < fromKey.length; i += 1) {
      const at = 2 * fromKey[i]!;
      data.set(threefry2x32([keys.data[at]!, keys.data[at + 1]!], [0, numbers.data[fromNumber[i]!]!]), 2 * i);
    }
  },
  batch: (inputs) => {
    const [key, number] = inputs;
    const rank = Math.max(exampleRank(key!) - 1, exampleRank(number!));
    return inFront(foldIn(batchAligned(key!, rank + 1), batchAligned(number!, rank)));
  },
});

/**
 * A new key from a key and a number, for example of a step or a layer; the same as JAX's `random.fold_in`.
 *
 * @param key - int32, shape `[2]`; may be used with many numbers, and not otherwise.
 * @param number - int32, a scalar.
 * @returns int32, shape `[2]`.
 * @throws TrainlogError `shape/mismatch`, `dtype/mismatch`.
 */
export function foldIn(key: AnyTensor, number: AnyTensor): AnyTensor {
  return apply(foldInPrimitive, [key, number], undefined);
}
