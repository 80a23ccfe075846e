/** @file Activations as layers. Each keeps its input's shape; formulas and gradients are those of `../../ops/activation.ts`. */

import { TrainlogError } from "../../error.ts";
import * as ops from "../../ops/activation.ts";
import { oneOf } from "../../options/check-options.ts";
import { tanh as tanhOf } from "../../primitives/index.ts";
import type { Shape } from "../../shape/shape.ts";
import type { FloatDType } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { defineLayer, type M } from "../layer.ts";
import { checkNnOptions } from "../layer-options.ts";
import { wrongInput } from "../shape-check.ts";
import type { SameShape } from "./dropout.ts";

type Floats = Tensor<Shape, FloatDType>;

function activation(kind: string, compute: (x: Floats) => AnyTensor, settings = ""): M<SameShape> {
  return defineLayer<SameShape>({
    kind,
    label: `${kind}(${settings})`,
    outputShape: (input) => input,
    // Of another element type the operation says so itself.
    forward: (_, x) => compute(x as Floats),
  });
}

/** max(x, 0). As `torch.nn.ReLU`. */
export function relu(): M<SameShape> {
  return activation("relu", ops.relu);
}

/** x where positive, slope·x elsewhere. As `torch.nn.LeakyReLU`. */
export function leakyRelu(negativeSlope = 0.01): M<SameShape> {
  const slope = finite("the slope of leakyRelu", negativeSlope);
  return activation("leakyRelu", (x) => ops.leakyRelu(x, slope), String(slope));
}

/** x where positive, alpha·(eˣ − 1) elsewhere. Clevert et al., 2016; as `torch.nn.ELU`. */
export function elu(alpha = 1): M<SameShape> {
  const scale = finite("the alpha of elu", alpha);
  return activation("elu", (x) => ops.elu(x, scale), String(scale));
}

/** x·Φ(x), Φ the normal distribution; exactly or as GPT-2 computed it. Hendrycks and Gimpel, 2016; as `torch.nn.GELU`. */
export function gelu(options: ops.GeluOptions = {}): M<SameShape> {
  checkNnOptions("gelu", options, { approximate: oneOf("none", "tanh") });
  const { approximate = "none" } = options;
  return activation("gelu", (x) => ops.gelu(x, { approximate }), approximate === "tanh" ? "tanh" : "");
}

/** x·σ(x), also called swish. As `torch.nn.SiLU`. */
export function silu(): M<SameShape> {
  return activation("silu", ops.silu);
}

/** log(1 + eˣ), without overflow. As `torch.nn.Softplus`. */
export function softplus(): M<SameShape> {
  return activation("softplus", ops.softplus);
}

/** Hyperbolic tangent. As `torch.nn.Tanh`. */
export function tanh(): M<SameShape> {
  return activation("tanh", tanhOf);
}

/** 1 / (1 + e⁻ˣ). As `torch.nn.Sigmoid`. */
export function sigmoid(): M<SameShape> {
  return activation("sigmoid", ops.sigmoid);
}

/** Probabilities over the last axis. As `torch.nn.Softmax(dim=-1)`. For a loss take logits and `crossEntropy` instead. */
export function softmax(): M<SameShape> {
  return lastAxisActivation("softmax", ops.softmax);
}

/** Log-probabilities over the last axis. As `torch.nn.LogSoftmax(dim=-1)`. */
export function logSoftmax(): M<SameShape> {
  return lastAxisActivation("logSoftmax", ops.logSoftmax);
}

/** An activation over the last axis, which must be one of the example: over the batch it would mix examples. */
function lastAxisActivation(kind: string, compute: (x: Floats) => AnyTensor): M<SameShape> {
  const check = (input: Shape): Shape => {
    if (input.length > 0) return input;
    throw wrongInput(`${kind}()`, "[..., classes]", input);
  };
  const layer = activation(kind, (x) => {
    check(x.shape.slice(1));
    return compute(x);
  });
  return { ...layer, outputShape: check };
}

function finite(what: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TrainlogError("nn/bad-option", `${what} is a finite number; got ${String(value)}`);
}
