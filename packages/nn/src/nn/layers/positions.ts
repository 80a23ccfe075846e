/** @file Positional encodings: sinusoidal and learned (added to a sequence), rotary (turns queries and keys). */

import { TrainlogError } from "../../error.ts";
import { type Checks, numberIn } from "../../options/check-options.ts";
import { add, cast, concat, cos, exp, iota, mul, reshape, scalar, sin, slice, sub } from "../../primitives/index.ts";
import type { ShowSize, SizeFits } from "../../shape/shape-error.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { normal } from "../init/init.ts";
import type { Initializer } from "../init/initializer.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions, SHARED_CHECKS } from "../layer-options.ts";
import type { LayerType, WrongInput } from "../layer-type.ts";
import { ANY_SIZE, checkCount, sizeFits, wrongInput } from "../shape-check.ts";

/** `[length, Size]` → the same. */
export interface Positions<Size extends number, Label extends string> extends LayerType {
  readonly input: [number, Size];
  readonly dtype: "float";
  readonly out: this["in"] extends readonly [unknown, infer Last]
    ? SizeFits<Last, Size> extends true
      ? this["in"]
      : WrongInput<Label, `[?, ${ShowSize<Size>}]`, this["in"]>
    : WrongInput<Label, `[?, ${ShowSize<Size>}]`, this["in"]>;
}

/**
 * Adds sines and cosines of the position: element 2i of position p gets sin(p / 10000^(2i/size)), element 2i + 1 the cosine. Vaswani et al., 2017.
 *
 * Shape `[length, size]` → the same; no parameters, any length.
 *
 * @param size - Length of a vector, even.
 * @throws TrainlogError `nn/bad-option`.
 */
export function sinusoidalPositions<const Size extends number>(
  size: Size,
): M<Positions<Size, `sinusoidalPositions(${ShowSize<Size>})`>> {
  checkEven("the vector size of sinusoidalPositions", size);
  const label = `sinusoidalPositions(${size})`;
  return defineLayer<Positions<Size, `sinusoidalPositions(${ShowSize<Size>})`>>({
    kind: "sinusoidalPositions",
    label,
    inputShape: [ANY_SIZE, size],
    outputShape: (input) => checkSequence(label, input, size),
    forward: (_, x) => {
      const length = checkSequence(label, x.shape.slice(1), size)[0] ?? 0;
      const angles = positionAngles(length, size, 10_000, floatOf(x));
      return add(x, interleave(sin(angles), cos(angles)));
    },
  });
}

/** Options of {@link learnedPositions}. */
export interface LearnedPositionsOptions {
  /** First weight. Default standard normal, as of an embedding. */
  readonly weightInit?: Initializer;
}

/**
 * Adds a learned vector for each position. Parameter `weight` `[maxLength, size]`.
 *
 * Shape `[length, size]` → the same, `length` at most `maxLength`.
 *
 * @throws TrainlogError `nn/bad-option`; when applied to a longer sequence `shape/mismatch`.
 */
export function learnedPositions<const Max extends number, const Size extends number>(
  maxLength: Max,
  size: Size,
  options: LearnedPositionsOptions = {},
): M<Positions<Size, `learnedPositions(${ShowSize<Max>}, ${ShowSize<Size>})`>> {
  checkNnOptions("learnedPositions", options, { weightInit: SHARED_CHECKS.weightInit });
  const { weightInit = normal() } = options;
  checkCount("the longest sequence of learnedPositions", maxLength);
  checkCount("the vector size of learnedPositions", size);
  const label = `learnedPositions(${maxLength}, ${size})`;
  const check = (input: readonly number[]): readonly number[] => {
    checkSequence(label, input, size);
    if ((input[0] ?? 0) > maxLength) throw wrongInput(label, `[up to ${maxLength}, ${size}]`, input);
    return input;
  };
  return defineLayer<Positions<Size, `learnedPositions(${ShowSize<Max>}, ${ShowSize<Size>})`>>({
    kind: "learnedPositions",
    label,
    inputShape: [ANY_SIZE, size],
    parameters: { weight: { shape: [maxLength, size], init: weightInit } },
    outputShape: check,
    forward: (self, x) => {
      const length = check(x.shape.slice(1))[0] ?? 0;
      return add(x, slice(self.parameter("weight"), [0, 0], [length, size]));
    },
  });
}

/** Options of {@link rotate}. */
export interface RotaryOptions {
  /** Longest wavelength is 2π·base. Default 10,000. */
  readonly base?: number;
}

const ROTARY_CHECKS: Checks = { base: numberIn({ above: 0 }) };

/**
 * Rotary positions (RoFormer, Su et al., 2021): turns each pair of neighbouring elements (2i, 2i + 1) of position p by the angle p / base^(2i/size), so
 * that the product of a query and a key depends on their distance only.
 *
 * @param x - Shape `[..., length, size]`, `size` even: queries or keys.
 * @returns The same shape.
 * @throws TrainlogError `nn/bad-option` for an odd size.
 */
export function rotate(x: AnyTensor, options: RotaryOptions = {}): AnyTensor {
  checkNnOptions("rotate", options, ROTARY_CHECKS);
  const { base = 10_000 } = options;
  const size = x.shape.at(-1) ?? 0;
  const length = x.shape.at(-2) ?? 0;
  checkEven("the size that rotary positions turn", size);
  const angles = positionAngles(length, size, base, floatOf(x));
  const pairs = reshape(x, [...x.shape.slice(0, -1), size / 2, 2]);
  const half = (which: 0 | 1): AnyTensor => {
    const starts = pairs.shape.map((_, axis) => (axis === pairs.shape.length - 1 ? which : 0));
    const ends = pairs.shape.map((end, axis) => (axis === pairs.shape.length - 1 ? which + 1 : end));
    return reshape(slice(pairs, starts, ends), pairs.shape.slice(0, -1));
  };
  const [even, odd] = [half(0), half(1)];
  const [c, s] = [cos(angles), sin(angles)];
  return interleave(sub(mul(even, c), mul(odd, s)), add(mul(even, s), mul(odd, c)));
}

/** p / base^(2i/size): shape `[length, size / 2]`. */
function positionAngles(length: number, size: number, base: number, dtype: FloatDType): AnyTensor {
  const position = cast(iota([length, size / 2], 0, "int32"), dtype);
  const pair = cast(iota([length, size / 2], 1, "int32"), dtype);
  return mul(position, exp(mul(pair, scalar((-2 * Math.log(base)) / size, dtype))));
}

/** a₀ b₀ a₁ b₁ …: `[..., n]` and `[..., n]` → `[..., 2n]`. */
function interleave(a: AnyTensor, b: AnyTensor): AnyTensor {
  const columns = [...a.shape, 1];
  const both = concat([reshape(a, columns), reshape(b, columns)], a.shape.length);
  return reshape(both, [...a.shape.slice(0, -1), 2 * (a.shape.at(-1) ?? 0)]);
}

function floatOf(x: AnyTensor): FloatDType {
  return x.dtype === "f64" ? "f64" : "float";
}

function checkSequence(label: string, input: readonly number[], size: number): readonly number[] {
  if (input.length !== 2 || !sizeFits(input[1], size)) throw wrongInput(label, `[?, ${size}]`, input);
  return input;
}

function checkEven(what: string, size: number): void {
  checkCount(what, size);
  if (size % 2 !== 0)
    throw new TrainlogError("nn/bad-option", `${what} is even, for pairs of sine and cosine; got ${size}`);
}
