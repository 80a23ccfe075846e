import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generator, restoreGenerator } from "./generator.ts";
import { normalQuantile, portableLog } from "./normal-quantile.ts";

const anySeed = fc.maxSafeNat();

describe("generator", () => {
  it("is the published xoshiro128**", () => {
    // By hand from the reference code at state [1, 2, 3, 4]: rotl(2·5, 7)·9 = 11520; then state [7, 0, 1026, 12288]: rotl(0)·9 = 0.
    const { uint32, state } = restoreGenerator([1, 2, 3, 4]);
    expect(uint32()).toBe(11520);
    expect(state()).toEqual([7, 0, 1026, 12288]);
    expect(uint32()).toBe(0);
  });

  it("gives the same numbers for the same seed, on every machine", () => {
    const { uint32, normal, permutation } = generator(42);
    expect([uint32(), uint32(), uint32()]).toMatchInlineSnapshot(`
      [
        2478903587,
        590457882,
        1532201094,
      ]
    `);
    expect(normal()).toMatchInlineSnapshot(`0.9853107271949848`);
    expect([...permutation(8)]).toMatchInlineSnapshot(`
      [
        6,
        4,
        2,
        7,
        3,
        0,
        1,
        5,
      ]
    `);
  });

  it("goes on from its state", () => {
    fc.assert(
      fc.property(anySeed, fc.nat({ max: 20 }), (seed, draws) => {
        const one = generator(seed);
        for (let draw = 0; draw < draws; draw += 1) one.uniform();
        const two = restoreGenerator(JSON.parse(JSON.stringify(one.state())));
        expect([two.uint32(), two.normal(), two.integer(10)]).toEqual([one.uint32(), one.normal(), one.integer(10)]);
      }),
    );
  });

  it("forks without moving, equal for equal labels and different for others", () => {
    fc.assert(
      fc.property(anySeed, fc.string(), fc.string(), (seed, a, b) => {
        const root = generator(seed);
        const before = root.state();
        expect(root.fork(a).state()).toEqual(root.fork(a).state());
        if (a !== b) expect(root.fork(a).state()).not.toEqual(root.fork(b).state());
        expect(root.fork("1").state()).not.toEqual(root.fork(1).state());
        expect(root.state()).toEqual(before);
      }),
    );
  });

  it("permutes: each number once, each order about equally often", () => {
    fc.assert(
      fc.property(anySeed, fc.nat({ max: 300 }), (seed, count) => {
        const sorted = [...generator(seed).permutation(count)].sort((a, b) => a - b);
        expect(sorted).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
    );
    const source = generator(7);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw += 1) {
      const order = source.permutation(4).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(24);
    // 99.9 % quantile of chi-square with 23 degrees of freedom.
    expect(chiSquare).toBeLessThan(49.7);
  });

  it("draws uniform and normal numbers of the right moments", () => {
    const source = generator(3);
    const count = 100_000;
    const uniform = Array.from({ length: count }, () => source.uniform());
    const normal = Array.from({ length: count }, () => source.normal());
    const moment = (values: readonly number[], power: number): number =>
      values.reduce((sum, value) => sum + value ** power, 0) / count;
    expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(moment(uniform, 1)).toBeCloseTo(1 / 2, 2);
    expect(moment(uniform, 2)).toBeCloseTo(1 / 3, 2);
    expect(Math.abs(moment(normal, 1))).toBeLessThan(0.015);
    expect(Math.abs(moment(normal, 2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(normal, 4) - 3)).toBeLessThan(0.15);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, "1" as never])("refuses %s as a seed", (seed) => {
    expect(() => generator(seed)).toThrow(/a seed is a whole number from 0 to 2\^53 - 1; got/);
  });

  it("refuses impossible ranges and states", () => {
    expect(() => generator(0).integer(0)).toThrow(/count is a whole number from 1 to 2\^32; got 0/);
    expect(() => restoreGenerator([0, 0, 0, 0])).toThrow(/four whole numbers below 2\^32, not all 0/);
    expect(() => restoreGenerator([1, 2, 3] as never)).toThrow(/got \[1, 2, 3\]/);
    expect(() => restoreGenerator([1, 2, 3, -4])).toThrow(/got \[1, 2, 3, -4\]/);
  });
});

describe("normalQuantile", () => {
  it.each([
    // Python 3.11, statistics.NormalDist().inv_cdf
    [0.5, 0],
    [0.975, 1.9599639845400534],
    [0.9, 1.2815515655446008],
    [1e-3, -3.090232306167813],
    [1e-20, -9.262340089798409],
  ])("at %s is %s", (p, x) => {
    expect(normalQuantile(p)).toBeCloseTo(x, 13);
  });
});

describe("portableLog", () => {
  it("is the logarithm", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(portableLog(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
      }),
    );
  });
});
