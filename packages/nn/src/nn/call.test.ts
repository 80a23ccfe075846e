import { describe, expect, it } from "vitest";
import { mul, scalar } from "../primitives/index.ts";
import * as random from "../random/index.ts";
import { Shape } from "../shape/shape.ts";
import { ones, tensor } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as nn from "./index.ts";

const key = random.key(0);

describe("dropout", () => {
  const { model, params, state } = nn.build(nn.sequential(Shape.vec(1000), nn.dropout(0.25), nn.dropout(0.25)), {
    seed: 0,
  });
  const x = ones([2, 1000]);
  const apply = (options: nn.ApplyOptions): number[] => [...model.apply(params, state, x, options).output.data()];

  it("does nothing outside of training", () => {
    expect(apply({ key })).toEqual([...x.data()]);
  });

  it("zeroes its share and scales the rest, each layer by numbers of its own", () => {
    const values = apply({ train: true, key });
    const kept = values.filter((value) => value !== 0);
    // Two independent layers keep 0.75² of 2000 ± 4 standard deviations; the same mask twice would keep 1500.
    expect(Math.abs(kept.length - 1125)).toBeLessThan(90);
    expect(new Set(kept)).toEqual(new Set([Math.fround(Math.fround(1 / 0.75) * Math.fround(1 / 0.75))]));
  });

  it("gives the same for the same key, and something else for another", () => {
    expect(apply({ train: true, key })).toEqual(apply({ train: true, key }));
    expect(apply({ train: true, key })).not.toEqual(apply({ train: true, key: random.key(1) }));
  });

  it("drops the same elements in f64", () => {
    const double = nn.build(nn.sequential(Shape.vec(1000), nn.dropout(0.25), nn.dropout(0.25)), {
      seed: 0,
      dtype: "f64",
    });
    const values = double.model.apply({}, {}, ones([2, 1000], { dtype: "f64" }), { train: true, key }).output.data();
    expect(Array.from(values, (value) => value === 0)).toEqual(apply({ train: true, key }).map((value) => value === 0));
  });

  it("needs a key in training, and says where from", () => {
    expect(() => apply({ train: true })).toThrow(
      "0 dropout(0.25) needs randomness: pass { train: true, key } with a key of its own for each step, for example random.foldIn(random.key(seed), step)",
    );
  });

  it.each([-0.1, 1, Number.NaN])("refuses the rate %s", (rate) => {
    expect(() => nn.dropout(rate)).toThrow(/a probability from 0 to below 1/);
  });
});

describe("state", () => {
  const { model, params, state } = nn.build(nn.batchNorm(1, { momentum: 0.5 }), { seed: 0 });
  const x = tensor([[2], [4]]);

  it("changes in training only, and the given one stays as it is", () => {
    expect(model.apply(params, state, x).state).toBe(state);
    const { state: after } = model.apply(params, state, x, { train: true });
    const read = (pack: nn.State): number[] =>
      ["running_mean", "running_var", "num_batches_tracked"].map((name) => pack[name]!.data()[0]!);
    // 0.5·0 + 0.5·3; 0.5·1 + 0.5·2, the unbiased variance of 2 and 4.
    expect(read(after)).toEqual([1.5, 1.5, 1]);
    expect(read(state)).toEqual([0, 1, 0]);
  });

  it("needs more than one value per feature", () => {
    expect(() => model.apply(params, state, tensor([[2]]), { train: true })).toThrow(
      "training needs at least two values per feature; got 1. Use larger batches, or layerNorm",
    );
  });

  it("of a layer that is applied twice is updated twice", () => {
    const twice = nn.module({
      input: Shape.vec(1),
      layers: { norm: nn.batchNorm(1) },
      forward: ({ layers }, v) => layers.norm(layers.norm(v)),
    });
    const built = nn.build(twice, { seed: 0 });
    const { state: after } = built.model.apply(built.params, built.state, x, { train: true });
    expect(after["norm.num_batches_tracked"]!.item()).toBe(2);
  });
});

describe("observe", () => {
  it("gets every layer's title and output, inner layers first", () => {
    const mkModel = nn.sequential(nn.linear(2, 3), nn.sequential(nn.relu(), nn.named("out", nn.linear(3, 1))));
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    const seen: string[] = [];
    model.apply(params, state, ones([4, 2]), {
      observe: (layer, output) => seen.push(`${layer} ${output.shape.join("×")}`),
    });
    expect(seen).toEqual([
      "0 linear(2, 3) 4×3",
      "1.0 relu() 4×3",
      "1.out linear(3, 1) 4×1",
      "1 sequential(2 layers) 4×1",
      "sequential(2 layers) 4×1",
    ]);
  });
});

describe("an error in a layer", () => {
  it("of a size that only the data knew has the compile error's words and names the layer", () => {
    const mkModel = nn.sequential(nn.conv2d(1, 2, { kernelSize: 3 }), nn.sequential(nn.flatten(), nn.linear(18, 1)));
    const { model, params, state } = nn.build(mkModel, { seed: 0 });
    expect(model.apply(params, state, ones([1, 1, 5, 5])).output.shape).toEqual([1, 1]);
    expect(() => model.apply(params, state, ones([1, 1, 6, 6]))).toThrow(
      "layer 1.1, linear(18, 1) got an input of the wrong shape: expected [..., 18], got [32]",
    );
  });

  it("inside of a function of one's own names the layer and keeps the message", () => {
    const scale = nn.lambda((x: AnyTensor) => mul(x, tensor([1, 2, 3])), { kind: "scale" });
    expect(() => nn.sequential(Shape.vec(2), scale)).toThrow(/^layer 0, scale\(\): mul: .*got \[1, 2\] and \[3\]$/);
    const any = nn.input([nn.ANY_SIZE]);
    expect(() => nn.sequential(any, scale)).toThrow(
      "got [1, 61] and [3] (scale() was tried with 61 for the sizes that only the data knows, [?]: begin the model with its input's shape",
    );
  });

  it("when it is applied says the same", () => {
    const odd = nn.lambda((x: AnyTensor) => (x.shape[1] === 5 ? mul(x, tensor([1, 2, 3])) : x), {
      kind: "odd",
    });
    const { model, params, state } = nn.build(nn.sequential(nn.input([nn.ANY_SIZE]), odd), { seed: 0 });
    expect(() => model.apply(params, state, ones([2, 5]))).toThrow(
      /^layer 0, odd\(\): mul: .*got \[(1|2), 5\] and \[3\]$/,
    );
  });

  it("of a value that only the data knew would broadcast, and does not", () => {
    const one = nn.lambda((x: AnyTensor) => mul(x, scalar(1, "float")));
    for (const layer of [nn.batchNorm(3), nn.layerNorm(3), nn.rmsNorm(3)] as nn.M[]) {
      const { model, params, state } = nn.build(nn.sequential(nn.input([nn.ANY_SIZE]), one, layer), { seed: 0 });
      expect(() => model.apply(params, state, ones([4, 1]))).toThrow(
        /^layer 1, .* got an input of the wrong shape: expected .*3\], got \[1\]|^layer 1, .*expected \[3, ...\], got \[1\]/,
      );
    }
  });
});

describe("a parameter of another shape", () => {
  it("is named, with its layer", () => {
    const { model, params, state } = nn.build(nn.sequential(nn.linear(2, 8), nn.linear(8, 1)), { seed: 0 });
    expect(() => model.apply({ ...params, "1.weight": ones([8, 1]) }, state, ones([4, 2]))).toThrow(
      'layer 1, linear(8, 1): the parameter "1.weight" has the wrong shape: expected [1, 8], got [8, 1]',
    );
  });
});
