import { describe, expect, it } from "vitest";
import { tensor, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as nn from "./index.ts";

const net = nn.sequential(nn.linear(2, 3), nn.relu());
const x = zeros([1, 2]);
const labels = tensor([0], { dtype: "int32" });
/** What no type lets pass, as JavaScript would give it. */
const wrong = { wieghtInit: 1 } as object as never;

describe("an option that there is not", () => {
  const calls: Readonly<Record<string, () => unknown>> = {
    "nn.linear": () => nn.linear(2, 3, wrong),
    "nn.conv1d": () => nn.conv1d(1, 2, wrong),
    "nn.conv2d": () => nn.conv2d(1, 2, wrong),
    "nn.maxPool1d": () => nn.maxPool1d(2, wrong),
    "nn.maxPool2d": () => nn.maxPool2d(2, wrong),
    "nn.avgPool1d": () => nn.avgPool1d(2, wrong),
    "nn.avgPool2d": () => nn.avgPool2d(2, wrong),
    "nn.batchNorm": () => nn.batchNorm(2, wrong),
    "nn.layerNorm": () => nn.layerNorm(2, wrong),
    "nn.rmsNorm": () => nn.rmsNorm(2, wrong),
    "nn.gelu": () => nn.gelu(wrong),
    "nn.embedding": () => nn.embedding(2, 3, wrong),
    "nn.learnedPositions": () => nn.learnedPositions(2, 3, wrong),
    "nn.rotate": () => nn.rotate(x, wrong),
    "nn.gru": () => nn.gru(2, 3, wrong),
    "nn.lstm": () => nn.lstm(2, 3, wrong),
    "nn.attention": () => nn.attention(x, x, x, wrong),
    "nn.multiHeadAttention": () => nn.multiHeadAttention(4, wrong),
    "nn.transformerBlock": () => nn.transformerBlock(4, wrong),
    "nn.residual": () => nn.residual(nn.relu(), wrong),
    "nn.lambda": () => nn.lambda((y: Tensor<[number, 2]>) => y, wrong),
    "nn.mse": () => nn.mse(x, x, wrong),
    "nn.mae": () => nn.mae(x, x, wrong),
    "nn.huber": () => nn.huber(x, x, wrong),
    "nn.crossEntropy": () => nn.crossEntropy(x, labels, wrong),
    "nn.bceWithLogits": () => nn.bceWithLogits(x, x, wrong),
    "nn.klDivergence": () => nn.klDivergence(x, x, wrong),
    "nn.init.xavierUniform": () => nn.init.xavierUniform(wrong),
    "nn.init.xavierNormal": () => nn.init.xavierNormal(wrong),
    "nn.init.kaimingUniform": () => nn.init.kaimingUniform(wrong),
    "nn.init.kaimingNormal": () => nn.init.kaimingNormal(wrong),
    "nn.init.orthogonal": () => nn.init.orthogonal(wrong),
    "nn.build": () => nn.build(net, wrong),
    "nn.summary": () => nn.summary(net, wrong),
    "model.apply": () => {
      const { model, params, state } = nn.build(net, { seed: 0 });
      return model.apply(params, state, x, wrong);
    },
  };

  it.each(Object.entries(calls))("is refused by %s", (name, call) => {
    expect(call).toThrow(expect.objectContaining({ code: "nn/unknown-option" }));
    expect(call).toThrow(`${name}: unknown option "wieghtInit"; `);
  });

  it("is told the name that it resembles", () => {
    expect(() => nn.linear(2, 3, wrong)).toThrow(
      'nn.linear: unknown option "wieghtInit"; did you mean "weightInit"? There are bias, weightInit, biasInit',
    );
  });
});

describe("a value that cannot be", () => {
  const bad = (options: object): never => options as never;

  it.each<[() => unknown, string]>([
    [() => nn.conv2d(1, 2, bad({})), "nn.conv2d: kernelSize must be the size of the window, got nothing"],
    [() => nn.conv2d(1, 2, undefined as never), "nn.conv2d: expected options such as { kernelSize: … }, got undefined"],
    [() => nn.build(net, undefined as never), "nn.build: expected options such as { seed: … }, got undefined"],
    [() => nn.build(net, bad({ seed: 0, dtype: "f16" })), 'nn.build: dtype must be "float" or "f64", got "f16"'],
    [() => nn.lstm(2, 3, bad({ returns: "final" })), 'nn.lstm: returns must be "sequence" or "last", got "final"'],
    [() => nn.transformerBlock(4, bad({ heads: 2, norm: "before" })), 'norm must be "pre" or "post", got "before"'],
    [() => nn.multiHeadAttention(4, bad({})), "nn.multiHeadAttention: heads must be a whole number of at least 1"],
    [() => nn.gelu(bad({ approximate: "exact" })), 'nn.gelu: approximate must be "none" or "tanh", got "exact"'],
    [() => nn.linear(2, 3, bad({ weightInit: "xavier" })), "weightInit must be an initialiser such as nn.init.normal"],
    [() => nn.batchNorm(2, bad({ momentum: 2 })), "momentum must be a number of at least 0 and of at most 1, got 2"],
    [() => nn.maxPool2d(undefined as never), "the size of maxPool2d is a whole number of at least 1"],
    [() => nn.input([3], "int" as never), 'nn.input: dtype must be "float" or "int32", got "int"'],
    [() => nn.init.normal(0, -1), "nn.init.normal: std must be a number of at least 0, got -1"],
    [() => nn.init.uniform(Number.NaN, 1), "nn.init.uniform: low must be a number, got NaN"],
    [() => nn.init.gainOf("swish" as never), 'nonlinearity must be "linear" or "sigmoid"'],
  ])("is refused with what belongs there: %#", (call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "nn/bad-option" }));
    expect(call).toThrow(message);
  });
});

describe("what is no layer", () => {
  /** As JavaScript sees it. */
  const anySequential = nn.sequential as (...args: readonly unknown[]) => unknown;

  it.each<[() => unknown, string]>([
    [
      () => anySequential(nn.linear(2, 3), nn.relu),
      "sequential: place 1 takes layers such as nn.relu(), got a function; makers of layers are called: nn.relu(), not nn.relu",
    ],
    [() => anySequential("linear"), 'sequential: place 0 takes layers such as nn.relu(), got "linear"'],
    [() => nn.build(5 as never, { seed: 0 }), "nn.build takes layers such as nn.relu(), got 5"],
    [() => nn.model(nn.relu as never), "nn.model takes layers"],
  ])("is refused: %#", (call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "nn/not-a-layer" }));
    expect(call).toThrow(message);
  });
});
