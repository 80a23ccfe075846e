import { describe, expect, it } from "vitest";
import { Shape } from "../shape/shape.ts";
import { tensor } from "../tensor/create.ts";
import * as nn from "./index.ts";

const mkModel = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1));

const numbers = (params: nn.Params): Record<string, number[]> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, [...value.data()]]));

describe("build", () => {
  it("gives the same parameters for the same seed, here and everywhere", () => {
    expect(numbers(nn.build(mkModel, { seed: 0 }).params)).toEqual(numbers(nn.build(mkModel, { seed: 0 }).params));
    expect(numbers(nn.build(mkModel, { seed: 1 }).params)).not.toEqual(numbers(nn.build(mkModel, { seed: 0 }).params));
    const { params } = nn.build(nn.linear(2, 2), { seed: 0, dtype: "f64" });
    expect(numbers(params)).toMatchInlineSnapshot(`
      {
        "bias": [
          0.3561257246723597,
          0.2710384279259034,
        ],
        "weight": [
          -0.05913698825795688,
          -0.5805750408027321,
          -0.5306105528470964,
          -0.34320098574424185,
        ],
      }
    `);
  });

  it("holds the same numbers in float and f64, up to rounding", () => {
    const float = nn.build(mkModel, { seed: 3 }).params;
    const double = nn.build(mkModel, { seed: 3, dtype: "f64" }).params;
    for (const [name, value] of Object.entries(double))
      expect([...float[name]!.data()]).toEqual([...value.data()].map(Math.fround));
  });

  it("keeps a parameter's numbers when layers are added elsewhere", () => {
    const longer = nn.sequential(nn.linear(2, 8), nn.relu(), nn.linear(8, 1), nn.linear(1, 1));
    const { "2.weight": before } = nn.build(mkModel, { seed: 5 }).params;
    const { "2.weight": after } = nn.build(longer, { seed: 5 }).params;
    expect([...after!.data()]).toEqual([...before!.data()]);
  });

  it("takes a batch of any size, and refuses other shapes", () => {
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    expect(model.apply(params, state, tensor([[1, 2]])).output.shape).toEqual([1, 1]);
    expect(
      model.apply(
        params,
        state,
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ).output.shape,
    ).toEqual([3, 1]);
    expect(() => model.apply(params, state, tensor([[1, 2, 3]]))).toThrow(
      "the model got an input of the wrong shape: expected [batch, 2], got [1, 3]",
    );
    expect(() => model.apply(params, state, tensor([1, 2]))).toThrow(
      "A single example needs a batch axis: reshape it to [1, …]",
    );
    expect(() => model.apply(params, state, tensor([[1, 2]], { dtype: "int32" }))).toThrow(
      "layer 0, linear(2, 8) takes float or f64, got int32",
    );
  });

  it("needs to know the shape", () => {
    expect(() => nn.build(nn.sequential(nn.relu(), nn.linear(2, 1)), { seed: 0 })).toThrow(
      "sequential(2 layers) takes any shape, so a model needs to be told which: nn.sequential(Shape.vec(2), …)",
    );
    expect(nn.build(nn.sequential(Shape.vec(2), nn.relu()), { seed: 0 }).model.outputShape).toEqual([2]);
  });

  it("refuses what is not a seed, and names that clash", () => {
    expect(() => nn.build(mkModel, { seed: -1 })).toThrow(/a seed is a whole number/);
    const clash = nn.module({
      input: Shape.vec(1),
      layers: { a: nn.linear(1, 1) },
      parameters: { "a.weight": { shape: [1], init: nn.init.ones() } },
      forward: ({ layers }, x) => layers.a(x),
    });
    expect(() => nn.build(clash, { seed: 0 })).toThrow('two layers own "a.weight"');
  });

  it("says which parameter is missing", () => {
    const { model, state } = nn.build(mkModel, { seed: 0 });
    expect(() => model.apply({}, state, tensor([[1, 2]]))).toThrow(
      '0 linear(2, 8) needs the parameter "0.weight", which is not among the given ones: none',
    );
  });

  it("gives a model without numbers", () => {
    const { inputShape, outputShape, inputDType } = nn.model(nn.sequential(nn.embedding(5, 3), nn.gru(3, 2)));
    expect({ inputShape, outputShape, inputDType }).toEqual({
      inputShape: [-1],
      outputShape: [-1, 2],
      inputDType: "int32",
    });
  });
});

describe("parameterCount", () => {
  it("counts descriptions, models and parameters alike", () => {
    const { model, params } = nn.build(mkModel, { seed: 0 });
    expect([nn.parameterCount(mkModel), nn.parameterCount(model), nn.parameterCount(params)]).toEqual([33, 33, 33]);
    expect(nn.parameterCount(nn.relu())).toBe(0);
  });
});

describe("summary", () => {
  it("shows layers, shapes and counts", () => {
    const mkCnn = nn.sequential(
      Shape.image(1, 8, 8),
      nn.conv2d(1, 3, { kernelSize: 3, padding: 1 }),
      nn.batchNorm(3),
      nn.residual(nn.sequential(nn.conv2d(3, 3, { kernelSize: 1 }), nn.relu())),
      nn.flatten(),
      nn.named("head", nn.linear(192, 1000)),
    );
    expect(nn.summary(mkCnn)).toMatchInlineSnapshot(`
      "layer                             output     parameters
      sequential(5 layers)              [1000]              0
        0 conv2d(1, 3)                  [3, 8, 8]          30
        1 batchNorm(3)                  [3, 8, 8]           6
        2 residual                      [3, 8, 8]           0
          2.inner sequential(2 layers)  [3, 8, 8]           0
            2.inner.0 conv2d(3, 3)      [3, 8, 8]          12
            2.inner.1 relu()            [3, 8, 8]           0
        3 flatten()                     [192]               0
        head linear(192, 1000)          [1000]        193,000
      193,048 parameters, 7 numbers of state"
    `);
  });

  it("needs the shape when the model takes any", () => {
    const mkAny = nn.sequential(nn.conv2d(1, 2, { kernelSize: 3 }), nn.adaptiveAvgPool2d(1), nn.flatten());
    expect(() => nn.summary(mkAny)).toThrow(
      "takes [1, ?, ?]; give the shape of one example: nn.summary(mkModel, { input:",
    );
    expect(() => nn.summary(nn.relu())).toThrow("relu() takes any shape; give the shape");
    expect(nn.summary(mkAny, { input: Shape.image(1, 5, 5) })).toContain("0 conv2d(1, 2)          [2, 3, 3]");
    expect(nn.summary(nn.model(mkAny), { input: Shape.image(1, 9, 9) })).toContain("[2, 7, 7]");
    expect(() => nn.summary(mkAny, { input: Shape.image(1, 2, 2) })).toThrow(
      "layer 0, conv2d(1, 2) got an input of the wrong shape",
    );
  });
});
