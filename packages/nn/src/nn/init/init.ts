/**
 * @file Initialisers. Formulas and defaults are those of `torch.nn.init`; the numbers come from trainlog's generator, so they differ from PyTorch's for
 * the same seed and have the same distribution.
 */

import { TrainlogError } from "../../error.ts";
import { type Check, type Checks, numberIn, oneOf } from "../../options/check-options.ts";
import { showShape, sizeOf } from "../../shape/shape.ts";
import { checkNnOptions } from "../layer-options.ts";
import { fansOf, type Initializer } from "./initializer.ts";
import { orthonormalRows } from "./orthonormal.ts";

/**
 * Every element `value`.
 *
 * @throws TrainlogError (as all initialisers) `nn/bad-option`, `nn/unknown-option`.
 */
export function constant(value: number): Initializer {
  checkNumbers("constant", { value });
  return (_, shape) => new Float64Array(sizeOf(shape)).fill(value);
}

/** Every element 0. */
export function zeros(): Initializer {
  return constant(0);
}

/** Every element 1. */
export function ones(): Initializer {
  return constant(1);
}

/** Uniform between `low` and `high`. */
export function uniform(low: number, high: number): Initializer {
  checkNumbers("uniform", { low, high });
  return (source, shape) => Float64Array.from({ length: sizeOf(shape) }, () => low + (high - low) * source.uniform());
}

/** Normal of the given mean and standard deviation. */
export function normal(mean = 0, std = 1): Initializer {
  checkNumbers("normal", { mean, std });
  return (source, shape) => Float64Array.from({ length: sizeOf(shape) }, () => mean + std * source.normal());
}

/** Normal, drawn again while it lies more than two standard deviations from the mean (`std` is the one before the cut, as in PyTorch). */
export function truncatedNormal(mean = 0, std = 1): Initializer {
  checkNumbers("truncatedNormal", { mean, std });
  return (source, shape) =>
    Float64Array.from({ length: sizeOf(shape) }, () => {
      let drawn = source.normal();
      while (Math.abs(drawn) > 2) drawn = source.normal();
      return mean + std * drawn;
    });
}

const NONLINEARITIES = ["linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu"] as const;

/** Activation that follows a weight, for {@link gainOf}. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * What `torch.nn.init.calculate_gain` gives: how much a layer must amplify to undo its activation's shrinking.
 *
 * @throws TrainlogError `nn/bad-option` for an activation that it does not know.
 */
export function gainOf(nonlinearity: Nonlinearity, negativeSlope = 0.01): number {
  checkNnOptions("init.gainOf", { nonlinearity }, { nonlinearity: oneOf(...NONLINEARITIES) }, ["nonlinearity"]);
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + negativeSlope ** 2));
    case "selu":
      return 3 / 4;
  }
}

/** Options of the Xavier initialisers. */
export interface XavierOptions {
  /** Factor on the standard deviation. Default 1. */
  readonly gain?: number;
}

const XAVIER_CHECKS: Checks = { gain: numberIn({}) };

/** Uniform in ±gain·√(6 / (fan in + fan out)). Glorot and Bengio, 2010. */
export function xavierUniform(options: XavierOptions = {}): Initializer {
  checkNnOptions("init.xavierUniform", options, XAVIER_CHECKS);
  const { gain = 1 } = options;
  return (source, shape) => {
    const { fanIn, fanOut } = fansOf(shape);
    return symmetric(gain * Math.sqrt(6 / (fanIn + fanOut)))(source, shape);
  };
}

/** Normal of standard deviation gain·√(2 / (fan in + fan out)). Glorot and Bengio, 2010. */
export function xavierNormal(options: XavierOptions = {}): Initializer {
  checkNnOptions("init.xavierNormal", options, XAVIER_CHECKS);
  const { gain = 1 } = options;
  return (source, shape) => {
    const { fanIn, fanOut } = fansOf(shape);
    return normal(0, gain * Math.sqrt(2 / (fanIn + fanOut)))(source, shape);
  };
}

/** Options of the Kaiming initialisers. */
export interface KaimingOptions {
  /** Negative slope of the leaky ReLU that follows. Default 0. */
  readonly a?: number;
  /** Whether the forward (`"fanIn"`, default) or the backward pass keeps its variance. */
  readonly mode?: "fanIn" | "fanOut";
  /** Default `"leakyRelu"`. */
  readonly nonlinearity?: Nonlinearity;
}

const KAIMING_CHECKS: Checks = {
  a: numberIn({}),
  mode: oneOf("fanIn", "fanOut"),
  nonlinearity: oneOf(...NONLINEARITIES),
};

/** Uniform in ±gain·√(3 / fan). He et al., 2015. With `a = √5`: PyTorch's default of linear and convolution weights, ±1/√(fan in). */
export function kaimingUniform(options: KaimingOptions = {}): Initializer {
  checkNnOptions("init.kaimingUniform", options, KAIMING_CHECKS);
  return (source, shape) => symmetric(Math.sqrt(3) * kaimingStd(fansOf(shape), options))(source, shape);
}

/** Normal of standard deviation gain / √fan. He et al., 2015. */
export function kaimingNormal(options: KaimingOptions = {}): Initializer {
  checkNnOptions("init.kaimingNormal", options, KAIMING_CHECKS);
  return (source, shape) => normal(0, kaimingStd(fansOf(shape), options))(source, shape);
}

function kaimingStd(
  { fanIn, fanOut }: { readonly fanIn: number; readonly fanOut: number },
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number {
  const fan = mode === "fanIn" ? fanIn : fanOut;
  return gainOf(nonlinearity, a) / Math.sqrt(Math.max(fan, 1));
}

/** Uniform in ±1/√fanIn: PyTorch's default for biases (`fanIn` of the weight beside it) and for recurrent layers (their hidden size). */
export function fanInUniform(fanIn: number): Initializer {
  return symmetric(fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0);
}

/**
 * A matrix (the axes after the first taken together) whose rows or columns, whichever are fewer, are orthonormal, times `gain`. Saxe et al., 2014.
 *
 * @throws TrainlogError `nn/bad-init` (when it runs) for fewer than two axes.
 */
export function orthogonal(options: XavierOptions = {}): Initializer {
  checkNnOptions("init.orthogonal", options, XAVIER_CHECKS);
  const { gain = 1 } = options;
  return (source, shape) => {
    const rows = shape[0] ?? 0;
    const columns = fansOf(shape).fanIn;
    const values = normal()(source, shape);
    return orthonormalRows(values, rows, columns).map((value) => gain * value);
  };
}

/**
 * The identity matrix: a square or oblong one with 1 on the diagonal.
 *
 * @throws TrainlogError `nn/bad-init` (when it runs) unless there are exactly two axes.
 */
export function identity(): Initializer {
  return (_, shape) => {
    const [rows, columns, ...more] = shape;
    if (rows === undefined || columns === undefined || more.length > 0) {
      throw new TrainlogError("nn/bad-init", `init.identity makes matrices; got shape ${showShape(shape)}`);
    }
    const values = new Float64Array(rows * columns);
    for (let at = 0; at < Math.min(rows, columns); at += 1) values[at * columns + at] = 1;
    return values;
  };
}

/**
 * The given values, whatever the seed: for tests and for weights that come from elsewhere.
 *
 * @throws TrainlogError `nn/bad-init` (when it runs) when their number does not fit the shape.
 */
export function values(given: ArrayLike<number>): Initializer {
  return (_, shape) => {
    if (given.length === sizeOf(shape)) return Float64Array.from(given);
    throw new TrainlogError(
      "nn/bad-init",
      `init.values got ${given.length} numbers for a parameter of shape ${showShape(shape)}, which has ${sizeOf(shape)}`,
    );
  };
}

/** Refuses numbers that would become NaN weights; a standard deviation is not negative. */
function checkNumbers(name: string, given: Readonly<Record<string, number>>): void {
  const check = (what: string): Check => numberIn(what === "std" ? { min: 0 } : {});
  checkNnOptions(`init.${name}`, given, Object.fromEntries(Object.keys(given).map((what) => [what, check(what)])));
}

function symmetric(bound: number): Initializer {
  return uniform(-bound, bound);
}
