/** @file Activations as layers. Each keeps its input's shape. */
import { TrainlogError } from "../../error.ts";
import {
  add,
  erf,
  expm1,
  less,
  logSoftmax as logSoftmaxOf,
  mul,
  relu as reluOf,
  scalar,
  sigmoid as sigmoidOf,
  softmax as softmaxOf,
  tanh as tanhOf,
  where,
} from "../../primitives/index.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { defineLayer, type M } from "../layer.ts";
import { wrongInput } from "../shape-check.ts";
import type { SameShape } from "./dropout.ts";
import { softplusOf } from "./softplus.ts";

function activation(kind: string, compute: (x: AnyTensor) => AnyTensor, settings = ""): M<SameShape> {
  return defineLayer<SameShape>({
    kind,
    label: `${kind}(${settings})`,
    outputShape: (input) => input,
    forward: (_, x) => compute(x),
  });
}

/** A number in the element type of `x`. */
function number(value: number, x: AnyTensor): AnyTensor {
  return scalar(value, x.dtype);
}

/** max(x, 0). As `torch.nn.ReLU`. */
export function relu(): M<SameShape> {
  return activation("relu", reluOf);
}

/** x where positive, slope·x elsewhere. As `torch.nn.LeakyReLU`. */
export function leakyRelu(negativeSlope = 0.01): M<SameShape> {
  const slope = finite("the slope of leakyRelu", negativeSlope);
  const compute = (x: AnyTensor): AnyTensor => where(less(number(0, x), x), x, mul(x, number(slope, x)));
  return activation("leakyRelu", compute, String(slope));
}

/** x where positive, alpha·(eˣ − 1) elsewhere. Clevert et al., 2016; as `torch.nn.ELU`. */
export function elu(alpha = 1): M<SameShape> {
  const scale = finite("the alpha of elu", alpha);
  const compute = (x: AnyTensor): AnyTensor => {
    const positive = less(number(0, x), x);
    // expm1 of the negative part only: that of a large number would be infinite, and 0·∞ is NaN in the gradient.
    return where(positive, x, mul(expm1(where(positive, number(0, x), x)), number(scale, x)));
  };
  return activation("elu", compute, String(scale));
}

/** How {@link gelu} is computed. */
export interface GeluOptions {
  /** By tanh (as GPT-2) instead of exactly by erf. Default false. */
  readonly approximate?: boolean;
}

/** x·Φ(x), Φ the normal distribution. Hendrycks and Gimpel, 2016; as `torch.nn.GELU`. */
export function gelu({ approximate = false }: GeluOptions = {}): M<SameShape> {
  return approximate ? activation("gelu", geluByTanh, "approximate") : activation("gelu", geluExact);
}

function geluExact(x: AnyTensor): AnyTensor {
  return mul(mul(x, number(0.5, x)), add(erf(mul(x, number(Math.SQRT1_2, x))), number(1, x)));
}

function geluByTanh(x: AnyTensor): AnyTensor {
  const cubic = add(x, mul(mul(x, mul(x, x)), number(0.044715, x)));
  return mul(mul(x, number(0.5, x)), add(tanhOf(mul(cubic, number(Math.sqrt(2 / Math.PI), x))), number(1, x)));
}

/** x·σ(x), also called swish. As `torch.nn.SiLU`. */
export function silu(): M<SameShape> {
  return activation("silu", (x) => mul(x, sigmoidOf(x)));
}

/** log(1 + eˣ), without overflow. As `torch.nn.Softplus`. */
export function softplus(): M<SameShape> {
  return activation("softplus", softplusOf);
}

/** Hyperbolic tangent. As `torch.nn.Tanh`. */
export function tanh(): M<SameShape> {
  return activation("tanh", tanhOf);
}

/** 1 / (1 + e⁻ˣ). As `torch.nn.Sigmoid`. */
export function sigmoid(): M<SameShape> {
  return activation("sigmoid", sigmoidOf);
}

/** Probabilities over the last axis. As `torch.nn.Softmax(dim=-1)`. For a loss take logits and `crossEntropy` instead. */
export function softmax(): M<SameShape> {
  return lastAxisActivation("softmax", softmaxOf);
}

/** Log-probabilities over the last axis. As `torch.nn.LogSoftmax(dim=-1)`. */
export function logSoftmax(): M<SameShape> {
  return lastAxisActivation("logSoftmax", logSoftmaxOf);
}

/** An activation over the last axis, which must be one of the example: over the batch it would mix examples. */
function lastAxisActivation(kind: string, compute: (x: AnyTensor) => AnyTensor): M<SameShape> {
  const check = (input: readonly number[]): readonly number[] => {
    if (input.length > 0) return input;
    throw wrongInput(`${kind}()`, "[..., classes]", input);
  };
  return {
    ...activation(kind, (x) => {
      check(x.shape.slice(1));
      return compute(x);
    }),
    outputShape: check,
  };
}

function finite(what: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TrainlogError("nn/bad-option", `${what} is a finite number; got ${String(value)}`);
}
