import { describe, expect, it } from "vitest";
import { generator } from "../../random/generator.ts";
import * as init from "./index.ts";

const source = (): ReturnType<typeof generator> => generator(11);
const SHAPE = [200, 50, 3] as const; // fan in 150, fan out 600

function moments(values: Float64Array): { mean: number; std: number; most: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, std, most: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

describe("initialisers have the distributions of torch.nn.init", () => {
  it.each([
    // [name, initialiser, standard deviation, bound]
    ["kaimingUniform a=√5", init.kaimingUniform({ a: Math.sqrt(5) }), 1 / Math.sqrt(450), 1 / Math.sqrt(150)],
    ["kaimingUniform relu", init.kaimingUniform({ nonlinearity: "relu" }), Math.sqrt(2 / 150), Math.sqrt(6 / 150)],
    ["kaimingUniform fan out", init.kaimingUniform({ mode: "fanOut" }), Math.sqrt(2 / 600), Math.sqrt(6 / 600)],
    ["kaimingNormal tanh", init.kaimingNormal({ nonlinearity: "tanh" }), 5 / 3 / Math.sqrt(150), Infinity],
    ["xavierUniform", init.xavierUniform(), Math.sqrt(2 / 750), Math.sqrt(6 / 750)],
    ["xavierNormal gain 2", init.xavierNormal({ gain: 2 }), 2 * Math.sqrt(2 / 750), Infinity],
    ["normal", init.normal(0, 0.02), 0.02, Infinity],
    // The variance of a normal number within two standard deviations is 0.7737.
    ["truncatedNormal", init.truncatedNormal(0, 2), 2 * Math.sqrt(0.7737), 4],
    ["uniform", init.uniform(-0.3, 0.3), 0.6 / Math.sqrt(12), 0.3],
    ["fanInUniform", init.fanInUniform(16), 0.25 / Math.sqrt(3), 0.25],
  ] as const)("%s", (_, initializer, std, bound) => {
    const found = moments(initializer(source(), SHAPE));
    expect(Math.abs(found.mean)).toBeLessThan(0.03 * std);
    expect(Math.abs(found.std / std - 1)).toBeLessThan(0.02);
    expect(found.most).toBeLessThanOrEqual(bound);
  });

  it("gains", () => {
    // torch.nn.init.calculate_gain
    expect(init.gainOf("relu")).toBe(Math.SQRT2);
    expect(init.gainOf("leakyRelu", 0.2)).toBeCloseTo(1.3867504905630728, 15);
    expect([init.gainOf("linear"), init.gainOf("sigmoid"), init.gainOf("selu")]).toEqual([1, 1, 0.75]);
  });
});

describe("orthogonal", () => {
  it.each([
    [3, 5],
    [5, 3],
    [4, 4],
  ])("has orthonormal rows or columns: [%i, %i]", (rows, columns) => {
    const matrix = init.orthogonal({ gain: 2 })(source(), [rows, columns]);
    const vectors = Math.min(rows, columns);
    const at = (vector: number, index: number): number =>
      rows <= columns ? matrix[vector * columns + index]! : matrix[index * columns + vector]!;
    for (let a = 0; a < vectors; a += 1) {
      for (let b = 0; b < vectors; b += 1) {
        let product = 0;
        for (let index = 0; index < Math.max(rows, columns); index += 1) product += at(a, index) * at(b, index);
        expect(product).toBeCloseTo(a === b ? 4 : 0, 12);
      }
    }
  });

  it("flattens the receptive field", () => {
    expect(init.orthogonal()(source(), [4, 2, 3, 3])).toHaveLength(72);
  });
});

describe("given values", () => {
  it("are what they are", () => {
    expect([...init.identity()(source(), [2, 3])]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...init.values([1, 2])(source(), [2])]).toEqual([1, 2]);
    expect([...init.ones()(source(), [2])]).toEqual([1, 1]);
    expect([...init.zeros()(source(), [2])]).toEqual([0, 0]);
  });

  it("refuse shapes that they do not fit", () => {
    expect(() => init.values([1, 2])(source(), [3])).toThrow(
      "init.values got 2 numbers for a parameter of shape [3], which has 3",
    );
    expect(() => init.identity()(source(), [3])).toThrow("init.identity makes matrices; got shape [3]");
    expect(() => init.xavierUniform()(source(), [3])).toThrow("needs a weight of at least two axes; got shape [3]");
  });
});
