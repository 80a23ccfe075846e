import { describe, expect, it } from "vitest";
import type { Scalar } from "../autograd/transforms.ts";
import { grad } from "../autograd/transforms.ts";
import { add, mul, sigmoid, sum, tanh } from "../primitives/index.ts";
import * as random from "../random/index.ts";
import { Shape } from "../shape/shape.ts";
import { ones, tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as nn from "./index.ts";

type Rows = Tensor<[number, 3]>;

const gated = nn.module({
  kind: "gated",
  input: Shape.vec(2),
  layers: { value: nn.linear(2, 3), gate: nn.linear(2, 3) },
  parameters: { scale: { shape: [3], init: nn.init.constant(2) } },
  forward: ({ layers, parameters }, x) =>
    mul(mul(tanh(layers.value(x)), sigmoid(layers.gate(x))), parameters.scale) as Rows,
});

describe("module", () => {
  it("has branches, parameters of its own, and a place in a sequential", () => {
    const mkModel = nn.sequential(gated, nn.linear(3, 1));
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    expect(Object.keys(params)).toEqual([
      "0.scale",
      "0.value.weight",
      "0.value.bias",
      "0.gate.weight",
      "0.gate.bias",
      "1.weight",
      "1.bias",
    ]);
    expect([...params["0.scale"]!.data()]).toEqual([2, 2, 2]);
    expect(model.outputShape).toEqual([1]);
    expect(model.apply(params, state, ones([5, 2])).output.shape).toEqual([5, 1]);
    expect(nn.summary(mkModel)).toContain("0 gated()");
  });

  it("refuses another shape by the words of the compile error", () => {
    expect(() => nn.sequential(nn.linear(2, 4), gated as nn.M)).toThrow(
      "layer 1, gated() got an input of the wrong shape: expected [2], got [4]",
    );
  });

  it("shares the parameters of a layer that it uses twice", () => {
    const twice = nn.module({
      input: Shape.vec(1),
      layers: { a: nn.linear(1, 1, { bias: false, weightInit: nn.init.constant(3) }) },
      forward: ({ layers }, x) => layers.a(layers.a(x)),
    });
    const { model, params, state } = nn.build(twice, { seed: 0 });
    expect(Object.keys(params)).toEqual(["a.weight"]);
    const value = (p: nn.Params): Scalar => sum(model.apply(p, state, tensor([[1]])).output) as Scalar;
    expect(value(params).item()).toBe(9);
    expect(grad(value)(params)["a.weight"]!.item()).toBe(6);
  });

  it("keeps state and draws randomness explicitly", () => {
    const counter = nn.module({
      input: Shape.vec(2),
      states: { steps: { shape: [], dtype: "int32", value: 5 } },
      forward: ({ state, update, key, train }, x) => {
        if (!train) return x;
        update("steps", add(state.steps, tensor(1, { dtype: "int32" })));
        return add(random.uniform(key(), x.shape), random.uniform(key(), x.shape)) as typeof x;
      },
    });
    const { model, params, state } = nn.build(counter, { seed: 0 });
    const run = (seed: number): { steps: number; values: number[] } => {
      const applied = model.apply(params, state, ones([1, 2]), { train: true, key: random.key(seed) });
      return { steps: applied.state["steps"]!.item(), values: [...applied.output.data()] };
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1).values).not.toEqual(run(2).values);
    expect(run(1).steps).toBe(6);
    expect(state["steps"]!.item()).toBe(5);
  });

  it("finds the sizes of its result that depend on unknown ones", () => {
    const mean = nn.module({
      input: nn.input([nn.ANY_SIZE, 3]),
      layers: { head: nn.linear(3, 4) },
      forward: ({ layers }, x) => layers.head(x),
    });
    expect(nn.model(mean).outputShape).toEqual([-1, 4]);
  });
});

describe("lambda", () => {
  it("is a layer without parameters", () => {
    const total = nn.lambda((x: Tensor<[number, 3, 4]>) => sum(x, [1]) as Tensor<[number, 4]>, { kind: "total" });
    const mkModel = nn.sequential(Shape.mat(3, 4), total, nn.linear(4, 1));
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    expect(model.apply(params, state, ones([2, 3, 4])).output.shape).toEqual([2, 1]);
    expect(Object.keys(params)).toEqual(["1.weight", "1.bias"]);
  });
});
