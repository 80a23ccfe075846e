import { describe, expect, it } from "vitest";
import { Shape } from "../shape/shape.ts";
import { zeros } from "../tensor/create.ts";
import * as nn from "./index.ts";

describe("sequential", () => {
  it("names layers by number, or by the names they have, in their order", () => {
    const mkModel = nn.sequential(
      nn.named("fc1", nn.linear(2, 3)),
      nn.tanh(),
      nn.linear(3, 3),
      nn.named("fc2", nn.linear(3, 1)),
    );
    expect(Object.keys(nn.build(mkModel, { seed: 0 }).params)).toEqual([
      "fc1.weight",
      "fc1.bias",
      "2.weight",
      "2.bias",
      "fc2.weight",
      "fc2.bias",
    ]);
    // The shape that comes out shows that they also run in this order.
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    expect(model.apply(params, state, zeros([4, 2])).output.shape).toEqual([4, 1]);
  });

  it("does not count the shape at the beginning", () => {
    const mkModel = nn.sequential(Shape.vec(2), nn.relu(), nn.linear(2, 1));
    expect(Object.keys(nn.build(mkModel, { seed: 0 }).params)).toEqual(["1.weight", "1.bias"]);
  });

  it("refuses no layers, equal names and names with dots", () => {
    expect(() => (nn.sequential as (...layers: nn.M[]) => nn.M)()).toThrow("sequential needs at least one layer");
    expect(() => nn.sequential(Shape.vec(2), ...([] as unknown as [nn.M]))).toThrow(
      "sequential needs at least one layer",
    );
    expect(() => nn.sequential(nn.named("1", nn.linear(2, 2)), nn.linear(2, 2))).toThrow('two layers named "1"');
    expect(() => nn.named("a.b", nn.relu())).toThrow('not empty and without dots; got "a.b"');
    expect(() => nn.named("", nn.relu())).toThrow("not empty");
  });

  it("refuses sizes that are none", () => {
    expect(() => nn.input([2, 0.5])).toThrow(/axis 1 of shape \[2, 0.5\] is 0.5/);
  });

  it("takes only its own shape when that was given", () => {
    const inner = nn.sequential(Shape.vec(2), nn.relu());
    expect(() => nn.sequential(Shape.vec(3), inner as nn.M)).toThrow(
      "layer 0, sequential got an input of the wrong shape: expected [2], got [3]",
    );
  });
});

describe("wrong options", () => {
  it.each([
    [() => nn.linear(0, 1), "the input size of linear is a whole number of at least 1; got 0"],
    [() => nn.linear(1, 1.5), "the output size of linear is a whole number of at least 1; got 1.5"],
    [() => nn.conv2d(1, 1, { kernelSize: 0 }), "the kernelSize of conv2d is a whole number of at least 1, or two"],
    [() => nn.conv2d(1, 1, { kernelSize: [3, 3, 3] as never }), "got [3, 3, 3]"],
    [() => nn.conv2d(1, 1, { kernelSize: 3, padding: -1 }), "the padding of conv2d is a whole number of at least 0"],
    [
      () => nn.conv2d(1, 1, { kernelSize: 3, padding: "same", stride: 2 }),
      '"same" keeps the size, so it needs stride 1; got stride [2, 2]',
    ],
    [() => nn.conv2d(3, 4, { kernelSize: 3, groups: 2 }), "2 groups do not divide those of conv2d(3, 4)"],
    [
      () => nn.conv1d(1, 1, { kernelSize: 3, stride: 0 }),
      "the stride of conv1d is a whole number of at least 1; got 0",
    ],
    [() => nn.maxPool2d(2, { padding: 2 }), "at most half of the window's size; got 2 for 2"],
    [() => nn.avgPool1d(2, { stride: 0 }), "the stride of avgPool1d"],
    [() => nn.batchNorm(0), "the number of features of batchNorm"],
    [() => nn.layerNorm([]), "the number of axes that layerNorm normalises is a whole number of at least 1; got 0"],
    [() => nn.embedding(0, 3), "the number of tokens of embedding"],
    [() => nn.sinusoidalPositions(5), "is even, for pairs of sine and cosine; got 5"],
    [() => nn.gru(3, 4, { layers: 0 }), "the number of layers of gru"],
    [() => nn.lstm(3, 4, { dropout: 1 }), "the rate of lstm is a probability"],
    [() => nn.multiHeadAttention(6, { heads: 4 }), "4 heads do not divide 6"],
    [() => nn.transformerBlock(6, { heads: 2, dropout: -1 }), "the rate of transformerBlock"],
    [() => nn.leakyRelu(Number.NaN), "the slope of leakyRelu is a finite number; got NaN"],
  ] as const)("%s", (make, message) => {
    expect(make).toThrow(message);
  });

  it("a sequence longer than the learned positions", () => {
    const { model, params, state } = nn.build(nn.sequential(nn.input([nn.ANY_SIZE, 4]), nn.learnedPositions(3, 4)), {
      seed: 0,
    });
    expect(model.apply(params, state, zeros([1, 3, 4])).output.shape).toEqual([1, 3, 4]);
    expect(() => model.apply(params, state, zeros([1, 4, 4]))).toThrow("expected [up to 3, 4], got [4, 4]");
  });
});

describe("unflatten", () => {
  it("begins a model that takes vectors", () => {
    const mkModel = nn.sequential(nn.unflatten(Shape.image(1, 2, 2)), nn.maxPool2d(2), nn.flatten());
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    expect(model.inputShape).toEqual([4]);
    expect(model.apply(params, state, zeros([3, 4])).output.shape).toEqual([3, 1]);
  });
});
