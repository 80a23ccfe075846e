/** @file `tensorpack`: a pack written down with literals. */

import { describeValue, TrainlogError } from "../error.ts";
import type { LiteralShape } from "../shape/literal.ts";
import type { Check, Checked } from "../shape/shape-error.ts";
import { type NumberArray, tensor } from "./create.ts";
import type { NestedNumbers } from "./format.ts";
import type { TensorPack } from "./pack.ts";
import { type AnyTensor, Tensor } from "./tensor.ts";

/** What {@link tensorpack} takes: numbers and nested arrays of numbers stand for tensors. */
export type PackLiteral = AnyTensor | NestedNumbers | NumberArray | { readonly [name: string]: PackLiteral };

/** The pack that a literal stands for. */
export type PackOf<T> = T extends AnyTensor
  ? T
  : T extends NestedNumbers
    ? Tensor<Checked<LiteralShape<T>>>
    : T extends Float32Array
      ? Tensor<[number]>
      : T extends Float64Array
        ? Tensor<[number], "f64">
        : T extends Int32Array
          ? Tensor<[number], "int32">
          : { -readonly [Name in keyof T]: PackOf<T[Name]> };

/** Errors of ragged literals in their places. */
type CheckPack<T> = T extends AnyTensor | NumberArray
  ? unknown
  : T extends NestedNumbers
    ? Check<LiteralShape<T>>
    : { readonly [Name in keyof T]: CheckPack<T[Name]> };

/**
 * A pack of tensors: numbers and arrays become tensors, tensors stay.
 *
 * @throws TrainlogError `tensor/bad-pack` for what is neither numbers nor a tensor nor a record of them; as `tensor`, naming the place in the pack.
 *
 * @example
 * const params = tensorpack({ weight: [[0.5, -0.5]], bias: [0] });   // { weight: Tensor<[1, 2]>; bias: Tensor<[1]> }
 */
export function tensorpack<const T extends { readonly [name: string]: PackLiteral }>(
  pack: T & CheckPack<T>,
): PackOf<T> {
  // `PackOf` follows `build` case by case.
  return build(pack, "") as TensorPack as PackOf<T>;
}

function build(literal: PackLiteral, place: string): TensorPack {
  if (literal instanceof Tensor) return literal;
  if (isRecord(literal)) {
    const inner = (name: string): string => (place === "" ? name : `${place}.${name}`);
    return Object.fromEntries(Object.entries(literal).map(([name, part]) => [name, build(part, inner(name))]));
  }
  if (literal === null || (typeof literal !== "number" && typeof literal !== "object")) throw notAPart(literal, place);
  try {
    return tensor<NestedNumbers | NumberArray>(literal);
  } catch (error) {
    if (!(error instanceof TrainlogError)) throw error;
    throw new TrainlogError(error.code, `tensorpack: "${place}": ${error.message}`, { cause: error });
  }
}

function notAPart(literal: unknown, place: string): TrainlogError {
  return new TrainlogError(
    "tensor/bad-pack",
    `tensorpack: ${place === "" ? "the pack" : `"${place}"`} is ${describeValue(literal)}; a pack is written with numbers, arrays of numbers, tensors and records of them`,
  );
}

function isRecord(literal: PackLiteral): literal is { readonly [name: string]: PackLiteral } {
  if (literal === null) return false;
  return typeof literal === "object" && !Array.isArray(literal) && !ArrayBuffer.isView(literal);
}
