import { describe, expect, it } from "vitest";
import { compile } from "../compile/index.ts";
import { Shape } from "../shape/shape.ts";
import { arange, tensor } from "../tensor/create.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import * as random from "./index.ts";

const COUNT = 40_000;
const many = Shape.vec(COUNT);
const key = (number: number): random.Key => random.foldIn(random.key(20), number);

function moments(x: AnyTensor): { mean: number; variance: number; skew: number; least: number; most: number } {
  const values = Float64Array.from(x.data());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number): number =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return {
    mean,
    variance: central(2),
    skew: central(3) / central(2) ** 1.5,
    least: values.reduce((a, b) => Math.min(a, b)),
    most: values.reduce((a, b) => Math.max(a, b)),
  };
}

describe("keys", () => {
  it("are JAX's", () => {
    // jax.random.key_data(jax.random.key(2**40 + 5)); split(key(0)); fold_in(key(0), 7)
    expect([...random.key(2 ** 40 + 5).data()]).toEqual([256, 5]);
    expect([...random.key(2 ** 32 - 1).data()]).toEqual([0, -1]);
    const [first, second] = random.split(random.key(0));
    expect([...first.data(), ...second.data()].map((word) => word >>> 0)).toEqual([
      1797259609, 2579123966, 928981903, 3453687069,
    ]);
  });

  it("split into as many as asked for, all different", () => {
    const keys = random.split(random.key(1), 5);
    expect(new Set(keys.map((one) => one.data().join()))).toHaveProperty("size", 5);
    expect(random.foldIn(random.key(1), 3).data()).not.toEqual(random.foldIn(random.key(1), 4).data());
    expect(random.foldIn(random.key(1), 3).data()).toEqual(
      random.foldIn(random.key(1), tensor(3, { dtype: "int32" })).data(),
    );
  });

  it("refuse what is no seed or number", () => {
    expect(() => random.key(0.5)).toThrow("a seed is a whole number from 0 to 2^53 - 1; got 0.5");
    expect(() => random.foldIn(random.key(0), 2 ** 32)).toThrow(
      "foldIn takes a whole number from -2^31 to 2^32 - 1; got 4294967296",
    );
  });
});

describe.each(["float", "f64"] as const)("distributions in %s", (dtype) => {
  // Four standard deviations of the means of 40,000 numbers.
  it("uniform", () => {
    const { mean, variance, least, most } = moments(random.uniform(key(1), many, { low: -1, high: 3, dtype }));
    expect(Math.abs(mean - 1)).toBeLessThan(0.024);
    expect(Math.abs(variance - 16 / 12)).toBeLessThan(0.024);
    expect(least).toBeGreaterThanOrEqual(-1);
    expect(most).toBeLessThan(3);
  });

  it("normal", () => {
    const { mean, variance, skew } = moments(random.normal(key(2), many, { mean: 5, std: 2, dtype }));
    expect(Math.abs(mean - 5)).toBeLessThan(0.04);
    expect(Math.abs(variance - 4)).toBeLessThan(0.12);
    expect(Math.abs(skew)).toBeLessThan(0.05);
  });

  it("truncatedNormal", () => {
    const { mean, variance, least, most } = moments(random.truncatedNormal(key(3), many, { dtype }));
    expect(Math.abs(mean)).toBeLessThan(0.018);
    expect(Math.abs(variance - 0.77374)).toBeLessThan(0.02);
    expect([least >= -2, most <= 2]).toEqual([true, true]);
    const tail = moments(random.truncatedNormal(key(4), many, { low: 4, high: Infinity, dtype }));
    // The mean of a normal number above 4 is φ(4) / (1 − Φ(4)).
    expect(Math.abs(tail.mean - 4.2256)).toBeLessThan(0.01);
    expect(tail.least).toBeGreaterThanOrEqual(4);
    const oneSided = moments(random.truncatedNormal(key(5), many, { low: -Infinity, high: 0, dtype }));
    expect(Math.abs(oneSided.mean + Math.sqrt(2 / Math.PI))).toBeLessThan(0.013);
  });

  it("exponential and Gumbel", () => {
    const exponential = moments(random.exponential(key(6), many, { dtype }));
    expect(Math.abs(exponential.mean - 1)).toBeLessThan(0.02);
    expect(Math.abs(exponential.variance - 1)).toBeLessThan(0.07);
    const gumbel = moments(random.gumbel(key(7), many, { dtype }));
    expect(Math.abs(gumbel.mean - 0.5772)).toBeLessThan(0.026);
    expect(Math.abs(gumbel.variance - Math.PI ** 2 / 6)).toBeLessThan(0.09);
    expect(Number.isFinite(gumbel.least + gumbel.most)).toBe(true);
  });
});

describe("discrete distributions", () => {
  it("bernoulli, of one probability and of many", () => {
    expect(Math.abs(moments(random.bernoulli(key(8), 0.3, many)).mean - 0.3)).toBeLessThan(0.0092);
    const each = random.bernoulli(key(9), tensor([0, 1, 0, 1]));
    expect([each.dtype, ...each.data()]).toEqual(["int32", 0, 1, 0, 1]);
  });

  it("randint covers its range evenly, also the whole of int32", () => {
    const values = random.randint(key(10), many, -2, 5).data();
    const counts = new Map<number, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3, 4]);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - COUNT / 7) ** 2 / (COUNT / 7), 0);
    // 99.9 % quantile of chi-square with 6 degrees of freedom.
    expect(chiSquare).toBeLessThan(22.5);
    const wide = moments(random.randint(key(11), many, -(2 ** 31), 2 ** 31));
    expect(wide.least).toBeLessThan(-2.1e9);
    expect(wide.most).toBeGreaterThan(2.1e9);
  });

  it("categorical follows the softmax of its logits", () => {
    const probabilities = [0.1, 0.2, 0.7];
    const logits = tensor(Array.from({ length: 20_000 }, () => probabilities.map(Math.log)));
    const drawn = random.categorical(key(12), logits);
    expect(drawn.shape).toEqual([20_000]);
    probabilities.forEach((p, index) => {
      const share = drawn.data().filter((value) => value === index).length / 20_000;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 20_000));
    });
  });

  it.each([0, 1, 2, 3, 7, 8, 100, 1000])("permutation holds each of %i numbers once", (count) => {
    const order = [...random.permutation(key(13), count).data()];
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
  });

  it("permutation gives all orders about equally often", () => {
    const counts = new Map<string, number>();
    const draw = compile((from: random.Key) => random.permutation(from, 3));
    for (let at = 0; at < 3000; at += 1) {
      const order = draw(key(at)).data().join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(counts.size).toBe(6);
    // 99.9 % quantile of chi-square with 5 degrees of freedom.
    expect(chiSquare).toBeLessThan(20.5);
  });

  it("shuffle keeps rows together", () => {
    const rows = random
      .shuffle(
        key(14),
        tensor([
          [0, 10],
          [1, 11],
          [2, 12],
          [3, 13],
        ]),
      )
      .toArray();
    expect(rows.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
      [0, 10],
      [1, 11],
      [2, 12],
      [3, 13],
    ]);
    expect(random.shuffle(key(15), arange(64)).data()).not.toEqual(arange(64).data());
  });
});

describe("everything", () => {
  it("gives the same compiled", () => {
    const draw = (from: random.Key): Record<string, AnyTensor> => ({
      uniform: random.uniform(from, [64]),
      randint: random.randint(from, [64], 0, 1000),
      bernoulli: random.bernoulli(from, 0.5, [64]),
      permutation: random.permutation(from, 33),
    });
    const compiled = compile(draw)(key(16));
    for (const [name, eager] of Object.entries(draw(key(16))))
      expect([...compiled[name]!.data()], name).toEqual([...eager.data()]);
  });

  it("refuses impossible ranges", () => {
    expect(() => random.uniform(key(0), [1], { low: 2 })).toThrow(
      "uniform draws from low to high, finite numbers in this order; got 2 and 1",
    );
    expect(() => random.randint(key(0), [1], 3, 3)).toThrow(
      "whole numbers from low to high - 1 within int32; got 3 and 3",
    );
    expect(() => random.randint(key(0), [1], 0, 2 ** 31 + 1)).toThrow("within int32");
    expect(() => random.bernoulli(key(0), 1.5, [1])).toThrow("from 0 to 1; got 1.5");
    expect(() => random.bernoulli(key(0), tensor([0.5]) as never, [2])).toThrow("expected shape [1], got [2]");
    expect(() => random.truncatedNormal(key(0), [1], { low: 1, high: 1 })).toThrow("draws between low and high");
    expect(() => random.categorical(key(0), tensor(1))).toThrow("expected logits [..., classes], got []");
    expect(() => random.permutation(key(0), -1)).toThrow("-1");
  });
});

it("what is no key is refused in words", () => {
  expect(() => random.uniform(0 as never, [3])).toThrow("uniform: the key must be a tensor of int32, got 0");
});
